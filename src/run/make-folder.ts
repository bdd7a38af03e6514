/**
 * Makes a folder and those above it. Node's own recursive `mkdir` says "no such file" on a read-only file system;
 * made one by one, folders fail for the reason they fail.
 */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { asUserError } from "../checkpoint/disk.ts";

/** Throws a `UserError` that names the folder that could not be made. */
export async function makeFolder(path: string): Promise<void> {
	try {
		await mkdir(path);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "EEXIST") return;
		if (code !== "ENOENT" || dirname(path) === path) throw asUserError(error, path);
		await makeFolder(dirname(path));
		await makeFolder(path);
	}
}
