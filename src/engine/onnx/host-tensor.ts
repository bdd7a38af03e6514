/** An array in host memory, which is the CPU device's own. */
import * as ort from "onnxruntime-node";
import type { DType, Spec, Tensor, TypedArray } from "../types.ts";
import { checkedValues, formatSpec } from "../values.ts";

/** The runtime's tensor over these values, which are not copied. */
export const nativeTensor = (values: TypedArray, { shape, dtype }: Spec): ort.Tensor =>
	new ort.Tensor(dtype as "float32", values as Float32Array, shape);

export class HostTensor implements Tensor {
	readonly shape: readonly number[];
	readonly dtype: DType;
	#native: ort.Tensor | undefined;

	constructor(native: ort.Tensor, { shape, dtype }: Spec) {
		this.shape = shape;
		this.dtype = dtype;
		this.#native = native;
	}

	get native(): ort.Tensor {
		if (!this.#native)
			throw new Error(`${formatSpec(this)} was donated or disposed of and cannot be used again`);
		return this.#native;
	}

	get values(): TypedArray {
		return this.native.data as TypedArray;
	}

	async read(): Promise<TypedArray> {
		return this.values.slice();
	}

	async write(values: TypedArray): Promise<void> {
		this.values.set(checkedValues(values, this.shape, this.dtype));
	}

	/** Whether this tensor lives in `native`'s memory. */
	holds(native: ort.Tensor): boolean {
		return this.#native === native;
	}

	/** Moves the values to memory of their own, so that the old can be used otherwise. */
	moveOut(): void {
		this.#native = nativeTensor(this.values.slice(), this);
	}

	/** The native tensor, which this one gives up. */
	take(): ort.Tensor {
		const native = this.native;
		this.#native = undefined;
		return native;
	}

	dispose(): void {
		this.#native = undefined;
	}
}
