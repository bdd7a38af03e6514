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
import type { MetricsRow } from "./metrics-row.ts";

export class MetricsFile {
	readonly #path: string;
	readonly #file: FileHandle;
	#bytes: number;

	private constructor(path: string, file: FileHandle, bytes: number) {
		this.#path = path;
		this.#file = file;
		this.#bytes = bytes;
	}

	/** Opens the file with its first `bytes` bytes (see `checkMetrics`) kept and the rest cut off; creates it for 0. */
	static async open(path: string, bytes: number): Promise<MetricsFile> {
		try {
			const file = await open(path, bytes === 0 ? "w" : "r+");
			if (bytes > 0) await file.truncate(bytes);
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

/**
 * All complete rows of a metrics file; a line still being written at the end is left out.
 * Throws a `UserError` that names the line which is no row.
 */
export async function readMetrics(path: string): Promise<MetricsRow[]> {
	return rowsOf(await read(path), path);
}

/**
 * Checks that the first `bytes` bytes of a metrics file are whole rows, as they were when a checkpoint counted them.
 * Throws a `UserError` if not: cutting the file there would lose rows, or tear one.
 */
export async function checkMetrics(path: string, bytes: number): Promise<void> {
	if (bytes === 0) return;
	const file = await read(path);
	if (file[bytes - 1] !== newline)
		throw new UserError(
			`Expected \`${path}\` to have a row that ends at byte ${bytes}, as when the checkpoint was written, got ` +
				`${file.length < bytes ? `only ${file.length} bytes` : "other lines"}. ${restore}`,
		);
	rowsOf(file.subarray(0, bytes), path);
}

const newline = 10;
const restore =
	"Restore the file, or run it anew; a training can also go on from an earlier checkpoint (`npx orrery resume --from-step`).";

const read = (path: string): Promise<Buffer> =>
	readFile(path).catch((error) => {
		throw asUserError(error, path);
	});

function rowsOf(file: Buffer, path: string): MetricsRow[] {
	const lines = file.toString("utf8").split("\n").slice(0, -1);
	return lines.map((line, i) => {
		const row = rowOf(line);
		if (row) return row;
		throw new UserError(
			`Expected line ${i + 1} of \`${path}\` to be an object of numbers with a step, got ` +
				`\`${line.slice(0, 60)}\`. ${restore}`,
		);
	});
}

function rowOf(line: string): MetricsRow | undefined {
	try {
		const row = JSON.parse(line);
		const isRow = Number.isInteger(row.step) && Object.values(row).every(Number.isFinite);
		return isRow ? row : undefined;
	} catch {
		return undefined;
	}
}
