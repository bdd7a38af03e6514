/**
 * A directory appears whole or not at all, and goes so.
 *
 * It is written beside its place as `<name>.partial`, every file and the directory itself are flushed to the disk,
 * and one rename puts it there. Whatever still ends in `.partial` was left by a program that was killed.
 */
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { asUserError } from "./disk.ts";

const suffix = ".partial";

/**
 * Creates the directory `path` with what `write` puts into the temporary directory that it is given; `write` flushes
 * its own files. An existing directory is replaced: a crash between the two renames can lose it, but no other.
 * Throws UserError if the disk refuses; what was written is then removed, and an existing directory stays.
 */
export async function writeDirectory(
	path: string,
	write: (temporary: string) => Promise<void>,
): Promise<void> {
	const [parent, temporary] = [dirname(path), path + suffix];
	const replaced = `${path}.replaced${suffix}`;
	try {
		const created = await mkdir(parent, { recursive: true });
		if (created) await flushDirectory(dirname(created));
		await removeLeftovers(parent);
		await mkdir(temporary);
		await write(temporary);
		await flushDirectory(temporary);
		const exists = (await readdir(parent)).includes(basename(path));
		if (exists) await rename(path, replaced);
		await rename(temporary, path);
		await flushDirectory(parent);
		if (exists) await rm(replaced, { recursive: true });
	} catch (error) {
		// On a disk that takes no more these may fail as well, and what was not moved cannot be moved back: the first
		// error is the one to tell.
		await rename(replaced, path).catch(() => {});
		await rm(temporary, { recursive: true, force: true }).catch(() => {});
		throw asUserError(error, path);
	}
}

/** Removes the directory `path`: whole, or not at all. Throws UserError if the disk refuses. */
export async function removeDirectory(path: string): Promise<void> {
	const removed = `${path}.removed${suffix}`;
	try {
		await removeLeftovers(dirname(path));
		await rename(path, removed);
		await rm(removed, { recursive: true });
	} catch (error) {
		throw asUserError(error, path);
	}
}

/** Removes what killed programs left in `parent`. Nothing else may be writing there. */
async function removeLeftovers(parent: string): Promise<void> {
	for (const name of await readdir(parent))
		if (name.endsWith(suffix)) await rm(join(parent, name), { recursive: true });
}

/** Makes the names in a directory durable. Windows has no such call and keeps them itself. */
async function flushDirectory(path: string): Promise<void> {
	if (process.platform === "win32") return;
	const directory = await open(path, "r");
	try {
		await directory.sync();
	} finally {
		await directory.close();
	}
}
