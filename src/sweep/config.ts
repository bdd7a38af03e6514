/**
 * A sweep as data: one run's configuration, the axes along which it is varied, variants of it by name, and the seeds.
 *
 *     { "base": { "model": …, "training": … },
 *       "axes": { "optimizer.learningRate": { "from": 1e-5, "to": 1e-1, "count": 9, "scale": "log" },
 *                 "optimizer.weightDecay": [0, 0.01, 0.1] },
 *       "variants": { "pre": {}, "no skips": { "model.placement": "none", "model.residual": "none" } },
 *       "seeds": [0, 1] }
 *
 * Each combination of a variant, a value of every axis and a seed is a cell: a run of its own.
 */
import { dirname, parse, resolve } from "node:path";
import { z } from "zod";
import { readJson } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";
import { parseWith } from "../explain.ts";
import { isObject, type RunOptions } from "../run/config.ts";
import type { FlowOptions } from "../run/flow/config.ts";
import { type Cell, cellsOf } from "./cell.ts";

/** Begins with a letter: a key such as `__proto__` names nothing of ours. */
const dottedKey = /^[a-zA-Z]\w*(\.[a-zA-Z]\w*)*$/;

const range = z
	.strictObject({
		from: z.number(),
		to: z.number(),
		count: z.int().min(2).describe("Number of values, both ends among them."),
		scale: z.enum(["linear", "log"]).default("linear").describe("What has equal distances."),
	})
	.refine(({ from, to, scale }) => scale === "linear" || (from > 0 && to > 0), {
		message:
			"Expected `from` and `to` of a log scale to be above 0, got one that is not. Use a list of values.",
	});

const value = z.union([z.number(), z.string(), z.boolean()]);

/** Begins with a letter or a digit, for the reason of `dottedKey`. */
const variantName = /^[\p{L}\d]/u;

const variants = z.record(z.string(), z.record(z.string(), z.unknown())).superRefine((given, context) => {
	const issue = (message: string) => context.addIssue({ code: "custom", message });
	if (Object.keys(given).length === 0)
		issue("Expected `variants` to have at least one variant, got none. Leave it out.");
	for (const [name, overrides] of Object.entries(given)) {
		if (!variantName.test(name))
			issue(
				`Expected the names of \`variants\` to begin with a letter or a digit, got ${JSON.stringify(name)}.`,
			);
		for (const key of Object.keys(overrides))
			if (!dottedKey.test(key))
				issue(
					`Expected the keys of variant ${JSON.stringify(name)} to be dotted keys, as in model.placement, got \`${key}\`.`,
				);
	}
});

const sweepSchema = z.strictObject({
	name: z
		.string()
		.regex(/^[\w][\w.-]*$/, "Use letters, digits, `-`, `_` and `.`")
		.default("sweep")
		.describe("Name of the sweep; its folder is called so."),
	base: z
		.record(z.string(), z.unknown())
		.describe(
			"A run's configuration, without `seed`: see `RunOptions`, or `FlowOptions` for gradient flows.",
		),
	axes: z
		.record(z.string(), z.union([range, z.array(value).min(1)]))
		.superRefine((axes, context) => {
			for (const key of Object.keys(axes))
				if (!dottedKey.test(key))
					context.addIssue({
						code: "custom",
						message: `Expected the keys of \`axes\` to be dotted keys, as in optimizer.learningRate, got \`${key}\`.`,
					});
		})
		.describe("Values by dotted key of the configuration: a list, or a range."),
	variants: variants
		.optional()
		.describe(
			"Sets of values by dotted key, by name: what goes together where an axis would vary one key alone. An empty set " +
				"is the base itself.",
		),
	seeds: z.array(z.int().nonnegative()).min(1).default([0]).describe("Each cell is run with each of them."),
	folder: z.string().optional().describe("Where relative paths begin. Default: the folder of this file."),
	keepCheckpoints: z
		.boolean()
		.default(false)
		.describe("Keep the last checkpoint of cells that have ended. What was measured is always kept."),
});

/** A value of an axis. */
export type AxisValue = z.output<typeof value>;

export type TrainingBase = Omit<RunOptions, "seed">;
export type FlowBase = Omit<FlowOptions, "seed">;

/** A sweep as a user writes it. */
export type SweepPlan<Base = TrainingBase | FlowBase> = Omit<z.input<typeof sweepSchema>, "base"> & {
	readonly base: Base;
};

/** A sweep with every value written out. */
export interface Sweep {
	readonly name: string;
	readonly base: Readonly<Record<string, unknown>>;
	readonly axes: Readonly<Record<string, readonly AxisValue[]>>;
	/** What each variant sets, by name and dotted key; undefined where the sweep has none. */
	readonly variants?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
	readonly seeds: readonly number[];
	/** Absolute. */
	readonly folder: string;
	readonly keepCheckpoints: boolean;
	/** Every combination, the seed varying slowest, then the variant, then the first axis. */
	readonly cells: readonly Cell[];
}

/** No disk and no reader has use for more. */
const mostCells = 100_000;

/**
 * Checks a sweep, writes its axes out and makes its cells. Paths in it are taken relative to its `folder`, and that
 * to `from`.
 * Throws a `UserError` that names each wrong key, from `source`, and the nearest valid one.
 */
export function parseSweep(plan: unknown, source = "the sweep", from = process.cwd()): Sweep {
	const { base, axes: given, ...parsed } = parseWith(sweepSchema, plan, source);
	const entries = Object.entries(given).map(([name, axis]) => [name, valuesOf(axis)] as const);
	const axes: Record<string, AxisValue[]> = Object.fromEntries(entries);
	const names = Object.keys(parsed.variants ?? {});
	const varied = [
		...Object.keys(axes).map((key) => ({ key, where: "`axes`" })),
		...names.flatMap((name) =>
			Object.keys(parsed.variants![name]!).map((key) => ({ key, where: `variant ${JSON.stringify(name)}` })),
		),
	];
	for (const { key, where } of varied) {
		if (/^(name|kind|seed|engine(\..*)?)$/.test(key))
			throw new UserError(
				`Expected ${where} to have keys that change what is trained, got \`${key}\`.` +
					`${key === "seed" ? " List seeds in `seeds`." : ""} (${source})`,
			);
		if (where !== "`axes`" && key in axes)
			throw new UserError(
				`Expected ${where} to set other keys than \`axes\`, got \`${key}\`, which is an axis. Remove it there or here. (${source})`,
			);
	}
	if ("seed" in base)
		throw new UserError(
			`Expected \`base.seed\` to be absent, got ${JSON.stringify(base["seed"])}. List seeds in \`seeds\`. (${source})`,
		);
	const lists = { ...axes, seeds: parsed.seeds };
	for (const [name, values] of Object.entries(lists))
		if (new Set(values).size < values.length)
			throw new UserError(`Expected the values of \`${name}\` to differ, got one of them twice. (${source})`);
	const count = Object.values(lists).reduce(
		(product, values) => product * values.length,
		Math.max(1, names.length),
	);
	if (count > mostCells)
		throw new UserError(
			`Expected the sweep to have at most ${mostCells} cells, got ${count}. Use fewer values. (${source})`,
		);
	const { name: _, provenance: __, ...resolved } = base;
	const folder = resolve(from, parsed.folder ?? ".");
	const sweep = { ...parsed, base: resolved, axes, folder };
	return { ...sweep, cells: cellsOf(sweep, source) };
}

/** Reads a sweep's file. Throws as `parseSweep` does, and with `advice` if it is not JSON. */
export async function readSweep(path: string, advice = "Mend the file."): Promise<Sweep> {
	const plan = await readJson(path, advice);
	if (isObject(plan) && !("name" in plan)) plan["name"] = parse(path).name;
	return parseSweep(plan, path, dirname(resolve(path)));
}

function valuesOf(axis: z.output<typeof range> | readonly AxisValue[]): AxisValue[] {
	if (!("from" in axis)) return [...axis];
	const { from, to, count, scale } = axis;
	return Array.from({ length: count }, (_, i) => {
		const share = i / (count - 1);
		const at = scale === "log" ? from * (to / from) ** share : from + (to - from) * share;
		// Six digits: 0.001 is 0.001 on every machine, and cells are named by their values.
		return Number(at.toPrecision(6));
	});
}
