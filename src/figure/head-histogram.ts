/** Positions attended by the heads of saturated networks, masks one below the other. Merrill et al. 2021, §4.2, Fig. 3. */
import * as Plot from "@observablehq/plot";
import { compose } from "./compose.ts";
import { type Figure, type FigureOptions, runsOf } from "./figure.ts";
import { seriesLegend, seriesScales } from "./panels.ts";

/** One head of one network. */
export interface HeadCount {
	/** Heads of one name have one colour. */
	readonly run: string;
	readonly mask: string;
	readonly layer: number;
	readonly head: number;
	/** Mean number of positions attended. */
	readonly positions: number;
	/** The number to mark in the panel of this mask, and what it is. */
	readonly mark: number;
	readonly markLabel: string;
}

export function drawHeadHistogram(
	heads: readonly HeadCount[],
	options: FigureOptions = {},
): Figure | undefined {
	if (heads.length === 0) return undefined;
	const {
		id = "heads-positions",
		title = "Positions attended by each head of the saturated network",
		caption = "The counterpart of the paper's Fig. 3. With a right (strict) mask trained heads stand at one position: scores " +
			"of different states are never exactly equal (post-norm's positions come to share states, and some tie). The " +
			"paper's second mode, near half the sentence, comes with its leaky mask: heads whose visible scores are all " +
			"negative attend to every later position.",
	} = options;
	const masks = [...new Set(heads.map(({ mask }) => mask))].sort().reverse();
	const largest = Math.max(...heads.flatMap(({ positions, mark }) => [positions, mark]));
	const bin = Math.max(1, Math.round(largest / 21));
	const edges = Array.from({ length: Math.floor(largest / bin) + 2 }, (_, i) => i * bin);
	const runs = runsOf(heads);
	const plots = masks.map((mask, i): Plot.PlotOptions => {
		const ofMask = heads.filter((head) => head.mask === mask);
		const last = i === masks.length - 1;
		const { mark, markLabel } = ofMask[0]!;
		return {
			height: last ? 184 : 164,
			...(last ? {} : { marginBottom: 24 }),
			x: {
				domain: [0, edges.at(-1)!],
				label: last ? "positions attended, mean over queries →" : null,
				ticks: 6,
			},
			y: { label: `↑ heads, ${mask} mask`, grid: true, nice: true, ticks: 4, tickFormat: "d" },
			color: seriesScales(runs).color,
			marks: [
				Plot.rectY(
					ofMask,
					Plot.binX<Plot.RectYOptions>(
						{ y: "count" },
						{ x: "positions", fill: "run", thresholds: edges, order: runs, insetLeft: 1, insetRight: 1 },
					),
				),
				Plot.ruleY([0]),
				Plot.ruleX([mark], { strokeDasharray: "4,3", strokeOpacity: 0.8 }),
				Plot.text([mark], {
					x: (x) => x,
					frameAnchor: "top",
					textAnchor: "end",
					dx: -6,
					text: () => markLabel,
				}),
			],
		};
	});
	const svg = compose({ id, title, caption, plots, legend: seriesLegend(runs) }, options);
	const rows = heads.map(({ run, mask, layer, head, positions }) => ({ run, mask, layer, head, positions }));
	return { id, title, caption, svg, rows };
}
