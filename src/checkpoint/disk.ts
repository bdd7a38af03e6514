/**
 * What disks say no with, in words: a full disk, a read-only folder or a missing file is the user's to mend.
 */
import { readFile } from "node:fs/promises";
import { UserError } from "../error.ts";

const reasons: Record<string, string> = {
	EACCES:
		"to be readable and writable, got permission denied. Change its permissions, or choose another folder",
	EPERM:
		"to be readable and writable, got permission denied. Change its permissions, or choose another folder",
	EROFS: "to be writable, got a read-only file system. Choose another folder",
	ENOSPC: "to be written in full, got no space left on the device. Free some space and run again",
	EDQUOT: "to be written in full, got an exceeded disk quota. Free some space and run again",
	ENOENT: "to exist, got no such file or folder. Check the path",
	ENOTDIR: "to be in a folder, got a path through a file. Check the path",
	EEXIST: "to be a folder, got a file of that name. Choose another folder",
	EISDIR: "to be a file, got a folder. Check the path",
	ELOOP: "to be a file or folder, got links that lead back to themselves. Remove them",
	EBUSY: "to be free, got a file or folder in use. Choose another",
	ENAMETOOLONG: "to have a shorter path. Choose another folder",
	EMFILE: "to be opened, got too many open files. Raise the limit (ulimit -n)",
	EIO: "to be readable and writable, got an input/output error. Check the disk",
};

/** A system error about `path` as a `UserError` that says what to do; any other error is returned as it is. */
export function asUserError(error: unknown, path: string): unknown {
	const reason = reasons[(error as NodeJS.ErrnoException | undefined)?.code ?? ""];
	return reason ? new UserError(`Expected \`${path}\` ${reason}.`, { cause: error }) : error;
}

/** The JSON in a file. Throws a `UserError`, which ends with `advice`, if it is missing or is not JSON. */
export async function readJson(path: string, advice: string): Promise<unknown> {
	const text = await readFile(path, "utf8").catch((error) => {
		throw asUserError(error, path);
	});
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new UserError(`Expected \`${path}\` to be JSON, got "${(error as Error).message}". ${advice}`, {
			cause: error,
		});
	}
}
