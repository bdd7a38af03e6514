/**
 * Makes a folder and those above it. Node's own recursive `mkdir` says "no such file" on a read-only file system;
 * made one by one, folders fail for the reason they fail.
 */
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { asUserError } from "../checkpoint/disk.ts";

/** Throws a `UserError` that names the folder that could not be made, or the file that has its name. */
export async function makeFolder(path: string): Promise<void> {
	try {
		await make(path).catch(async (error) => {
			// Where the folder above is there, nothing can be made: `/proc`.
			if (error.code !== "ENOENT" || dirname(path) === path) throw error;
			await makeFolder(dirname(path));
			await make(path);
		});
	} catch (error) {
		throw asUserError(error, path);
	}
}

async function make(path: string): Promise<void> {
	await mkdir(path).catch(async (error) => {
		if (error.code !== "EEXIST" || !(await stat(path)).isDirectory()) throw error;
	});
}
