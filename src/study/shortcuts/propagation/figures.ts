/** Pictures of kernels, and their numbers through depth: lines are predicted, crosses measured. */
import { type CurvePoint, drawCurves } from "../../../figure/curves.ts";
import type { Figure, FigureOptions, Row } from "../../../figure/figure.ts";
import { drawMatrices } from "../../../figure/matrices.ts";
import { mean, numberOf, numbersOf, rowsOf } from "../../rows.ts";
import { evolutions } from "./evolution.ts";
import { companions, groups, names } from "./names.ts";
import { unpackCosines } from "./pictures.ts";
import { widthNetworks } from "./widths.ts";

const plainNetworks = [
	"vanilla, causal",
	"skips 1:1, no norm",
	"Post-LN",
	"Pre-LN",
	"skips a = .98",
	"skips a² = .99",
];
const plannedNetworks = ["V-SkipInit", "U-SPA", "E-SPA"];

const lookAlike =
	"Row and column are tokens in order, yellow is a cosine of 1, dark violet one of 0. An even yellow square is rank " +
	"collapse: all tokens have become one.";

/** Networks of the study whose pictures are shown, by name. */
const picturedNetworks = {
	"Pre-LN": "pre-norm",
	vanilla: "vanilla",
	"V-SkipInit": "value-skip-init",
	"U-SPA": "u-spa",
	"E-SPA": "e-spa",
	"plain, skips .98": "plain, skips",
	"E-SPA, skips .98": "e-spa, skips",
};

/** All other blocks, two more than curves have colours for. */
const otherNetworks = { ...companions, "SAS-P": "sas-p", "query-key norm": "query-key norm" };

export function propagationFigures(rows: readonly Row[], options: FigureOptions): Figure[] {
	const figures = [
		kernels(rows, names.evolution, Object.fromEntries(Object.keys(evolutions).map((name) => [name, name])), {
			...options,
			id: "propagation-kernels",
			title: "Kernels of attention alone, measured",
			caption:
				`Cosines between the tokens after l layers. ${lookAlike} Plain attention collapses at once, unweighted skips and ` +
				"norms later; U-SPA is flat with a bright diagonal, E-SPA a band that widens, V-SkipInit stays the identity.",
		}),
		throughDepth(rows, plainNetworks, {
			...options,
			id: "propagation-plain",
			title: "Plain attention: skips and norms against collapse",
		}),
		throughDepth(rows, plannedNetworks, {
			...options,
			id: "propagation-planned",
			title: "Planned attention, without skips and norms",
		}),
		rates(rows, options),
		kernels(rows, names.networks, picturedNetworks, {
			...options,
			id: "propagation-network-kernels",
			title: "Kernels of whole networks, measured",
			caption: `Cosines between the tokens after l blocks of attention and feed-forward network, all tokens different. ${lookAlike}`,
		}),
		cosines(rows, options),
		kernels(rows, names.networks, otherNetworks, {
			...options,
			id: "propagation-other-kernels",
			title: "Kernels of other blocks, measured",
			caption:
				"The same of other ways to build a transformer. SAS-P begins as SAS does; it and norms of queries and keys are left out " +
				"of the curves below.",
		}),
		companionCurves(rows, options),
		gradients(rows, options),
	];
	return figures.filter((figure) => figure !== undefined);
}

function kernels(
	rows: readonly Row[],
	analysis: string,
	networks: Readonly<Record<string, string>>,
	options: FigureOptions & { readonly id: string; readonly title: string; readonly caption: string },
): Figure | undefined {
	const pictures = Object.entries(networks).flatMap(([name, network]) =>
		rowsOf(rows, analysis, { network }).flatMap((row) => {
			const values = unpackCosines(row["picture"]);
			if (!values) return [];
			const depth = numberOf(row, "depth");
			const statistics = rowsOf(rows, analysis, { network, depth, seed: 0 })[0] ?? row;
			return [
				{
					row: name,
					column: String(depth),
					values,
					statistics: {
						network: name,
						depth,
						"mean cosine": numberOf(statistics, "cosine"),
						"effective rank": numberOf(statistics, "rank"),
					},
				},
			];
		}),
	);
	return drawMatrices(pictures, { ...options, quantity: "cosine", domain: [0, 1], columns: "layers passed" });
}

interface Quantity {
	readonly key: string;
	readonly label: string;
	readonly scale?: "log";
	readonly domain?: readonly [number, number];
}

const quantities: readonly Quantity[] = [
	{ key: "cosine", label: "↑ mean cosine of tokens", domain: [0, 1.02] },
	{ key: "rank", label: "↑ effective rank", scale: "log" },
	{ key: "q", label: "↑ mean square of states", scale: "log" },
];

/** Curves of the predicted values of a network's quantity, and crosses of the measured ones, mean over seeds. */
function curvesOf(
	rows: readonly Row[],
	analysis: string,
	network: string,
	key: string,
	place: { readonly panel: string; readonly series: string },
): { predicted: CurvePoint[]; measured: CurvePoint[] } {
	const ofNetwork = rowsOf(rows, analysis, { network });
	const depths = [...new Set(numbersOf(ofNetwork, "depth"))].sort((a, b) => a - b);
	const last = depths.at(-1) ?? 0;
	const at = (key: string, shown: (depth: number) => boolean): CurvePoint[] =>
		depths.filter(shown).flatMap((depth) => {
			const values = numbersOf(
				ofNetwork.filter((row) => row["depth"] === depth),
				key,
			);
			return values.length > 0 ? [{ ...place, x: depth, y: mean(values) }] : [];
		});
	const every = Math.max(1, Math.round(last / 18));
	return {
		predicted: at(`predicted/${key}`, () => true),
		measured: at(key, (depth) => depth % every === 0),
	};
}

const how =
	"Lines are the recursion from the measured embeddings, crosses the network itself, mean over seeds.";

function throughDepth(
	rows: readonly Row[],
	networks: readonly string[],
	options: FigureOptions & { readonly id: string; readonly title: string },
): Figure | undefined {
	const curves = quantities.flatMap(({ key }) =>
		networks.map((network) => curvesOf(rows, names.evolution, network, key, { panel: key, series: network })),
	);
	return drawCurves(
		curves.flatMap(({ predicted }) => predicted),
		{
			caption:
				`Attention alone, 100 different tokens. ${how} A mean cosine of 1 and an effective rank of 1 are collapse; a mean ` +
				"square that leaves the middle explodes or vanishes.",
			...options,
			x: { label: "layers passed →" },
			y: { label: "" },
			axes: Object.fromEntries(quantities.map(({ key, ...axis }) => [key, axis])),
			marks: curves.flatMap(({ measured }) => measured),
			marked: "measured",
			height: 170,
		},
	);
}

function rates(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const ofWidths = rowsOf(rows, names.widths);
	const widths = [...new Set(numbersOf(ofWidths, "width"))].sort((a, b) => a - b);
	const panel = "";
	const points = Object.keys(widthNetworks).flatMap((series) =>
		widths.flatMap((x): CurvePoint[] => {
			const errors = numbersOf(
				ofWidths.filter((row) => row["network"] === series && row["width"] === x),
				"error",
			);
			return errors.length > 0 ? [{ panel, series, x, y: mean(errors) }] : [];
		}),
	);
	if (points.length === 0) return undefined;
	const top = Math.max(...points.map(({ y }) => y));
	return drawCurves(points, {
		id: "propagation-rate",
		title: "How fast networks come to the recursion",
		caption:
			"Root mean square distance between the measured cosines of the last block and the predicted ones, against the width, " +
			"mean over seeds. The grey line falls as 1/√width.",
		...options,
		x: { label: "width →", scale: "log", domain: [0.9 * widths[0]!, 1.1 * widths.at(-1)!] },
		y: {
			label: "↑ distance of cosines",
			scale: "log",
			domain: [0.4 * Math.min(...points.map(({ y }) => y)), 1.3 * top],
		},
		marks: points,
		guides: widths.map((x) => ({ panel, series: "1/√width", x, y: 0.45 * top * Math.sqrt(widths[0]! / x) })),
		height: 230,
	});
}

function cosines(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const curves = Object.entries(groups).flatMap(([panel, networks]) =>
		Object.entries(networks).map(([series, network]) =>
			curvesOf(rows, names.networks, network, "cosine", { panel, series }),
		),
	);
	return drawCurves(
		curves.flatMap(({ predicted }) => predicted),
		{
			id: "propagation-networks",
			title: "Mean cosine through whole networks",
			caption:
				`Networks of the study, by what mixes positions: without skips and norms, with norms, with normalised skips. ${how} ` +
				"Without skips the crosses lie above the lines: the recursion is of infinite width, and each block adds what a " +
				"finite one deviates by.",
			...options,
			x: { label: "blocks passed →" },
			y: { label: "↑ cosine", domain: [0, 1.02] },
			marks: curves.flatMap(({ measured }) => measured),
			marked: "measured",
			height: 170,
		},
	);
}

function companionCurves(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const curves = quantities.flatMap(({ key }) =>
		Object.entries(companions).map(([series, network]) =>
			curvesOf(rows, names.networks, network, key, { panel: key, series }),
		),
	);
	return drawCurves(
		curves.flatMap(({ predicted }) => predicted),
		{
			id: "propagation-companions",
			title: "Other blocks, at their start",
			caption:
				`${how} SkipInit and shaped attention begin as the identity of tokens, so that only feed-forward networks make them ` +
				"alike; measured effective ranks begin lower than the number of tokens, since random embeddings are not at right angles.",
			...options,
			x: { label: "blocks passed →" },
			y: { label: "" },
			axes: Object.fromEntries(quantities.map(({ key, ...axis }) => [key, axis])),
			marks: curves.flatMap(({ measured }) => measured),
			marked: "measured",
			height: 170,
		},
	);
}

function gradients(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const of = (panel: string, series: string, network: string): CurvePoint[] => {
		const ofNetwork = rowsOf(rows, names.networks, { network }).filter((row) => row["block"] !== undefined);
		return [...new Set(numbersOf(ofNetwork, "block"))]
			.map((block) => {
				const ratios = ofNetwork
					.filter((row) => row["block"] === block)
					.map((row) => numberOf(row, "gradient/query") / numberOf(row, "gradient/all"));
				return { panel, series, x: block + 1, y: mean(ratios) };
			})
			.filter(({ y }) => y > 0);
	};
	const points = [
		...Object.entries(groups).flatMap(([panel, networks]) =>
			Object.entries(networks).flatMap(([series, network]) => of(panel, series, network)),
		),
		...["Pre-LN", "SAS"].flatMap((series) =>
			of("others", series, companions[series as keyof typeof companions]),
		),
	];
	return drawCurves(points, {
		id: "propagation-gradients",
		title: "What W_Q gets of a block's gradient",
		caption:
			"‖∂L/∂W_Q‖ over the norm of the whole block's gradient, by block, mean over seeds. In a collapsed network it does not " +
			"matter where attention looks, so W_Q gets nothing. Value-SkipInit is not drawn: exactly 0 at first.",
		...options,
		x: { label: "block →", domain: [1, Math.max(1, ...points.map(({ x }) => x))] },
		y: { label: "↑ share", scale: "log" },
		height: 160,
	});
}
