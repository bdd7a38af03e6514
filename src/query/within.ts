/** Nothing outside the folder that is shown can be had, through `..` or through links. */
import { realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { UserError } from "../error.ts";

/**
 * Where `path` lies on this machine, parts joined by `/` and relative to `root`, all links followed; undefined if there
 * is nothing, if it is hidden (locks and temporary files are nobody's results), or if it leads out of `root`.
 */
export async function pathWithin(root: string, path: string): Promise<string | undefined> {
	const parts = path.split("/").filter(Boolean);
	if (/[\0\\]/.test(path) || parts.some((part) => part.startsWith("."))) return undefined;
	const [base, found] = await Promise.all([
		realpath(root).catch(() => undefined),
		realpath(join(root, ...parts)).catch(() => undefined),
	]);
	if (base === undefined || found === undefined) return undefined;
	return found === base || found.startsWith(base.endsWith(sep) ? base : base + sep) ? found : undefined;
}

/** The folder of an entry. Throws a `UserError` if there is none of that path. */
export async function entryFolder(root: string, path: string): Promise<string> {
	const folder = await pathWithin(root, path);
	if (folder !== undefined) return folder;
	throw new UserError(
		`Expected the path of a run to be that of a folder in \`${root}\`, got \`${path.slice(0, 200)}\`. Choose one of the list.`,
	);
}
