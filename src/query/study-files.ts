/** What `study.json` and `sweep.json` say, as far as a list needs it. Anything in them may be wrong. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../error.ts";
import { sweepPaths } from "../sweep/paths.ts";
import type { Entry } from "./entry.ts";

const studySchema = z.object({
	claims: z.array(
		z.object({ verdict: z.enum(["holds", "fails", "not measured"]), outside: z.string().optional() }),
	),
	/** Absent in those of early versions. */
	experiments: z
		.array(z.object({ state: z.enum(["running", "finished", "interrupted", "diverged", "failed"]) }))
		.default([]),
});

const sweepSchema = z.object({
	axes: z.record(z.string(), z.array(z.unknown())),
	variants: z.record(z.string(), z.unknown()).optional(),
	seeds: z.array(z.unknown()),
});

/** Claims asked where the paper's hypotheses do not hold are not counted: the paper does not make them. */
export function readStudy(folder: string): Pick<Entry, "state" | "claims"> {
	const { claims, experiments } = readAs(studySchema, join(folder, "study.json"));
	const inside = claims.filter(({ outside }) => !outside);
	const of = (verdict: string) => inside.filter((claim) => claim.verdict === verdict).length;
	const states = new Set(experiments.map(({ state }) => state));
	return {
		claims: { holds: of("holds"), fails: of("fails"), open: of("not measured") },
		state: states.has("failed")
			? "failed"
			: states.has("interrupted") || states.has("running")
				? "interrupted"
				: "finished",
	};
}

/** The number of cells. */
export function readSweepSize(folder: string): number {
	const { axes, variants, seeds } = readAs(sweepSchema, sweepPaths(folder).sweep);
	const names = Object.keys(variants ?? {}).length;
	return Object.values(axes).reduce(
		(count, values) => count * values.length,
		seeds.length * Math.max(1, names),
	);
}

function readAs<S extends z.ZodType>(schema: S, path: string): z.output<S> {
	try {
		return schema.parse(JSON.parse(readFileSync(path, "utf8")));
	} catch (error) {
		throw new UserError(`Expected \`${path}\` to be as this program writes it, got something else.`, {
			cause: error,
		});
	}
}
