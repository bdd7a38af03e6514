/** The figures of token selection, from the rows of this folder's analyses. */
import { type CurvePoint, drawCurves } from "../../../figure/curves.ts";
import type { Figure, FigureOptions, Row } from "../../../figure/figure.ts";
import { drawTokenPlane } from "../../../figure/token-plane.ts";
import { median, numberOf, numbersOf, rowsOf } from "../../rows.ts";
import { grouped } from "../measure.ts";
import { forms, matrixName } from "./matrix.ts";
import { planeName } from "./plane.ts";
import { vectorName } from "./vector.ts";

/** All of a small problem. */
function plane(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const of = (kind: string) => rowsOf(rows, planeName, { kind });
	const point = (row: Row) => ({
		choice: String(row["choice"]),
		x: numberOf(row, "x"),
		y: numberOf(row, "y"),
	});
	const limits = of("limit");
	const best = limits.find((row) => row["best"] === 1)?.["choice"];
	return drawTokenPlane(
		grouped(of("path"), (row) => String(row["curve"])).map((path) => ({
			choice: String(path[0]!["choice"]),
			points: path.map(point),
		})),
		limits.map(point),
		{
			...options,
			id: "token-selection-plane",
			title: "Attention vectors from all around, and where they end",
			caption:
				"Two samples of three tokens. Each line is the path of p from a start (dot) at ‖p‖ = 15, coloured by the tokens that it " +
				`selects in the end (first sample · second sample; the best are ${best ?? "unknown"}). Broad rays: the directions of the ` +
				"support-vector machines of all locally optimal choices. Distances from the centre are logarithmic. Look at where " +
				"paths end: on a ray, and not always on that of the best tokens.",
		},
	);
}

/** The angle to the limit against log t. */
function rate(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const path = rowsOf(rows, vectorName, { kind: "path" }).filter((row) => numberOf(row, "logTime") > 1);
	const ends = rowsOf(rows, vectorName, { kind: "end" });
	const points = path.map((row) => ({
		panel: "",
		series: `start: ${row["start"]}`,
		curve: numberOf(row, "seed"),
		x: numberOf(row, "logTime"),
		y: numberOf(row, "angle"),
	}));
	const last = Math.max(...numbersOf(ends, "logTime"));
	const through = 3 * median(numbersOf(ends, "angle")) * last;
	const guides: CurvePoint[] = [10, last].map((x) => ({ panel: "", series: "1/log t", x, y: through / x }));
	return drawCurves(points, {
		...options,
		id: "token-selection-rate",
		title: "How slowly attention's direction converges",
		caption:
			"Angle in radians between p and the support-vector machine's direction for the tokens it selects in the end, against " +
			"the logarithm of time; a line a data set and start. Thin line: slope −1, so an angle like 1/log t. At the right end " +
			"time itself is e to the power of a thousand: the path is followed by its length.",
		x: { label: "log t →", scale: "log", domain: [2, 1.2 * last] },
		y: { label: "↑ angle", scale: "log" },
		guides,
		height: 260,
	});
}

/** Singular values of W at margin 1: whole, and as a product. */
function spectrum(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const all = rowsOf(rows, matrixName);
	const points = all.flatMap((row) =>
		[1, 2, 3, 4].map((i) => ({
			panel: "",
			series: row["form"] === forms.whole ? "W trained" : "K and Q trained, W = K Qᵀ",
			curve: numberOf(row, "seed"),
			x: i,
			y: numberOf(row, `sigma.${i}`),
		})),
	);
	return drawCurves(points, {
		...options,
		id: "token-selection-spectrum",
		title: "A trained matrix, whole or as a product of two",
		caption:
			"Singular values of the matrix that attention is computed from, scaled to margin 1; a line a data set. Whole, it goes " +
			"to the least Frobenius norm and uses all its directions. As W = K Qᵀ it goes to the least nuclear norm: look at how " +
			"little is left after the second singular value.",
		x: { label: "index of the singular value →", domain: [0.5, 4.5] },
		y: { label: "↑ singular value", scale: "log", domain: [1e-5, 10] },
		height: 240,
	});
}

export const tokenSelectionFigures = (rows: readonly Row[], options: FigureOptions): Figure[] =>
	[plane, rate, spectrum].map((draw) => draw(rows, options)).filter((figure) => figure !== undefined);
