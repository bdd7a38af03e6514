/** Heads as trained against heads saturated: effective positions of softmax attention, and exact ties of its limit. */
import * as Plot from "@observablehq/plot";
import { compose } from "./compose.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { seriesLegend, seriesScales } from "./panels.ts";

/** One head of one network. */
export interface HeadPoint {
	readonly run: string;
	readonly mask: string;
	readonly layer: number;
	readonly head: number;
	/** What the head is by its effective positions. */
	readonly class: string;
	/** Effective positions of softmax attention as a share of those available, 0 to 1. */
	readonly effectiveShare: number;
	/** Positions attended in the saturated network, 1 or more. */
	readonly positions: number;
}

export interface HeadScatterOptions extends FigureOptions {
	/** The classes in their order, and the shares between them. */
	readonly classes: readonly string[];
	readonly bounds: readonly number[];
}

export function drawHeadScatter(
	heads: readonly HeadPoint[],
	options: HeadScatterOptions,
): Figure | undefined {
	if (heads.length === 0) return undefined;
	const {
		classes,
		bounds,
		id = "heads-soft-and-saturated",
		title = "How wide heads look as trained, and how many positions tie in the limit",
		caption = "One symbol a head. To the right: attention is spread over more of the available positions. Upwards: more " +
			"positions tie exactly in the saturated network. With the strict mask wide heads, too, saturate to one position " +
			"or two: a count of ties does not see their width.",
	} = options;
	const masks = [...new Set(heads.map(({ mask }) => mask))].sort().reverse();
	const top = Math.max(...heads.map(({ positions }) => positions), 2);
	const plots = masks.map((mask, i): Plot.PlotOptions => {
		const last = i === masks.length - 1;
		const ofMask = heads.filter((head) => head.mask === mask);
		return {
			height: last ? 204 : 184,
			...(last ? {} : { marginBottom: 24 }),
			x: {
				domain: [0, 1],
				label: last ? "effective positions of softmax, share of those available →" : null,
				ticks: 5,
			},
			y: {
				type: "log",
				domain: [0.85, top * 1.3],
				ticks: [1, 2, 5, 10, 20, 50, 100, 200, 500].filter((tick) => tick <= top * 1.3),
				tickFormat: "d",
				label: `↑ positions in the limit, ${mask} mask`,
				grid: true,
			},
			...seriesScales(classes),
			marks: [
				Plot.ruleX(bounds, { strokeDasharray: "2,4", strokeOpacity: 0.6 }),
				Plot.dot(ofMask, {
					x: "effectiveShare",
					y: "positions",
					symbol: "class",
					stroke: "class",
					strokeWidth: 1.6,
					r: 3.4,
					title: ({ run, layer, head, effectiveShare, positions }) =>
						`${run}, layer ${layer}, head ${head}: share ${effectiveShare.toFixed(3)}, positions ${positions.toFixed(3)}`,
				}),
			],
		};
	});
	const svg = compose({ id, title, caption, plots, legend: seriesLegend(classes) }, options);
	const rows = heads.map(({ run, mask, layer, head, effectiveShare, positions, class: kind }) => ({
		run,
		mask,
		layer,
		head,
		effectiveShare,
		positions,
		class: kind,
	}));
	return { id, title, caption, svg, rows };
}
