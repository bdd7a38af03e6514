/** Grids on logarithmic axes: each value has a cell around it, which ends half way to its neighbours. */
import type * as Plot from "@observablehq/plot";

export const distinct = (values: readonly number[]): number[] => [...new Set(values)].sort((x, y) => x - y);

/** Half way, on a logarithmic axis, to the neighbours; as far beyond the outermost. */
export function cellEdges(values: readonly number[]): (value: number) => [number, number] {
	const step = values.length > 1 ? values.at(-1)! / values[0]! : 10;
	const half = step ** (1 / Math.max(1, values.length - 1) / 2);
	return (value) => {
		const i = values.indexOf(value);
		const low = i > 0 ? Math.sqrt(values[i - 1]! * value) : value / half;
		const high = i < values.length - 1 ? Math.sqrt(values[i + 1]! * value) : value * half;
		return [low, high];
	};
}

export function logCellAxis(values: readonly number[], label: string): Plot.ScaleOptions {
	const of = cellEdges(values);
	const domain: [number, number] = [of(values[0]!)[0], of(values.at(-1)!)[1]];
	const [first, last] = [Math.ceil(Math.log10(domain[0])), Math.floor(Math.log10(domain[1]))];
	const ticks = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
	return { type: "log", domain, ticks, tickFormat: (value: number) => tickName(value), label };
}

/** `10⁻³`. */
function tickName(value: number): string {
	const digits = [..."⁰¹²³⁴⁵⁶⁷⁸⁹"];
	const exponent = String(Math.round(Math.log10(value)));
	return `10${[...exponent].map((c) => (c === "-" ? "⁻" : digits[Number(c)])).join("")}`;
}
