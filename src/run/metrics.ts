/**
 * The metrics file: one JSON object a line, one line a step, appended and handed to the system at once.
 *
 * Lines are written in one piece at a known offset, and a checkpoint remembers the offset it was taken at. A resumed
 * run cuts the file back to that offset, so it never holds a step twice, and ends up with the lines of a run that was
 * never stopped. Only `time` and `perf/*` are wall-clock readings and differ from run to run.
 */
import { type FileHandle, open, readFile } from "node:fs/promises";
import { asUserError } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";

/** What was measured at one step, by key (`val/loss`); a key that was not measured is absent. */
export interface MetricsRow {
	/** The number of updates made before the measurement; 0 is the initial model. */
	readonly step: number;
	/** Seconds of running since the run began, over all its resumptions. */
	readonly time: number;
	readonly [key: string]: number;
}

/** Whether a key is a wall-clock reading, exempt from the promise that a resumed run repeats its numbers. */
export const isWallClock = (key: string): boolean => key === "time" || key.startsWith("perf/");

export class MetricsFile {
	readonly #path: string;
	readonly #file: FileHandle;
	#bytes: number;

	private constructor(path: string, file: FileHandle, bytes: number) {
		this.#path = path;
		this.#file = file;
		this.#bytes = bytes;
	}

	/** Opens the file with its first `bytes` bytes kept and the rest cut off. Creates it if absent. */
	static async open(path: string, bytes: number): Promise<MetricsFile> {
		try {
			const file = await open(path, bytes === 0 ? "w" : "r+");
			const { size } = await file.stat();
			if (size < bytes) {
				await file.close();
				throw new UserError(
					`Expected \`${path}\` to hold at least ${bytes} bytes, as when the checkpoint was written, got ${size}. ` +
						"Restore the file, or start the run anew in another folder.",
				);
			}
			if (size > bytes) await file.truncate(bytes);
			return new MetricsFile(path, file, bytes);
		} catch (error) {
			throw asUserError(error, path);
		}
	}

	/** The length of the file: all lines appended so far. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Appends one row. If the disk refuses it (full, say), the file is left as it was before. */
	async append(row: MetricsRow): Promise<void> {
		const line = Buffer.from(`${JSON.stringify(row)}\n`);
		try {
			for (let written = 0; written < line.length; )
				written += (await this.#file.write(line, written, line.length - written, this.#bytes + written))
					.bytesWritten;
		} catch (error) {
			await this.#file.truncate(this.#bytes).catch(() => {});
			throw asUserError(error, this.#path);
		}
		this.#bytes += line.length;
	}

	/** Waits until all lines are on the disk itself, as they must be before a checkpoint that counts them. */
	async sync(): Promise<void> {
		await this.#file.sync();
	}

	async close(): Promise<void> {
		await this.#file.close();
	}
}

/** All complete rows of a metrics file; a line still being written at the end is left out. */
export async function readMetrics(path: string): Promise<MetricsRow[]> {
	const text = await readFile(path, "utf8").catch((error) => {
		throw asUserError(error, path);
	});
	const lines = text.split("\n").slice(0, -1);
	return lines.map((line, i) => {
		try {
			return JSON.parse(line) as MetricsRow;
		} catch {
			throw new UserError(
				`Expected line ${i + 1} of \`${path}\` to be a JSON object, got ${line.slice(0, 60)}`,
			);
		}
	});
}
