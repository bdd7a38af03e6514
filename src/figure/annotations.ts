/** Lines across a plot that have a name: a predicted value, the end of a phase. */
import * as Plot from "@observablehq/plot";

/** A value on the vertical axis that deserves a line: a prediction, zero. */
export interface Rule {
	readonly y: number;
	readonly label?: string;
}

/** A place on the horizontal axis that has a name: the end of a phase. */
export interface Vertical {
	/** Default: all panels. */
	readonly panel?: string;
	readonly x: number;
	readonly label: string;
}

/** Text that stays readable on lines: an edge of the ground's colour around it. */
const readable = {
	fill: "currentColor",
	stroke: "var(--ground, #ffffff)",
	strokeWidth: 4,
	paintOrder: "stroke",
	fontSize: 11,
} as const;

/**
 * Lines from left to right, named at the left end, where curves over training time are flat: above the line, or below
 * the lowest of several, which may lie close together.
 */
export function rulesOf(rules: readonly Rule[]): Plot.Markish[] {
	if (rules.length === 0) return [];
	const sorted = rules.toSorted((a, b) => b.y - a.y);
	const name = (shown: readonly Rule[], isAbove: boolean): Plot.Markish =>
		Plot.text(shown, {
			y: "y",
			text: "label",
			frameAnchor: "left",
			textAnchor: "start",
			lineAnchor: isAbove ? "bottom" : "top",
			dx: 4,
			dy: isAbove ? -3 : 3,
			...readable,
		});
	const above = Math.max(1, rules.length - 1);
	return [
		Plot.ruleY(rules, { y: "y", stroke: "currentColor", strokeOpacity: 0.6, strokeDasharray: "6,3" }),
		name(sorted.slice(0, above), true),
		name(sorted.slice(above), false),
	];
}

/** What the names of verticals take above the plot, under the label of its axis. */
export const namesHeight = 14;

/** Lines from top to bottom, named above; the last to its right, those before it to their left. */
export function verticalsOf(verticals: readonly Vertical[]): Plot.Markish[] {
	if (verticals.length === 0) return [];
	const sorted = verticals.toSorted((a, b) => a.x - b.x);
	const name = (shown: readonly Vertical[], textAnchor: "start" | "end"): Plot.Markish =>
		Plot.text(shown, {
			x: "x",
			text: "label",
			frameAnchor: "top",
			textAnchor,
			lineAnchor: "bottom",
			dx: textAnchor === "start" ? -2 : 2,
			dy: -3,
			fontSize: 11,
		});
	return [
		Plot.ruleX(verticals, { x: "x", stroke: "currentColor", strokeOpacity: 0.6, strokeDasharray: "2,3" }),
		name(sorted.slice(0, -1), "end"),
		name(sorted.slice(-1), "start"),
	];
}
