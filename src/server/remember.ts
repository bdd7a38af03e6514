/** What was read of a file is remembered until the file changes. */
import { stat } from "node:fs/promises";

/**
 * `read` with a memory: for a file whose time, size and identity are those of the last reading it returns what it
 * returned then, failures too.
 */
export function remember<T>(read: (path: string) => Promise<T>): (path: string) => Promise<T> {
	const known = new Map<string, { readonly stamp: string; readonly value: Promise<T> }>();
	return async (path) => {
		const { mtimeMs, size, ino } = await stat(path);
		const stamp = `${mtimeMs} ${size} ${ino}`;
		const before = known.get(path);
		if (before?.stamp === stamp) return before.value;
		const value = read(path);
		known.set(path, { stamp, value });
		return value;
	};
}
