/** A run's state, in `status.json`: what it is doing, or how it ended. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { asUserError } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";
import { replaceFile } from "./replace-file.ts";

const statusSchema = z.strictObject({
	/**
	 * `running` (or killed: then the process in `run.lock` is gone), `finished`, `interrupted` by the user,
	 * `diverged` (the loss stopped being a number), or `failed` with an error.
	 */
	state: z.enum(["running", "finished", "interrupted", "diverged", "failed"]),
	/** The step that the run had reached; for `diverged`, the step whose loss or parameters were not finite. */
	step: z.int(),
	/** The number of steps of the whole run. */
	steps: z.int(),
	/** Why, where it did not finish. */
	message: z.string().optional(),
	/** Wall-clock seconds of running, and the part of them spent on measuring. */
	seconds: z.number(),
	measureSeconds: z.number(),
	updated: z.iso.datetime(),
});

export type RunStatus = z.output<typeof statusSchema>;

export async function writeStatus(path: string, status: Omit<RunStatus, "updated">): Promise<void> {
	await replaceFile(
		path,
		`${JSON.stringify({ ...status, updated: new Date().toISOString() }, undefined, "\t")}\n`,
	);
}

export async function readStatus(path: string): Promise<RunStatus> {
	const text = await readFile(path, "utf8").catch((error) => {
		throw asUserError(error, path);
	});
	try {
		return statusSchema.parse(JSON.parse(text));
	} catch (error) {
		throw new UserError(`Expected \`${path}\` to hold a run's status, got something else. Delete the file.`, {
			cause: error,
		});
	}
}
