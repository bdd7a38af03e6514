/** Axes of curves: linear or logarithmic, over the values or over a part of them; powers of ten written as such. */
import type * as Plot from "@observablehq/plot";
import type { Rule } from "./annotations.ts";
import { logTicks, logTicksWithin } from "./axis.ts";

export interface CurveAxis {
	readonly label: string;
	/** Default `linear`. */
	readonly scale?: "linear" | "log";
	/** What lies outside is not drawn. Default: all of it. */
	readonly domain?: readonly [number, number] | undefined;
}

/** A vertical axis, with values that deserve a horizontal line. */
export interface CurveAxisWithRules extends CurveAxis {
	readonly rules?: readonly Rule[];
}

/** Whether an axis shows a value. */
export const within = (value: number, { domain, scale }: CurveAxis): boolean =>
	Number.isFinite(value) &&
	(scale !== "log" || value > 0) &&
	(domain === undefined || (value >= domain[0] && value <= domain[1]));

export function scaleOf(
	{ scale = "linear", domain }: CurveAxis,
	values: readonly number[],
): Plot.ScaleOptions {
	const [low, high] = domain ?? [Math.min(...values), Math.max(...values)];
	if (scale === "linear")
		return {
			type: "linear",
			domain: [low, high],
			nice: domain === undefined,
			...(isWhole(values) && high - low < 6
				? { ticks: wholeNumbers(low, high), tickFormat: String }
				: { ticks: 5 }),
			// Zeros after the point would not fit beside the axis.
			...(Math.max(-low, high) < 1e-3 ? { tickFormat: powerName } : {}),
		};
	const ticks = domain ? logTicksWithin(low, high) : logTicks(low, high);
	const every = Math.ceil(ticks.length / 7);
	return {
		type: "log",
		domain: [low, high],
		nice: domain === undefined,
		ticks: ticks.filter((_, i) => i % every === 0),
		tickFormat: powerName,
	};
}

/** Layers, say: a tick between two of them would be at nothing. */
const isWhole = (values: readonly number[]): boolean => values.every(Number.isInteger);
const wholeNumbers = (low: number, high: number): number[] =>
	Array.from({ length: Math.floor(high) - Math.ceil(low) + 1 }, (_, i) => Math.ceil(low) + i);

/** `0.01`, `1`, `300`, `10⁻⁸`, `−2·10⁵`. */
export function powerName(value: number): string {
	if (value < 0) return `−${powerName(-value)}`;
	if (value === 0 || (value >= 1e-3 && value < 1e5)) return String(Number(value.toPrecision(3)));
	const exponent = Math.floor(Math.log10(value) + 1e-9);
	const leading = Number((value / 10 ** exponent).toPrecision(2));
	const digits = [...String(exponent)].map((digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]));
	return `${leading === 1 ? "" : `${leading}·`}10${digits.join("")}`;
}
