/**
 * The configuration of a gradient-flow run: the data, the network, its initial values and the dynamics of one
 * trajectory of the co-occurrence model (Yang et al. 2024).
 *
 *     { "kind": "flow", "data": { "samples": 24, "length": 3 }, "model": { "width": 64, "neurons": 8 },
 *       "initialisation": { "name": "gaussian", "mlp": 0.1, "value": 0.03, "attention": 0.1 },
 *       "dynamics": { "name": "flow", "clock": 1000 } }
 */
import { z } from "zod";
import { coOccurrenceSet, wordsNeeded } from "../../data/co-occurrence.ts";
import { UserError } from "../../error.ts";
import { parseWith } from "../../explain.ts";
import { initialisationSchema } from "../../model/co-occurrence/initialise.ts";
import { isFlow, isObject, provenanceSchema } from "../config.ts";

const data = z.strictObject({
	samples: z.int().positive().describe("n; 6 divides it: half are of class 1, a sixth of each other class."),
	length: z.int().min(3).describe("L: words a sample."),
	irrelevant: z
		.enum(["unique", "repeated"])
		.default("unique")
		.describe(
			"Whether every irrelevant word occurs once in the whole set (Assumption 2.3), or is drawn anew.",
		),
	words: z
		.int()
		.positive()
		.optional()
		.describe("d. Default: the fewest that unique irrelevant words need; must be given for repeated ones."),
});

const model = z.strictObject({
	width: z.int().positive().describe("m: of the embeddings."),
	neurons: z.int().positive().describe("m₁: of the MLP."),
	attention: z
		.enum(["trained", "frozen"])
		.default("trained")
		.describe("Whether W_K and W_Q move. The paper trains them; frozen ones show what they are good for."),
});

const flow = z.strictObject({
	name: z.literal("flow"),
	form: z
		.enum(["full", "reduced", "closed"])
		.default("reduced")
		.describe("Coordinates: the same trajectory at different cost."),
	time: z.number().positive().optional().describe("Where to end. One of `time` and `clock` must be given."),
	clock: z.number().positive().optional().describe("Where to end, as κ₀t with κ₀ = m₁m(σ₁² + σ_V²)."),
	relativeTolerance: z
		.number()
		.min(1e-14)
		.max(0.1)
		.default(1e-6)
		.describe("Below 1e-14 errors are rounding."),
	absoluteTolerance: z
		.number()
		.min(1e-100)
		.optional()
		.describe(
			"Default: the relative one / 100. Below 1e-100 first steps are too short for numbers to follow.",
		),
	steps: z.int().positive().default(100_000).describe("At most so many accepted steps; more is an error."),
	guarantees: z
		.boolean()
		.default(true)
		.describe("Integrate once more with a hundredth of the tolerance and say what that changes."),
});

const descent = z.strictObject({
	name: z.literal("descent"),
	rate: z.number().positive().describe("η: θ ← θ − η∇L̂, over the whole set."),
	steps: z.int().positive(),
});

export const flowConfigSchema = z.strictObject({
	kind: z.literal("flow"),
	name: z
		.string()
		.regex(/^[\w][\w.-]*$/, "Use letters, digits, `-`, `_` and `.`")
		.default("flow")
		.describe("Name of the run; its directory is called so."),
	seed: z.int().nonnegative().default(0).describe("Seed of the data and of the initial values."),
	data,
	model,
	initialisation: initialisationSchema,
	dynamics: z
		.discriminatedUnion("name", [flow, descent])
		.describe("Gradient flow, or gradient descent with a step η."),
	rows: z
		.int()
		.min(2)
		.default(400)
		.describe(
			"At most so many rows of metrics, spread evenly over the steps, besides those of events. Where all have room, more " +
				"rows within the steps of a flow leave no gap of over 1/20 decade of time.",
		),
	provenance: provenanceSchema.optional(),
});

/** A flow as a user writes it. */
export type FlowOptions = z.input<typeof flowConfigSchema>;

/** A flow with every default filled in. */
export type FlowConfig = z.output<typeof flowConfigSchema>;

/**
 * Checks a flow and fills in the defaults.
 * Throws a `UserError` that names each wrong key, from `source`, and the condition on the data that fails.
 */
export function parseFlowConfig(value: unknown, source = "the configuration"): FlowConfig {
	if (isObject(value) && !isFlow(value) && "training" in value)
		throw new UserError(
			`Expected the configuration of a gradient flow (\`"kind": "flow"\`), got that of a training. Run it with ` +
				`\`npx orrery train\`. (${source})`,
		);
	const config = parseWith(flowConfigSchema, value, source);
	const { dynamics } = config;
	if (dynamics.name === "flow" && (dynamics.time === undefined) === (dynamics.clock === undefined))
		throw new UserError(
			`Expected \`dynamics\` to say where to end by one of \`time\` and \`clock\`, got ${
				dynamics.time === undefined ? "neither" : "both"
			}. The clock is κ₀t, κ₀ = m₁m(σ₁² + σ_V²): a thousand of it sees both phases. (${source})`,
		);
	requireRoom(config, source);
	try {
		coOccurrenceSet({ ...config.data, seed: config.seed });
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		const message = error.message.replace(/^Expected `/, "Expected `data.");
		throw new UserError(`${message} (${source})`, { cause: error });
	}
	return config;
}

/** A state and the attention of all samples, in numbers: a quarter of a gigabyte, of which a flow needs a dozen. */
const mostNumbers = 2 ** 25;

/** Throws a `UserError` if a flow is too large for memory, before any is asked for. */
function requireRoom({ data, model, dynamics }: FlowConfig, source: string): void {
	const { samples, length, words = wordsNeeded(samples, length) } = data;
	const { width, neurons } = model;
	const form = dynamics.name === "flow" ? dynamics.form : "reduced";
	const numbers = {
		"data.samples": samples * length ** 2,
		"model.width": form === "closed" ? 4 * words ** 2 : 3 * words * width,
		"model.neurons": form === "full" ? neurons * width : neurons,
	};
	for (const [key, count] of Object.entries(numbers))
		if (count > mostNumbers)
			throw new UserError(
				`Expected \`${key}\` to be small enough for at most ${mostNumbers} numbers, got ${count}. Choose smaller sizes. ` +
					`(${source})`,
			);
}
