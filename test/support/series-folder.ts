/** Checkpoints written for a test, and the series that they are. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Series } from "../../src/checkpoint/series.ts";
import { byteSizes, type StoredType } from "../../src/checkpoint/stored-type.ts";
import { fixture } from "./fixtures.ts";
import { safetensorsBytes } from "./memory-source.ts";

export interface WrittenTensor {
	readonly shape: readonly number[];
	readonly dtype: StoredType;
	readonly bytes: Uint8Array;
}

export const float32 = (values: ArrayLike<number>, shape: readonly number[]): WrittenTensor => ({
	shape,
	dtype: "F32",
	bytes: new Uint8Array(Float32Array.from(values).buffer),
});

/** One safetensors file a checkpoint, of steps 0, 100, 200, … unless others are given. */
export function writeSeries(
	checkpoints: readonly Readonly<Record<string, WrittenTensor>>[],
	steps: readonly number[] = checkpoints.map((_, i) => 100 * i),
): Series {
	const folder = mkdtempSync(join(tmpdir(), "orrery-test-"));
	const entries = checkpoints.map((tensors, i) => {
		let end = 0;
		const header = Object.entries(tensors).map(([name, { dtype, shape, bytes }]) => {
			if (bytes.length !== shape.reduce((a, b) => a * b, byteSizes[dtype]))
				throw new Error(`${name} has ${bytes.length} bytes`);
			const begin = end;
			end += bytes.length;
			return [name, { dtype, shape, data_offsets: [begin, end] }];
		});
		const data = Buffer.concat(Object.values(tensors).map(({ bytes }) => bytes));
		const location = join(folder, `step${steps[i]}.safetensors`);
		writeFileSync(location, safetensorsBytes(Object.fromEntries(header), data));
		return { step: steps[i]!, location };
	});
	return { location: folder, entries, ignored: [] };
}

/** Folders of test/fixtures as checkpoints 0, 1, 2, … */
export const fixtureSeries = (...names: readonly string[]): Series => ({
	location: names.join(),
	entries: names.map((name, step) => ({ step, location: fileURLToPath(fixture(name)) })),
	ignored: [],
});
