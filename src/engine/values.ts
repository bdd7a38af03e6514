/** Host values and their types. */
import { UserError } from "../error.ts";
import type { DType, TypedArray } from "./types.ts";

const constructors = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array };

/** The number of values in an array of this shape; 1 for a scalar. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** `float32[4,8]`, as jax-js prints it. */
export const formatSpec = (x: { shape: readonly number[]; dtype: string }): string =>
	`${x.dtype}[${x.shape.join(",")}]`;

export const bytesOf = (dtype: DType): number => constructors[dtype].BYTES_PER_ELEMENT;

/** A zeroed typed array for `length` values. */
export const typedArray = (dtype: DType, length: number): TypedArray => new constructors[dtype](length);

export function dtypeOf(values: TypedArray): DType {
	for (const [dtype, type] of Object.entries(constructors)) if (values instanceof type) return dtype as DType;
	throw new TypeError(`Expected a Float32Array, Float64Array, Int32Array or Uint8Array, got ${values}`);
}

/** `values` as a typed array of `dtype`, checked against `shape`; a typed array of the right type is not copied. */
export function checkedValues(
	values: TypedArray | readonly number[],
	shape: readonly number[],
	dtype: DType,
	what = "values",
): TypedArray {
	if (values.length !== sizeOf(shape))
		throw new UserError(
			`Expected \`${what}\` to hold ${sizeOf(shape)} values for ${formatSpec({ shape, dtype })}, got ${values.length}`,
		);
	return values instanceof constructors[dtype] ? values : constructors[dtype].from(values);
}
