/** What lies at a place at a moment: enough to see that somebody is still writing there, or has written since. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

export interface FileState {
	readonly path: string;
	readonly size: number;
	/** Milliseconds. */
	readonly changed: number;
}

/** The file, or the files of the folder; empty if nothing is there. */
export async function filesAt(location: string): Promise<FileState[]> {
	const status = await stat(location).catch(() => undefined);
	if (!status) return [];
	if (!status.isDirectory()) return [{ path: location, size: status.size, changed: status.mtimeMs }];
	const names = (await readdir(location).catch(() => [])).sort();
	const states = await Promise.all(names.map((name) => stateOf(join(location, name))));
	return states.filter((state) => state !== undefined);
}

/** Undefined if it is gone. */
export async function stateOf(path: string): Promise<FileState | undefined> {
	const status = await stat(path).catch(() => undefined);
	return status && { path, size: status.size, changed: status.mtimeMs };
}

export const sameFiles = (a: readonly FileState[], b: readonly (FileState | undefined)[]): boolean =>
	a.length === b.length &&
	a.every(({ path, size, changed }, i) => {
		const other = b[i];
		return other?.path === path && other.size === size && other.changed === changed;
	});
