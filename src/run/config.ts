/**
 * The configuration of a run: a JSON object with a section for each part, every default filled in before anything
 * starts. What is written to the run's `config.json` is a configuration again: training from it repeats the run.
 *
 * `model.vocabulary` follows from the data and may be left out.
 */
import { z } from "zod";
import { dataConfig } from "../data/config.ts";
import { UserError } from "../error.ts";
import { parseWith } from "../explain.ts";
import { type ModelConfig, type ModelOptions, modelConfig } from "../model/config.ts";
import { optimizerConfig, scheduleConfig } from "../optimizer/config.ts";
import { measureScheduleSchema } from "./schedule.ts";

const name = z.string().regex(/^[\w][\w.-]*$/, "Use letters, digits, `-`, `_` and `.`");

const training = z.strictObject({
	steps: z.int().nonnegative().describe("Updates to make."),
	batch: z.int().positive().describe("Sequences a batch."),
	clip: z
		.number()
		.positive()
		.optional()
		.describe(
			"Largest norm of the gradient of all parameters; longer ones are shortened to it. Default: none.",
		),
	logEvery: z.int().positive().default(10).describe("Steps between rows with the training loss alone."),
});

const probes = z.strictObject({
	schedule: measureScheduleSchema.prefault({}).describe("Which steps are measured."),
	evaluationBatches: z
		.int()
		.positive()
		.default(4)
		.describe("Batches of validation text that `val/loss` is a mean over, the same ones each time."),
	saturationTokens: z
		.int()
		.positive()
		.default(512)
		.describe("Tokens of validation text that saturation is a mean over, rounded up to whole sequences."),
	saturationFactor: z
		.number()
		.positive()
		.default(1000)
		.describe("c: saturation compares the states at θ and at c·θ."),
});

const checkpoints = z.strictObject({
	every: z.int().positive().default(250).describe("Steps between checkpoints; the last step always has one."),
	keep: z.int().positive().optional().describe("Keep this many, the latest. Default: all of them."),
});

const engine = z.strictObject({
	device: z
		.enum(["cpu", "webgpu", "cuda", "wasm"])
		.default("cpu")
		.describe("What computes: `orrery doctor` tells what is here."),
	threads: z.int().positive().optional().describe("Threads of the device cpu. Default: all cores."),
});

/** What a run was made with, written by the run itself. */
export const provenanceSchema = z.strictObject({
	orrery: z.string(),
	node: z.string(),
	/** Versions of the libraries that compute. */
	packages: z.record(z.string(), z.string()),
	/** The device in words. */
	engine: z.string(),
	/** The data set's name, and the SHA-256 of its texts. */
	data: z.strictObject({ name: z.string(), hash: z.string() }),
	parameters: z.int(),
});

export type Provenance = z.output<typeof provenanceSchema>;

export const runConfigSchema = z.strictObject({
	name: name.default("run").describe("Name of the run; its directory is called so."),
	seed: z.int().nonnegative().default(0).describe("Seed of initial values and of the order of the data."),
	model: z.record(z.string(), z.unknown()).describe("See `modelConfig`."),
	data: dataConfig.prefault({}),
	optimizer: optimizerConfig.prefault({ name: "adamw" }).describe("Without a name: adamw."),
	schedule: scheduleConfig
		.prefault({ name: "constant" })
		.describe("The learning rate over the steps. Without a name: constant."),
	training,
	probes: probes.prefault({}),
	checkpoints: checkpoints.prefault({}),
	engine: engine.prefault({}),
	provenance: provenanceSchema.optional(),
});

/** A run as a user writes it: what has a default may be absent. */
export type RunOptions = Omit<z.input<typeof runConfigSchema>, "model"> & {
	readonly model: Omit<ModelOptions, "vocabulary"> & { readonly vocabulary?: number };
};

/** A run's configuration before its data were read: the vocabulary may still be open. */
export type RunConfig = z.output<typeof runConfigSchema>;

/** A run with everything decided: what `config.json` holds. */
export type ResolvedConfig = Omit<RunConfig, "model"> & {
	readonly model: ModelConfig;
	readonly provenance: Provenance;
};

/**
 * Checks a configuration and fills in the defaults. Its paths stay as they are.
 * Throws a `UserError` that names each wrong key, from `source`, and the nearest valid one.
 */
export function checkRunConfig(value: unknown, source = "the configuration"): RunConfig {
	if (isFlow(value))
		throw new UserError(
			"Expected the configuration of a training, got that of a gradient flow, which takes seconds and is neither " +
				`resumed nor profiled. Run it with \`npx orrery flow\`. (${source})`,
		);
	const config = parseWith(runConfigSchema, withNames(value), source);
	// The model is checked before the data are read, with a vocabulary in the place of the one to come.
	resolveModel(config.model, (config.model["vocabulary"] as number | undefined) ?? 1, source);
	return config;
}

/** Sections that are a choice of several shapes take the first of them where they do not name one. */
function withNames(value: unknown): unknown {
	if (!isObject(value)) return value;
	const named = { ...value };
	for (const [section, name] of [
		["optimizer", "adamw"],
		["schedule", "constant"],
	] as const)
		if (isObject(named[section])) named[section] = { name, ...named[section] };
	return named;
}

/** The model's configuration with the vocabulary of the data. */
export function resolveModel(model: RunConfig["model"], vocabulary: number, source: string): ModelConfig {
	const given = model["vocabulary"];
	if (given !== undefined && given !== vocabulary)
		throw new UserError(
			`Expected \`model.vocabulary\` to be ${vocabulary}, the number of tokens of the data, got ${given}. ` +
				`Leave it out. (${source})`,
		);
	// In a section of its own, so that messages name `model.width` and not `width`.
	return parseWith(z.strictObject({ model: modelConfig }), { model: { ...model, vocabulary } }, source).model;
}

/** Whether a configuration, checked or not, is that of a gradient flow (`run/flow/config.ts`). */
export const isFlow = (config: unknown): config is { readonly kind: "flow" } =>
	isObject(config) && config["kind"] === "flow";

/**
 * Throws a `UserError`, ended by `advice`, that names the first key in which `config` differs from the run that
 * `resolved` describes.
 * What follows from data and machine (vocabulary, threads) may be left open in `config`.
 */
export function requireSameConfig(
	config: RunConfig,
	resolved: ResolvedConfig,
	directory: string,
	advice: string,
): void {
	const { provenance: _, ...was } = resolved;
	const model = resolveModel(config.model, was.model.vocabulary, directory);
	const threads = config.engine.threads ?? was.engine.threads;
	const { provenance: __, ...is } = { ...config, model, engine: { ...config.engine, threads } };
	const key = differingKey(was, is);
	if (key !== undefined)
		throw new UserError(`Expected \`${key}\` to be as in \`${directory}\`, got another value. ${advice}`);
}

export const isObject = (x: unknown): x is Record<string, unknown> =>
	typeof x === "object" && x !== null && !Array.isArray(x);

/** The dotted key of the first place where two JSON values differ; undefined if nowhere. */
export function differingKey(a: unknown, b: unknown): string | undefined {
	if (Array.isArray(a) && Array.isArray(b)) return differingKey({ ...a }, { ...b });
	if (!isObject(a) || !isObject(b)) return a === b ? undefined : "";
	for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
		const inner = differingKey(a[key], b[key]);
		if (inner !== undefined) return inner ? `${key}.${inner}` : key;
	}
	return undefined;
}

/** Sets the dotted `key` in nested objects, making those that are absent. */
export function setKey(object: object, key: string, value: unknown): void {
	const parts = key.split(".");
	const last = parts.pop()!;
	let inner = object as Record<string, unknown>;
	for (const part of parts) {
		if (typeof inner[part] !== "object" || inner[part] === null) inner[part] = {};
		inner = inner[part] as Record<string, unknown>;
	}
	inner[last] = value;
}
