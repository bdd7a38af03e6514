/** Measurements over the rows of the analyses: the worst of a quantity, and how it depends on a step. */
import type { Row } from "../../../figure/figure.ts";
import { inWords, numberOf } from "../../rows.ts";
import type { Measurement } from "../../study.ts";

/** The largest number under these keys, with how many there were. Undefined if there is none. */
export function largest(
	rows: readonly Row[],
	keys: readonly string[],
	detail: string,
): Measurement | undefined {
	const values = rows.flatMap((row) => keys.map((key) => numberOf(row, key))).filter(Number.isFinite);
	if (values.length === 0) return undefined;
	return { value: Math.max(...values), detail: `${detail}; largest of ${values.length} values.` };
}

/**
 * The exponent e of y ∝ x^e between the smallest and the largest x of these rows, for each seed and each key; the one
 * farthest from `expected`, and the range of all. Undefined where no seed has two points.
 */
export function exponent(
	rows: readonly Row[],
	x: string,
	keys: readonly string[],
	expected: number,
	detail: string,
): Measurement | undefined {
	const seeds = [...new Set(rows.map((row) => row["seed"]))];
	const found = seeds.flatMap((seed) => {
		const points = rows.filter((row) => row["seed"] === seed).sort((a, b) => numberOf(a, x) - numberOf(b, x));
		const [first, last] = [points[0]!, points.at(-1)!];
		return keys.map(
			(key) =>
				Math.log(numberOf(last, key) / numberOf(first, key)) /
				Math.log(numberOf(last, x) / numberOf(first, x)),
		);
	});
	const values = found.filter(Number.isFinite);
	if (values.length === 0) return undefined;
	const [low, high] = [Math.min(...values), Math.max(...values)];
	const value = Math.abs(low - expected) > Math.abs(high - expected) ? low : high;
	return { value, detail: `${detail}; ${inWords(low)} to ${inWords(high)} over ${seeds.length} seeds.` };
}
