/** Alignment of single neurons with the three relevant words, at a few moments: histograms one below the other. */
import * as Plot from "@observablehq/plot";
import { compose } from "../compose.ts";
import type { Figure, FigureOptions } from "../figure.ts";
import { seriesLegend, seriesScales } from "../panels.ts";

export interface NeuronAlignment {
	readonly moment: string;
	readonly neuron: number;
	/** a_j w_jᵀW_V μ of μ₁, μ₂, μ₃. */
	readonly alignments: readonly number[];
}

const words = ["μ₁", "μ₂", "μ₃"];
const bins = 36;

export function drawNeurons(
	neurons: readonly NeuronAlignment[],
	moments: readonly string[],
	options: FigureOptions = {},
): Figure | undefined {
	if (neurons.length === 0) return undefined;
	const {
		id = "end-state-neurons",
		title = "Neurons move together",
		caption = "How many of the 256 neurons of the paper's experiment have which alignment a_j w_jᵀW_Vμ with each relevant word; their " +
			"sum over neurons is G(μ). At the start the three clouds lie on 0. Every neuron is moved by the same vector, up to its " +
			"sign: no neuron specialises, the clouds drift apart as wholes, μ₁ and μ₂ to the right and μ₃ to the left. They widen a " +
			"little because W_Vμ grows, and a random neuron's part of a longer vector is larger.",
	} = options;
	const values = neurons.flatMap(({ moment, neuron, alignments }) =>
		alignments.map((alignment, word) => ({ moment, neuron, word: words[word]!, alignment })),
	);
	const all = values.map(({ alignment }) => alignment);
	const [low, high] = [Math.min(...all), Math.max(...all)];
	const thresholds = Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins);
	const shown = moments.filter((moment) => neurons.some((neuron) => neuron.moment === moment));
	const counts = shown.flatMap((moment) => words.flatMap((word) => stepsOf(moment, word)));
	/** The outline of a histogram: a point at either end of each bin. */
	function stepsOf(moment: string, word: string) {
		const count = new Array<number>(bins).fill(0);
		for (const value of values)
			if (value.moment === moment && value.word === word)
				count[Math.min(bins - 1, Math.floor((bins * (value.alignment - low)) / (high - low)))]!++;
		return count.flatMap((neurons, i) =>
			[thresholds[i]!, thresholds[i + 1]!].map((x) => ({ moment, word, x, neurons })),
		);
	}
	const most = Math.max(...counts.map(({ neurons }) => neurons));
	const plots = shown.map((moment, i): Plot.PlotOptions => {
		const isLast = i === shown.length - 1;
		const own = counts.filter((point) => point.moment === moment);
		return {
			...(isLast ? { height: 150 } : { height: 138, marginBottom: 24 }),
			x: {
				domain: [low, high],
				label: isLast ? "alignment of a neuron →" : null,
				labelAnchor: "right",
				ticks: 6,
			},
			y: { domain: [0, most], label: `↑ neurons, ${moment}`, grid: true, ticks: 4, tickFormat: "d" },
			...seriesScales(words),
			marks: [
				Plot.areaY(own, { x: "x", y2: "neurons", z: "word", fill: "word", fillOpacity: 0.15 }),
				Plot.line(own, { x: "x", y: "neurons", z: "word", stroke: "word", strokeWidth: 1.5 }),
				Plot.ruleY([0]),
				Plot.ruleX([0], { strokeDasharray: "4,3", strokeOpacity: 0.8 }),
			],
		};
	});
	const svg = compose({ id, title, caption, plots, legend: seriesLegend(words) }, options);
	return { id, title, caption, svg, rows: values };
}
