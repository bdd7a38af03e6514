/** What the commands on series of checkpoints have in common: which series, and which steps of it. */
import { InvalidArgumentError } from "commander";
import { findSeries } from "../checkpoint/find-series.ts";
import type { Series } from "../checkpoint/series.ts";

/** Reads `--steps 0,512,1000`. */
export function stepList(text: string): number[] {
	const steps = text.split(",").map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
	if (!steps.every(Number.isSafeInteger))
		throw new InvalidArgumentError("Expected whole numbers with commas between them, such as 0,512,1000.");
	return steps;
}

/**
 * The series at the given places. Several places that are one checkpoint each, of different steps, are one series, named
 * after the folder they lie in: so `checkpoint-*` works, which a shell spells out.
 */
export async function openSeries(where: readonly string[], steps?: readonly number[]): Promise<Series[]> {
	const found: Series[] = [];
	for (const location of where) found.push(await findSeries(location, steps && { steps }));
	const entries = found.flatMap((series) => series.entries);
	const apart = new Set(entries.map(({ step }) => step)).size === entries.length;
	if (found.length === 1 || !apart || found.some((series) => series.entries.length !== 1)) return found;
	return [
		{
			location: commonFolder(where),
			entries: entries.toSorted((a, b) => a.step - b.step),
			ignored: found.flatMap((series) => series.ignored),
		},
	];
}

function commonFolder(paths: readonly string[]): string {
	const parts = paths.map((path) => path.replace(/\/+$/, "").split("/").slice(0, -1));
	const [first] = parts;
	const same = first!.findIndex((part, i) => parts.some((other) => other[i] !== part));
	return (same < 0 ? first! : first!.slice(0, same)).join("/") || (paths[0]!.startsWith("/") ? "/" : ".");
}
