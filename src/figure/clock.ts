/**
 * A figure's clock: what the play-head of a report moves over training time.
 *
 * The drawing stays plain SVG. Its root names the clock, every plot with time on its horizontal axis holds one hidden
 * line in a group that says its scale (`time-scale.ts`), and pictures of one moment are groups of which one is visible:
 *
 *     <svg data-clock="κ₀t" data-moments='[{"run":"S-0","at":3.5,"label":"T0.5"}]'>
 *       <g data-x="log 52 424 0.1 1000">… <line class="play-head" visibility="hidden" …></g>
 *       <g data-frame="0" visibility="hidden">…</g> <g data-frame="12.9">…</g>
 *
 * The report's script (`report/play-head-script.ts`) needs nothing else; without it the drawing is a still.
 */
import type * as Plot from "@observablehq/plot";

export interface Clock {
	/** The name of time, as the reader is told it: `κ₀t`. Figures of a section whose clocks have one name move as one. */
	readonly name: string;
	/** Moments that have a name, such as the ends of phases. */
	readonly moments?: readonly Moment[];
}

/** Where a named moment lies in one run. */
export interface Moment {
	readonly run: string;
	readonly at: number;
	readonly label: string;
}

/** Names the clock on the drawing's root. */
export function setClock(svg: SVGSVGElement, { name, moments = [] }: Clock): void {
	svg.setAttribute("data-clock", name);
	svg.setAttribute("data-moments", JSON.stringify(moments));
}

/** The line of one plot, hidden; undefined if its horizontal axis is neither linear nor logarithmic. */
export function playHeadOf(document: Document, plot: Plot.Plot): SVGElement | undefined {
	const [x, y] = [plot.scale("x"), plot.scale("y")];
	if ((x?.type !== "linear" && x?.type !== "log") || !y?.range) return undefined;
	const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
	const [left] = x.range as [number, number];
	const [bottom, top] = y.range as [number, number];
	const attributes = {
		class: "play-head",
		x1: left,
		x2: left,
		y1: top,
		y2: bottom,
		stroke: "currentColor",
		"stroke-width": 1.5,
		visibility: "hidden",
	};
	for (const [key, value] of Object.entries(attributes)) line.setAttribute(key, String(value));
	return line;
}

/**
 * An option of a mark that makes it a picture of one moment: visible in the still, or only while the play-head stands
 * there.
 */
export const frame = (at: number, visible: boolean): Pick<Plot.MarkOptions, "render"> => ({
	render(index, scales, values, dimensions, context, next) {
		const group = next!(index, scales, values, dimensions, context);
		group?.setAttribute("data-frame", String(at));
		if (!visible) group?.setAttribute("visibility", "hidden");
		return group;
	},
});
