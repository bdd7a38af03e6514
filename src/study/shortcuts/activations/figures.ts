/** The figures of activations, from the rows of this folder's analyses. */
import { type CurvePoint, drawCurves } from "../../../figure/curves.ts";
import type { Figure, FigureOptions, Row } from "../../../figure/figure.ts";
import { mean, numberOf, numbersOf, rowsOf } from "../../rows.ts";
import { layerName } from "./layer.ts";
import { mapsName } from "./maps.ts";
import { networksName } from "./networks.ts";
import { shapesName } from "./shapes.ts";
import { slopesName } from "./slopes.ts";

const diagonal = (panel: string): CurvePoint[] =>
	[-1, 1].map((x) => ({ panel, series: "unchanged", x, y: x }));

function maps(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const points = rowsOf(rows, mapsName, { kind: "curve" }).map((row) => ({
		panel: "",
		series: `slope ${row["slope"]}`,
		x: numberOf(row, "c"),
		y: numberOf(row, "value"),
	}));
	return drawCurves(points, {
		...options,
		id: "activations-maps",
		title: "What a layer of leaky relus does to a cosine",
		caption:
			"Cosine after the layer against cosine before it, by the slope below 0: slope 0 is relu, slope 1 nothing. Thin line: " +
			"unchanged. Every curve lies above it, so every layer makes inputs more alike, and all meet it at 1 with the same " +
			"direction. Look at the middle: relu takes right angles (0) to 0.32.",
		x: { label: "cosine before →", domain: [-1, 1] },
		y: { label: "↑ cosine after", domain: [-1, 1] },
		guides: diagonal(""),
		height: 300,
	});
}

function slopes(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const of = rowsOf(rows, slopesName, { kind: "slope" });
	const points = of.map((row) => ({
		panel: "",
		series: `η = ${row["eta"]}`,
		x: numberOf(row, "n"),
		y: numberOf(row, "slope"),
	}));
	return drawCurves(points, {
		...options,
		id: "activations-slopes",
		title: "How near to linear a deep network's activation must be",
		caption:
			"Slope below 0 of the leaky relu with which n nonlinearities one after the other take right angles to the cosine η, no " +
			"more. Where a curve begins, relu (slope 0) just reaches η: fewer cannot. Look at the right: in 1000 layers each " +
			"one must be almost linear, 1 − a like 1/√n.",
		x: { label: "nonlinearities n →", scale: "log", domain: [2, Math.max(...numbersOf(of, "n"))] },
		y: { label: "↑ slope a", domain: [0, 1] },
		height: 240,
	});
}

function limit(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const of = rowsOf(rows, slopesName, { kind: "limit" });
	const points = of.map((row) => ({
		panel: "",
		series: `η = ${row["eta"]}`,
		x: numberOf(row, "n"),
		y: Math.abs(numberOf(row, "ratio") - 1),
	}));
	const guides = [20, 1000].map((x) => ({ panel: "", series: "1/n", x, y: 0.3 / x }));
	return drawCurves(points, {
		...options,
		id: "activations-limit",
		title: "The law of large depth",
		caption:
			"Relative distance of n(1 − a)²/(π(1 + a²)) from its limit t(η), for the slopes of the figure before. Thin line: 1/n. " +
			"Deep networks are a continuous flow of the cosine, with the number of layers in the place of time.",
		x: { label: "nonlinearities n →", scale: "log", domain: [2, Math.max(...numbersOf(of, "n"))] },
		y: { label: "↑ relative distance", scale: "log" },
		guides,
		height: 220,
	});
}

function shapes(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const points = rowsOf(rows, shapesName, { kind: "curve" }).map((row) => ({
		panel: String(row["activation"]),
		series: String(row["series"]),
		x: numberOf(row, "x"),
		y: numberOf(row, "y"),
	}));
	const panels = [...new Set(points.map(({ panel }) => panel))];
	return drawCurves(points, {
		...options,
		id: "activations-shapes",
		title: "Activations shaped for depth",
		caption:
			"tanh, softplus and gelu as they are and with the scales and shifts that DKS (ζ = 1.5) and TAT (τ = 0.3) give them for 12 " +
			"and 36 nonlinearities. Thin line: the identity. Look at how the deeper network's activation is the straighter one; " +
			"what is left is a slight bend.",
		x: { label: "x →", domain: [-3, 3] },
		y: { label: "↑ φ(x)", domain: [-4, 4.5] },
		guides: panels.flatMap((panel) => [-3, 3].map((x) => ({ panel, series: "identity", x, y: x }))),
		height: 190,
	});
}

function networks(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const points = rowsOf(rows, networksName).map((row) => ({
		panel: "",
		series: String(row["network"]),
		x: numberOf(row, "block"),
		y: numberOf(row, "cosine"),
	}));
	return drawCurves(points, {
		...options,
		id: "activations-networks",
		title: "What becomes of a right angle through depth",
		caption:
			"The cosine that feed-forward networks make of two inputs at right angles, after each of 36 blocks; attention left " +
			"out. Without skips relus make them almost equal. Tailored leaky relus end at their η, and skips (pre-norm, or 0.98 of " +
			"the stream kept) slow everything down: their branches are a small share of the sum.",
		x: { label: "block →", domain: [0, 36] },
		y: { label: "↑ cosine C_f(0)", domain: [0, 1] },
		height: 260,
	});
}

function layer(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const of = rowsOf(rows, layerName, { kind: "pair" });
	const width = Math.max(...numbersOf(of, "width"));
	const point = (row: Row, y: string) => ({
		panel: "",
		series: String(row["activation"]),
		x: numberOf(row, "c"),
		y: numberOf(row, y),
	});
	const curves = rowsOf(rows, layerName, { kind: "map" }).map((row) => point(row, "map"));
	return drawCurves(curves, {
		...options,
		id: "activations-layer",
		title: "One layer of the real model against the map",
		caption:
			`Cosine of two states after one feed-forward layer of width ${width} against their cosine before it. Lines: the map C of ` +
			"infinite width; crosses: the model in float64, a cross a pair and draw of the weights. " +
			"Thin line: unchanged. tanh shaped by DKS for a network of this one layer is bent most, yet leaves right angles alone.",
		x: { label: "cosine before →", domain: [-1, 1] },
		y: { label: "↑ cosine after", domain: [-1, 1] },
		marks: of.filter((row) => row["width"] === width).map((row) => point(row, "cosine")),
		marked: "measured",
		guides: diagonal(""),
		height: 300,
	});
}

function width(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const of = rowsOf(rows, layerName, { kind: "pair" });
	const names = [...new Set(of.map((row) => String(row["activation"])))];
	const widths = [...new Set(of.map((row) => numberOf(row, "width")))];
	const points = names.flatMap((series) =>
		widths.map((x) => ({
			panel: "",
			series,
			x,
			y: Math.sqrt(
				mean(
					of
						.filter((row) => row["activation"] === series && row["width"] === x)
						.map((row) => (numberOf(row, "cosine") - numberOf(row, "map")) ** 2),
				),
			),
		})),
	);
	const [first, last] = [Math.min(...widths), Math.max(...widths)];
	return drawCurves(widths.length > 1 ? points : [], {
		...options,
		id: "activations-width",
		title: "What a finite width leaves of it",
		caption:
			"Root mean square of the difference between the model's cosine and the map's, over pairs, draws and cosines, by width. " +
			"Thin line: 1/√width. All activations follow it: the map is exact where width is infinite, and nothing else is missing.",
		x: { label: "width →", scale: "log", domain: [first, last] },
		y: { label: "↑ difference", scale: "log" },
		guides: [first, last].map((x) => ({ panel: "", series: "1/√width", x, y: 0.4 / Math.sqrt(x) })),
		height: 200,
	});
}

export const activationFigures = (rows: readonly Row[], options: FigureOptions): Figure[] =>
	[maps, slopes, limit, shapes, networks, layer, width]
		.map((draw) => draw(rows, options))
		.filter((figure) => figure !== undefined);
