/** Axes of steps: √t, on which the growth law a·√t + b is a straight line, logarithmic or linear; and ticks of logarithmic axes. */
import type { ScaleOptions } from "@observablehq/plot";

/** The nearest of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten. */
function roundStep(step: number): number {
	if (step < 1) return Math.round(step);
	const power = 10 ** Math.floor(Math.log10(step));
	const leading = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
	const nearest = leading.reduce((best, digit) =>
		Math.abs(digit - step / power) < Math.abs(best - step / power) ? digit : best,
	);
	return Math.round(nearest * power);
}

/** Round steps at about even distances in √t, from 0 to `last`. */
export function sqrtTicks(last: number, count = 5): number[] {
	const ticks = Array.from({ length: count + 1 }, (_, i) => roundStep((i / count) ** 2 * last));
	return [...new Set(ticks)].filter((tick) => tick <= last);
}

/** `800`, `20k`, `524k`. */
export const stepName = (step: number): string =>
	step >= 10_000 ? `${Number((step / 1000).toPrecision(3))}k` : String(step);

/** Powers of ten around two values, as a nice logarithmic axis ends in them; with 2 and 5 times them if they are few. */
export function logTicks(low: number, high: number): number[] {
	const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
	const powers = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
	if (powers.length > 3) return powers;
	return powers.flatMap((power) => [power, 2 * power, 5 * power]).filter((tick) => tick <= 10 ** last);
}

export type StepAxis = "linear" | "log" | "sqrt";

const stepScales = {
	linear: { scale: { type: "linear" }, label: "step t →" },
	// With a place for step 0, the initial model.
	log: { scale: { type: "symlog", constant: 1 }, label: "step t, on a log(1 + t) scale →" },
	sqrt: { scale: { type: "pow", exponent: 0.5 }, label: "step t, on a √t scale →" },
} as const;

/** An axis of steps from 0 to `last`. */
export const stepAxis = (last: number, axis: StepAxis = "sqrt"): ScaleOptions => ({
	...stepScales[axis].scale,
	domain: [0, Math.max(1, last)],
	ticks: stepTicks(last, axis),
	tickFormat: stepName,
	label: stepScales[axis].label,
	labelAnchor: "right",
});

/** Round steps at even distances on the axis, from 0. */
export function stepTicks(last: number, axis: StepAxis): number[] {
	if (axis === "sqrt") return sqrtTicks(last);
	if (axis === "log") return [0, ...logTicksWithin(1, Math.max(1, last))];
	const step = roundStep(last / 5) || 1;
	return Array.from({ length: Math.floor(last / step) + 1 }, (_, i) => i * step);
}

/** Ticks as `logTicks`, without those outside the values: for an axis that ends in its data. */
export const logTicksWithin = (low: number, high: number): number[] =>
	logTicks(low, high).filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
