/** The end of a file of metrics: how far a run has come, and its losses, without reading the rest. */
import { closeSync, openSync, readSync } from "node:fs";

export interface LastValues {
	/** Bytes of the file, and of the whole lines in it. */
	readonly size: number;
	readonly lines: number;
	readonly step?: number;
	readonly loss?: number;
	readonly validationLoss?: number;
}

const keys = { step: "step", loss: "train/loss", validationLoss: "val/loss" } as const;

/** So far back a value is looked for, in pieces that begin small: mostly the last lines have all. */
const furthest = 256 * 1024;
const firstPiece = 8 * 1024;

/** `before` is what was read of the same file when it was shorter: only what was added is read. */
export function lastValues(path: string, size: number, before?: LastValues): LastValues {
	const known = before && before.lines <= size ? before : undefined;
	const file = openSync(path, "r");
	try {
		const least = Math.max(known?.lines ?? 0, size - furthest);
		const values: { step?: number; loss?: number; validationLoss?: number } = {};
		let lines: number | undefined;
		let text = Buffer.alloc(0);
		for (let [start, piece] = [size, firstPiece]; start > least; piece *= 4) {
			const from = Math.max(least, start - piece);
			const added = Buffer.alloc(start - from);
			const got = readSync(file, added, 0, added.length, from);
			// Cut back in this very moment.
			if (got < added.length) break;
			text = Buffer.concat([added, text]);
			const end = text.lastIndexOf(10) + 1;
			if (end > 0) lines ??= from + end;
			// What stands before the first line's end may have begun earlier.
			const begin = from === (known?.lines ?? 0) ? 0 : text.indexOf(10) + 1;
			if (end > begin) take(values, text.toString("utf8", begin, end));
			text = text.subarray(0, begin);
			start = from;
			if (Object.keys(values).length === 3) break;
		}
		return { ...known, ...values, size, lines: lines ?? known?.lines ?? 0 };
	} finally {
		closeSync(file);
	}
}

/** The last value of each key that has none yet. */
function take(values: Partial<Record<keyof typeof keys, number>>, text: string): void {
	for (const line of text.split("\n").reverse())
		for (const [name, key] of Object.entries(keys) as [keyof typeof keys, string][]) {
			if (values[name] !== undefined || !line.includes(`"${key}"`)) continue;
			try {
				const value = JSON.parse(line)[key];
				if (typeof value === "number") values[name] = value;
			} catch {
				// Not a row. Whoever reads the metrics is told.
			}
		}
}
