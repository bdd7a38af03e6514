/** Lists a family's parameters in their order: what most of them share is said once. */
import type { FamilyParameter, Initial } from "./family.ts";

export const constant = (value: number): Initial => ({ name: "constant", value });
export const normal = (deviation: number): Initial => ({ name: "normal", deviation });

export interface LinearOptions {
	/** Default true. */
	readonly bias?: boolean;
	/** Whether the weight is [in, out], y = x W. Default: [out, in], y = x Wᵀ. */
	readonly transposed?: boolean;
	/** Default: the list's. */
	readonly deviation?: number;
}

export class ParameterList {
	readonly all: Record<string, FamilyParameter> = {};
	readonly #deviation: number;

	/** `deviation`: standard deviation of the initial weights of tables and linear maps. */
	constructor(deviation: number) {
		this.#deviation = deviation;
	}

	/** `<name>.weight` [rows, width]. `padToken`: a row that begins as zero, if the table has it. */
	table(name: string, rows: number, width: number, padToken?: number): void {
		const has = padToken !== undefined && padToken >= 0 && padToken < rows;
		this.all[`${name}.weight`] = {
			shape: [rows, width],
			initial: normal(this.#deviation),
			...(has ? { zeroRow: padToken } : {}),
		};
	}

	/** `<name>.weight` of ones, and `<name>.bias` of zeros unless there is none. */
	norm(name: string, width: number, { bias = true }: { readonly bias?: boolean } = {}): void {
		this.all[`${name}.weight`] = { shape: [width], initial: constant(1) };
		if (bias) this.all[`${name}.bias`] = { shape: [width], initial: constant(0) };
	}

	/** `<name>.weight`, and `<name>.bias` of zeros unless there is none. */
	linear(name: string, into: number, out: number, options: LinearOptions = {}): void {
		const { bias = true, transposed = false, deviation = this.#deviation } = options;
		const shape = transposed ? [into, out] : [out, into];
		this.all[`${name}.weight`] = { shape, initial: normal(deviation) };
		if (bias) this.all[`${name}.bias`] = { shape: [out], initial: constant(0) };
	}
}
