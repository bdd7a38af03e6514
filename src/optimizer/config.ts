/** The options of optimizers and learning-rate schedules, with their meanings and defaults (PyTorch's). */
import { z } from "zod";

const learningRate = (value: number) =>
	z.number().nonnegative().default(value).describe("Peak learning rate; the schedule multiplies it.");
const fraction = z.number().min(0).lt(1);
const betas = z
	.tuple([fraction, fraction])
	.default([0.9, 0.999])
	.describe("Decay of the averages of the gradient and of its square.");
const epsilon = z.number().nonnegative().default(1e-8).describe("Added to the root of the second moment.");
const decay = (value: number, how: string) => z.number().nonnegative().default(value).describe(how);

const adamw = z.strictObject({
	name: z.literal("adamw"),
	learningRate: learningRate(1e-3),
	betas,
	epsilon,
	weightDecay: decay(0.01, "λ: parameters shrink by the factor 1 − ηλ each step."),
	decayed: z
		.enum(["all", "matrices"])
		.default("all")
		.describe("Which parameters decay. matrices: no biases, gains and other vectors."),
});

const adam = z.strictObject({
	name: z.literal("adam"),
	learningRate: learningRate(1e-3),
	betas,
	epsilon,
	weightDecay: decay(0, "λ: λθ is added to the gradient (an L2 penalty)."),
});

const sgd = z.strictObject({
	name: z.literal("sgd"),
	learningRate: learningRate(0.1),
	momentum: fraction.default(0).describe("Share of the last direction that is kept; 0 is plain descent."),
	nesterov: z.boolean().default(false).describe("Look ahead along the momentum. Needs a momentum above 0."),
	weightDecay: decay(0, "λ: λθ is added to the gradient (an L2 penalty)."),
});

const adafactor = z.strictObject({
	name: z.literal("adafactor"),
	learningRate: learningRate(1e-2),
	variant: z
		.enum(["transformers", "torch"])
		.default("transformers")
		.describe("Whose epsilons and weight decay: Hugging Face's (as in T5) or PyTorch's."),
	epsilon1: z
		.number()
		.nonnegative()
		.optional()
		.describe("Keeps the second moment above zero. Default: transformers 1e-30, torch the machine epsilon."),
	epsilon2: z.number().nonnegative().default(1e-3).describe("Least size a parameter is taken to have."),
	clip: z.number().positive().default(1).describe("Largest root mean square of an update, before scaling."),
	decayRate: z.number().positive().default(0.8).describe("d: the newest square has the weight t^−d."),
	scaleParameter: z.boolean().default(true).describe("Steps in proportion to the parameter's RMS."),
	relativeStep: z
		.boolean()
		.optional()
		.describe("Rate min(η, 1/√t) in place of η. Default: as variant, torch yes, transformers no."),
	weightDecay: decay(0, "λ: decoupled weight decay."),
});

export const optimizerConfig = z
	.discriminatedUnion("name", [adamw, adam, sgd, adafactor])
	.superRefine((c, context) => {
		if (c.name === "sgd" && c.nesterov && c.momentum === 0)
			context.addIssue({
				code: "custom",
				path: ["nesterov"],
				message: "Expected `nesterov` to be false without momentum, got true. Set `momentum` above 0.",
			});
	});

export type OptimizerConfig = z.output<typeof optimizerConfig>;
export type AdamWConfig = z.output<typeof adamw>;
export type AdamConfig = z.output<typeof adam>;
export type SgdConfig = z.output<typeof sgd>;
export type AdafactorConfig = z.output<typeof adafactor>;

const steps = z.int().nonnegative();
const warmup = steps.default(0).describe("Steps over which the rate first rises from 0 in a straight line.");
const final = z.number().nonnegative().default(0).describe("Factor on the peak rate at the last step.");

export const scheduleConfig = z.discriminatedUnion("name", [
	z.strictObject({ name: z.literal("constant"), warmup }),
	z.strictObject({ name: z.literal("linear"), warmup, final }),
	z.strictObject({ name: z.literal("cosine"), warmup, final }),
	z.strictObject({
		name: z.literal("inverse-sqrt"),
		warmup,
		timescale: z
			.int()
			.positive()
			.optional()
			.describe("k in √(k / max(t, k)), t = 1, 2, .... Default: the warm-up, or 1 without one."),
	}),
	z.strictObject({
		name: z.literal("t5"),
		timescale: z.int().positive().default(10000).describe("k in 1/√max(t, k), t = 1, 2, ...."),
	}),
]);

export type ScheduleConfig = z.output<typeof scheduleConfig>;
