/** Whether a sweep may go on in a folder: it has all the cells of the sweep that is there, and perhaps more. */
import { existsSync } from "node:fs";
import { UserError } from "../error.ts";
import { differingKey } from "../run/config.ts";
import { readSweep, type Sweep } from "./config.ts";
import { sweepPaths, writtenAnew } from "./paths.ts";

/** Throws a `UserError` that names what has changed, unless cells were only added. */
export async function requireSameSweep(sweep: Sweep, directory: string): Promise<void> {
	const { sweep: path } = sweepPaths(directory);
	if (!existsSync(path)) return;
	const before = await readSweep(path, writtenAnew);
	const cells = new Set(sweep.cells.map(({ hash }) => hash));
	if (before.cells.every(({ hash }) => cells.has(hash))) return;
	const key =
		differingKey({ base: before.base }, { base: sweep.base }) ??
		removedFrom(listsOf(before), listsOf(sweep)) ??
		differingKey({ variants: before.variants }, { variants: sweep.variants }) ??
		(before.folder === sweep.folder ? undefined : "folder");
	throw new UserError(
		`Expected ${key ? `\`${key}\`` : "the program's defaults"} to be as in \`${path}\`, got a sweep without some ` +
			"of its cells. Axes, variants and seeds may be extended; for another sweep choose another folder, or delete this one.",
	);
}

type Lists = Readonly<Record<string, readonly unknown[]>>;

const listsOf = ({ axes, variants, seeds }: Sweep): Lists => ({
	...axes,
	...(variants && { variants: Object.keys(variants) }),
	seeds,
});

/** The list that has lost a value; an axis that is new changes every cell too. */
const removedFrom = (before: Lists, after: Lists): string | undefined =>
	Object.keys(before).find((key) => before[key]!.some((value) => !after[key]?.includes(value))) ??
	Object.keys(after).find((key) => !before[key]);
