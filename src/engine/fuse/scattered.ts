/**
 * The gradient of a table of which a step reads a few rows (embeddings): zeros, with rows added at indices. Made whole it
 * would cost several passes over memory of the table's size. Here the body gives rows and indices alone; they are added
 * into zeros that lie ready, and once the updates have read them these rows are made zero again.
 */
import { madeBy, type Value } from "../ir.ts";
import type { TypedArray } from "../types.ts";
import { sizeOf } from "../values.ts";

export interface ScatteredRows {
	/** [rows, ...], zeros but for what is added. */
	readonly value: Value;
	/** [indices..., ...] */
	readonly rows: Value;
	readonly indices: Value;
}

/** What is added where, if `value` is nothing but zeros with rows added by the first axis. */
export function scatteredRows(value: Value): ScatteredRows | undefined {
	const node = madeBy(value, "scatter");
	if (node?.inputs.length !== 2) return undefined;
	const { op, axis, outDim } = node.params;
	const [rows, indices] = node.inputs;
	const byFirst = axis.length === 1 && axis[0] === 0 && outDim === 0;
	return op === "add" && byFirst && indices.dtype === "int32" ? { value, rows, indices } : undefined;
}

/** Throws `RangeError` where an index is outside. */
export function checkIndices({ value }: ScatteredRows, indices: TypedArray): void {
	for (const row of indices)
		if (row < 0 || row >= value.shape[0])
			throw new RangeError(`Expected indices of rows from 0 to ${value.shape[0] - 1}, got ${row}`);
}

/** Adds each of `rows` to the row of `table` that its index names. */
export function addRows({ value }: ScatteredRows, table: TypedArray, rows: TypedArray, at: TypedArray): void {
	const width = sizeOf(value.shape.slice(1));
	for (let i = 0; i < at.length; i++) {
		const [to, from] = [at[i] * width, i * width];
		for (let k = 0; k < width; k++) table[to + k] += rows[from + k];
	}
}

/** Makes the rows of `table` that `addRows` wrote zero again. */
export function clearRows({ value }: ScatteredRows, table: TypedArray, at: TypedArray): void {
	const width = sizeOf(value.shape.slice(1));
	for (const row of at) table.fill(0, row * width, (row + 1) * width);
}
