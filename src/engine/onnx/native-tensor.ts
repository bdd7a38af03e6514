/** An array of the native engine: in host memory, or in the buffer of a GPU. */
import * as ort from "onnxruntime-node";
import type { DType, Spec, Tensor, TypedArray } from "../types.ts";
import { checkedValues, formatSpec } from "../values.ts";

/** The runtime's tensor over these values, which are not copied. */
export const nativeOf = (values: TypedArray, { shape, dtype }: Spec): ort.Tensor =>
	new ort.Tensor(dtype as "float32", values as Float32Array, shape);

/** Copies a tensor out of a GPU's memory. */
export type Download = (native: ort.Tensor, spec: Spec) => Promise<TypedArray>;

export class NativeTensor implements Tensor {
	readonly shape: readonly number[];
	readonly dtype: DType;
	readonly #download: Download | undefined;
	#native: ort.Tensor | undefined;

	/** `download` reads tensors that are not in host memory. */
	constructor(native: ort.Tensor, { shape, dtype }: Spec, download?: Download) {
		this.shape = shape;
		this.dtype = dtype;
		this.#native = native;
		this.#download = download;
	}

	get native(): ort.Tensor {
		if (!this.#native)
			throw new Error(`${formatSpec(this)} was donated or disposed of and cannot be used again`);
		return this.#native;
	}

	async read(): Promise<TypedArray> {
		if (isOnHost(this.native)) return (this.native.data as TypedArray).slice();
		if (!this.#download) throw new Error(`${formatSpec(this)} is in a device's memory that cannot be read`);
		return this.#download(this.native, this);
	}

	async write(values: TypedArray): Promise<void> {
		const checked = checkedValues(values, this.shape, this.dtype);
		if (isOnHost(this.native)) (this.native.data as Float32Array).set(checked as Float32Array);
		else {
			this.dispose();
			this.#native = nativeOf(checked.slice(), this);
		}
	}

	/** Whether this tensor lives in `native`'s memory. */
	holds(native: ort.Tensor): boolean {
		return this.#native === native;
	}

	/** Moves the values to host memory of their own, so that the old can be used otherwise. */
	moveOut(): void {
		this.#native = nativeOf((this.native.data as TypedArray).slice(), this);
	}

	/** The native tensor, which this one gives up. */
	take(): ort.Tensor {
		const native = this.native;
		this.#native = undefined;
		return native;
	}

	dispose(): void {
		if (this.#native && !isOnHost(this.#native)) this.#native.dispose();
		this.#native = undefined;
	}
}

export const isOnHost = (native: ort.Tensor): boolean => native.location === "cpu";
