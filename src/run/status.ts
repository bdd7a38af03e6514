/**
 * A run's state, in `status.json`: what it is doing, or how it ended.
 *
 * A killed process cannot say so. Where the file says `running` and nobody holds the run's lock, it was killed.
 */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { asUserError } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";
import { isLocked } from "./lock.ts";
import { runPaths } from "./paths.ts";
import { replaceFile } from "./replace-file.ts";

const statusSchema = z.strictObject({
	/**
	 * `running`, `finished`, `interrupted` by the user or killed, `diverged` (the loss stopped being a number), or
	 * `failed` with an error.
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

export async function writeStatus(directory: string, status: Omit<RunStatus, "updated">): Promise<void> {
	await replaceFile(
		runPaths(directory).status,
		`${JSON.stringify({ ...status, updated: new Date().toISOString() }, undefined, "\t")}\n`,
	);
}

/** The status of the run in `directory`. Throws a `UserError` if the file is missing or damaged. */
export async function readStatus(directory: string): Promise<RunStatus> {
	const { status: path, lock } = runPaths(directory);
	const text = await readFile(path, "utf8").catch((error) => {
		throw asUserError(error, path);
	});
	let status: RunStatus;
	try {
		status = statusSchema.parse(JSON.parse(text));
	} catch (error) {
		throw new UserError(`Expected \`${path}\` to hold a run's status, got something else. Delete the file.`, {
			cause: error,
		});
	}
	if (status.state !== "running" || (await isLocked(lock))) return status;
	return {
		...status,
		state: "interrupted",
		message: `The process was killed; \`npx orrery resume ${directory}\` goes on.`,
	};
}
