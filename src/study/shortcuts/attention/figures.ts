/** The figures of signal-preserving attention, from the rows of this folder's analyses. */
import { type CurvePoint, drawCurves } from "../../../figure/curves.ts";
import type { Figure, FigureOptions, Row } from "../../../figure/figure.ts";
import { drawMatrices, type MatrixPicture } from "../../../figure/matrices.ts";
import { numberOf, rowsOf } from "../../rows.ts";
import { aware, blocksName } from "./blocks.ts";
import { drawn, picturesName } from "./pictures.ts";
import { positionsName } from "./positions.ts";
import { repeatsName } from "./repeats.ts";
import { rescalingName, variants } from "./rescaling.ts";

const text = (row: Row, key: string) => String(row[key]);

/** One square of these rows of a matrix; above its diagonal it is blank. */
function pictureOf(
	of: readonly Row[],
	place: { readonly row: string; readonly column: string },
	shade: (value: number) => number,
): MatrixPicture {
	const values = new Float64Array(of.length ** 2).fill(Number.NaN);
	for (const row of of)
		for (const [key, value] of Object.entries(row))
			if (key.startsWith("v."))
				values[numberOf(row, "i") * of.length + Number(key.slice(2))] = shade(value as number);
	const last = of.at(-1)!;
	return {
		...place,
		values,
		statistics: {
			...place,
			"weight of the last token on itself": numberOf(last, `v.${of.length - 1}`),
			"on the one before": numberOf(last, `v.${of.length - 2}`),
			"on the first": numberOf(last, "v.0"),
		},
	};
}

function matrices(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const of = rowsOf(rows, picturesName, { kind: "matrix" });
	const squares = [...new Set(of.map((row) => `${row["method"]}, ${row["matrix"]}`))].flatMap((name) =>
		drawn.map((layer) =>
			pictureOf(
				of.filter((row) => `${row["method"]}, ${row["matrix"]}` === name && row["layer"] === layer),
				{ row: name, column: String(layer) },
				Math.log10,
			),
		),
	);
	return drawMatrices(squares, {
		...options,
		id: "attention-matrices",
		title: "What each layer takes from which token",
		caption:
			"Row i of a square holds what token i (from the top, 16 of them) takes from tokens 0 to i, in four of 36 layers, " +
			"before the first step of training. A is the whole layer, P = A/D the softmax that makes it; colours are powers of " +
			"ten. Look at the bright diagonals: most of each token stays its own, in every layer alike. E-SPA's first layer " +
			"takes the rest from close neighbours, U-SPA's from all tokens alike; the last layers of both lean on the first token.",
		quantity: "log₁₀ of the weight",
		domain: [-4, 0],
		columns: "layer",
	});
}

function schedules(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const of = rowsOf(rows, picturesName, { kind: "schedule" });
	const isExponential = (row: Row) => row["method"] === "E-SPA";
	const points = (["decay γ", "cosine ρ", "diagonal"] as const).flatMap((panel) =>
		of
			.filter((row) => panel === "diagonal" || isExponential(row) === (panel === "decay γ"))
			.map((row) => ({
				panel,
				series: `${isExponential(row) ? "γ" : "ρ"}_L = ${row["last"]}`,
				x: numberOf(row, "layer"),
				y: numberOf(row, panel === "diagonal" ? "diagonal" : "value"),
			})),
	);
	return drawCurves(points, {
		...options,
		id: "attention-schedules",
		title: "The path of kernels through depth",
		caption:
			"Top: γ_l of E-SPA, the decay of cosines a token of distance after layer l of 36. Middle: ρ_l of U-SPA, the cosine of " +
			"any two tokens. Bottom: the diagonal of each layer's A, the share of its own token that it keeps. Look at the " +
			"bottom: the paths are chosen so that it is the same in every layer.",
		x: { label: "layer →", domain: [1, 36] },
		y: { label: "" },
		axes: {
			"decay γ": { label: "↑ decay γ", scale: "log" },
			"cosine ρ": { label: "↑ cosine ρ", domain: [0, 1] },
			diagonal: { label: "↑ diagonal of A", domain: [0.9, 1] },
		},
		height: 150,
	});
}

function rescalingByPosition(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const points = rowsOf(rows, picturesName, { kind: "rescaling" }).map((row) => ({
		panel: text(row, "method"),
		series: `layer ${row["layer"]}`,
		x: numberOf(row, "position"),
		y: numberOf(row, "D"),
	}));
	return drawCurves(points, {
		...options,
		id: "attention-rescaling",
		title: "The rescaling D, by position",
		caption:
			`What the softmax's mean is multiplied by at each position, in layers ${drawn.join(", ")} of 36. The first token, which sees ` +
			"itself only, has 1; D then rises: to a constant, but for U-SPA's first layer, where it goes on growing. A mean of " +
			"different tokens is shorter than they are, and D puts their length back: most in the first layer, whose tokens are at right angles.",
		x: { label: "position, from 1 →", scale: "log", domain: [1, 512] },
		y: { label: "" },
		axes: { "E-SPA": { label: "↑ D, E-SPA" }, "U-SPA": { label: "↑ D, U-SPA" } },
		height: 170,
	});
}

function trap(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const of = rowsOf(rows, rescalingName, { kind: "matrix" });
	const squares = [...new Set(of.map((row) => text(row, "method")))].flatMap((method) =>
		Object.entries({ right: "rows", wrong: "columns", difference: "difference" }).map(([matrix, column]) =>
			pictureOf(
				of.filter((row) => row["method"] === method && row["matrix"] === matrix),
				{ row: `${method}, A`, column },
				// Of 0, such as a difference of the first token's, the darkest.
				(value) => Math.max(-9, Math.log10(value)),
			),
		),
	);
	return drawMatrices(squares, {
		...options,
		id: "attention-trap",
		title: "The broadcasting trap: A as it should be, and as published code makes it",
		caption:
			"The first of 12 layers at 16 tokens. Left: P is A with each row divided by its sum D. Middle: with each column divided by " +
			"D, which is what `A / A.sum(1)` does to an array. Rows sum to the same in both. Right: the size of the difference. " +
			"Look at the first columns, which are too bright: they were divided by too little, and the others pay for it.",
		quantity: "log₁₀ of the weight",
		domain: [-3, 0],
		columns: "divided by D",
	});
}

function withoutRescaling(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const points = variants.flatMap((variant) =>
		rowsOf(rows, rescalingName, { kind: "depth", variant }).map((row) => ({
			panel: text(row, "method"),
			series: variant,
			x: numberOf(row, "layer"),
			y: numberOf(row, "mean"),
		})),
	);
	return drawCurves(points, {
		...options,
		id: "attention-without-rescaling",
		title: "What the rescaling is good for",
		caption:
			"Mean cosine of 64 different tokens after each of 24 layers of attention. As derived, the kernels are those that were " +
			"planned. Without D it goes towards 1: tokens become one, as in an ordinary transformer without skips, only later. " +
			"Dividing columns changes less, but also makes tokens more alike than planned.",
		x: { label: "layer →" },
		y: { label: "↑ mean cosine", domain: [0, 1] },
		height: 170,
	});
}

function inflation(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	// 128 tokens would need more colours than there are, and so would a name for each text's line.
	const isShown = (row: Row) => !/128/.test(text(row, "length"));
	const verticals = rowsOf(rows, repeatsName, { kind: "share", length: 128 }).filter(
		(row) => row["unit"] !== "2048 words",
	);
	const points = rowsOf(rows, repeatsName, { kind: "curve" })
		.filter(isShown)
		.toSorted((a, b) => numberOf(a, "share") - numberOf(b, "share"))
		.map((row) => ({
			panel: "",
			series: `${row["method"]}, ${row["length"] === "limit" ? "T → ∞" : row["length"]}`,
			x: numberOf(row, "share"),
			y: numberOf(row, "diagonal"),
		}));
	const marks: CurvePoint[] = rowsOf(rows, repeatsName, { kind: "text" })
		.filter(isShown)
		.map((row) => ({
			panel: "",
			series: `${row["method"]}, T = ${row["length"]}`,
			x: numberOf(row, "share"),
			y: numberOf(row, "measured"),
		}));
	return drawCurves(points, {
		...options,
		id: "attention-repeats",
		title: "What repeated tokens do",
		caption:
			"The squared length of the last token after all layers, which should be 1, against the share r of equal pairs among the " +
			"tokens; γ_L = 0.005, ρ_L = 0.8. Crosses: the mean over real sequences of WikiText-2, in words, its 2048 most frequent " +
			"words, and characters (lines down: words and characters). Look at how much steeper E-SPA is: it adds up what lies far apart.",
		x: { label: "r, share of equal pairs →", scale: "log", domain: [0.001, 0.3] },
		y: { label: "↑ diagonal of the last token", scale: "log", domain: [1, 150] },
		marks,
		marked: "real text",
		verticals: verticals.map((row) => ({ x: numberOf(row, "share"), label: text(row, "unit") })),
		height: 270,
	});
}

function lags(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const points = rowsOf(rows, positionsName, { kind: "lag" }).map((row) => ({
		panel: "",
		series: "sinusoidal",
		x: numberOf(row, "lag"),
		y: numberOf(row, "cosine"),
	}));
	const learned: CurvePoint[] = points.map(({ x }) => ({ panel: "", series: "learned, at first", x, y: 0 }));
	return drawCurves(points.length > 0 ? [...points, ...learned] : [], {
		...options,
		id: "attention-positions",
		title: "How alike positions are",
		caption:
			"Cosine of the vectors of two positions against their distance, 64 dimensions. Sinusoidal ones have one sign in most " +
			"of their slow dimensions, so that even far positions are alike; random ones, as learned encodings begin, are at right " +
			"angles in the mean. Signal-preserving attention plans for right angles.",
		x: { label: "distance in tokens →", scale: "log", domain: [1, 127] },
		y: { label: "↑ cosine", domain: [-0.1, 1] },
		height: 200,
	});
}

function blocks(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const order = ["identity", aware, "U-SPA", "E-SPA"];
	const points = order.flatMap((method) =>
		rowsOf(rows, blocksName, { kind: "depth", method }).flatMap((row) =>
			(
				[
					["mean", "mean cosine"],
					["most", "largest diagonal"],
				] as const
			).map(([key, panel]) => ({
				panel,
				series: method,
				x: numberOf(row, "block"),
				y: numberOf(row, key),
			})),
		),
	);
	return drawCurves(points, {
		...options,
		id: "attention-blocks",
		title: "Attention and feed-forward networks make tokens alike together",
		caption:
			"24 blocks of attention and a leaky relu network tailored to η = 0.5, predicted for infinite width; 128 tokens. Dashed " +
			"lines: the 0.8 that U-SPA plans for, the 0.5 of the networks alone. Paths that plan for attention alone (U-SPA, E-SPA) " +
			"overshoot, and the diagonal with them. The path that knows of the networks ends at 0.8, with all diagonals 1.",
		x: { label: "block →" },
		y: { label: "" },
		axes: {
			"mean cosine": {
				label: "↑ mean cosine",
				domain: [0, 1],
				rules: [
					{ y: 0.8, label: "0.8" },
					{ y: 0.5, label: "0.5" },
				],
			},
			"largest diagonal": { label: "↑ largest diagonal" },
		},
		height: 180,
	});
}

export const attentionFigures = (rows: readonly Row[], options: FigureOptions): Figure[] =>
	[matrices, schedules, rescalingByPosition, trap, withoutRescaling, inflation, lags, blocks]
		.map((draw) => draw(rows, options))
		.filter((figure) => figure !== undefined);
