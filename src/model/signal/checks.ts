/** What signal-preserving attention refuses, said in one way. */
import { UserError } from "../../error.ts";

/** Throws UserError unless `value` is a positive integer. */
export function checkCount(name: string, value: number): void {
	if (!Number.isSafeInteger(value) || value < 1)
		throw new UserError(`Expected \`${name}\` to be a positive integer, got ${value}. Choose at least 1.`);
}

/** Throws UserError unless a decay `value` of an exponential kernel is above 0; Infinity, the identity, passes. */
export function checkGamma(name: string, value: number): void {
	if (!(value > 0))
		throw new UserError(
			`Expected \`${name}\` to be above 0, got ${value}. At 0 all tokens are equal: choose a larger decay.`,
		);
}

/** Throws UserError unless a cosine `value` of a uniform kernel lies in [0, 1). */
export function checkRho(name: string, value: number): void {
	if (!(value >= 0 && value < 1))
		throw new UserError(
			`Expected \`${name}\` to be in [0, 1), got ${value}. At 1 all tokens are equal: choose a smaller cosine.`,
		);
}

/** The number of rows of `x` [rows, width]. Throws UserError unless it is a whole one, and positive. */
export function rowsOf(x: Float64Array, width: number): number {
	checkCount("width", width);
	if (x.length === 0 || x.length % width)
		throw new UserError(
			`Expected \`x\` to hold rows of \`width\` ${width}, got ${x.length} numbers. Give [T, width] numbers, T ≥ 1.`,
		);
	return x.length / width;
}
