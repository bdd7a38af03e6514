/** Replaces a file's content in one move: a reader, or a crash, sees the old content or the new, never a part. */
import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { asUserError } from "../checkpoint/disk.ts";

export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
	const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
	try {
		const file = await open(temporary, "wx");
		try {
			await file.writeFile(content);
			await file.sync();
		} finally {
			await file.close();
		}
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true });
		throw asUserError(error, path);
	}
}
