/** The drawings of the part, out of the rows of its analyses. */
import { drawErrorsByFactor } from "../../../figure/errors-by-factor.ts";
import type { Figure, FigureOptions, Row } from "../../../figure/figure.ts";
import { drawHeadHistogram } from "../../../figure/head-histogram.ts";
import { drawHeadPictures } from "../../../figure/head-pictures.ts";
import { drawHeadScatter } from "../../../figure/head-scatter.ts";
import { classBounds, headClasses } from "../../../probe/head-class.ts";
import { headRows } from "./claims.ts";
import { constructionRows } from "./construction-claims.ts";
import { unpackWeights } from "./packed-weights.ts";

export function headFigures(rows: readonly Row[], options: FigureOptions): Figure[] {
	const heads = headRows(rows);
	const figures = [
		drawHeadHistogram(
			heads.map((row) => ({
				...placeOf(row),
				run: String(row["placement"]),
				positions: row["saturated/positions"] as number,
				...(row["mask"] === "leaky"
					? { mark: row["signature/leak"] as number, markLabel: `leak: ${digits(row["signature/leak"])}` }
					: {
							mark: row["signature/mean"] as number,
							markLabel: `a mean head: ${digits(row["signature/mean"])}`,
						}),
			})),
			options,
		),
		drawHeadScatter(
			heads.map((row) => ({
				...placeOf(row),
				class: String(row["soft/class"]),
				effectiveShare: row["soft/effectiveShare"] as number,
				positions: row["saturated/positions"] as number,
			})),
			{ ...options, classes: headClasses, bounds: Object.values(classBounds) },
		),
		...[...new Set(heads.map((row) => String(row["model"])))].map((model) =>
			drawModel(
				heads.filter((row) => row["model"] === model),
				model,
				options,
			),
		),
		drawErrorsByFactor(
			constructionRows(rows)
				.filter((row) => row["test"] === "softmax")
				.map((row) => ({
					run: String(row["subject"]),
					factor: row["factor"] as number,
					strings: row["strings"] as number,
					errors: row["errors"] as number,
				})),
			options,
		),
	];
	return figures.filter((figure) => figure !== undefined);
}

const placeOf = (row: Row) => ({
	run: String(row["model"]),
	mask: String(row["mask"]),
	layer: row["layer"] as number,
	head: row["head"] as number,
});

/** Three decimals, and none that say nothing: 41.012, 42. */
const digits = (value: unknown) => String(Number(Number(value).toFixed(3)));

/** What the table behind a picture says of a head. */
const told = [
	"positions",
	"split",
	"effective",
	"effectiveShare",
	"leak",
	"first",
	"self",
	"previous",
	"distance",
];

function drawModel(heads: readonly Row[], model: string, options: FigureOptions): Figure | undefined {
	const strict = heads[0]?.["mask"] === "strict";
	return drawHeadPictures(
		heads.flatMap((row) => {
			const weights = unpackWeights(String(row["soft/picture"]));
			if (!weights) return [];
			const kind = String(row["soft/class"]);
			return {
				layer: row["layer"] as number,
				head: row["head"] as number,
				weights,
				label: `${Number(row["soft/effectiveShare"]).toFixed(2)} ${kind}`,
				statistics: {
					layer: row["layer"] as number,
					head: row["head"] as number,
					class: kind,
					"class when saturated": String(row["saturated/class"]),
					"positions when saturated": row["saturated/positions"] as number,
					...Object.fromEntries(told.map((name) => [name, row[`soft/${name}`] as number])),
				},
			};
		}),
		{
			...options,
			id: `heads-pictures-${model.replaceAll(/[^a-z0-9-]/gi, "-")}`,
			title: `${model}: a picture of each head`,
			caption:
				"Mean softmax attention over validation sentences, among their first positions: each row is a query, from the " +
				"first at the top; each column a key; colours go by the root of the weight, the last also for all above. Look for a bright diagonal (the token itself, or the one before), a " +
				"bright first column (a sink), an even glow (a mean). " +
				(strict
					? "The empty half is the future, which the mask shuts out. "
					: "What lies above the diagonal is the future: the leak. ") +
				"Below each: the share of the available positions that it spreads over.",
			causal: strict,
		},
	);
}
