/** Pictures of one moment: what heads attend to, and how alike tokens are by depth. */
import type { Figure, FigureOptions } from "../../figure/figure.ts";
import { drawHeadPictures, type HeadPicture } from "../../figure/head-pictures.ts";
import { drawMatrices, type MatrixPicture } from "../../figure/matrices.ts";
import { classOf } from "../../probe/head-class.ts";
import { type LabRecord, standingAt } from "./lab-record.ts";

/** Layers pictured at most: of a deep network first, last, and what is between evenly. */
const mostLayers = 6;
/** Kernels side by side: more would be too small to see. */
const mostDepths = 5;

/** Attention of every head at the play-head. */
export function drawHeads({ heads, opened }: LabRecord, options: FigureOptions): Figure | undefined {
	const shown = standingAt(heads, options.at);
	const model = opened?.model;
	if (!shown || !model) return undefined;
	const { size, weights, statistics } = shown.pictures;
	const layers = new Set(spread(model.layers - 1, mostLayers));
	const pictures = statistics.flatMap(({ layer, head, ...numbers }, i): HeadPicture[] =>
		layers.has(layer)
			? [
					{
						layer: layer + 1,
						head: head + 1,
						weights: Array.from({ length: size }, (_, query) => {
							const from = (i * size + query) * size;
							return [...weights.subarray(from, from + size)];
						}),
						label: classOf(numbers.effectiveShare),
						statistics: { layer: layer + 1, head: head + 1, step: shown.step, ...numbers },
					},
				]
			: [],
	);
	return ofMoment(
		drawHeadPictures(pictures, {
			...options,
			id: "heads",
			title: `Heads at step ${shown.step}`,
			caption:
				`Mean attention of each head among the first ${size} characters: a row is a query, a column a key. Argmax-like heads look ` +
				"at about one position, mean-like ones at many; what saturation does to attention is seen here first. It follows the play-head.",
			causal: model.mask === "strict",
		}),
	);
}

/** Kernels of the states at the play-head, and those predicted from the start. */
export function drawKernels({ signals }: LabRecord, options: FigureOptions): Figure | undefined {
	const shown = standingAt(signals, options.at);
	if (!shown) return undefined;
	const wanted = new Set(spread(shown.kernels.length - 1, mostDepths));
	const kernels = shown.kernels.filter((_, i) => wanted.has(i));
	const picture = (row: string, depth: number, values: Float32Array): MatrixPicture => ({
		row,
		column: String(depth),
		values,
		statistics: { kernel: row, depth, step: shown.step, "mean cosine": meanOffDiagonal(values) },
	});
	return ofMoment(
		drawMatrices(
			[
				...kernels.map(({ depth, measured }) => picture("measured", depth, measured)),
				...kernels.flatMap(({ depth, predicted }) =>
					predicted ? [picture("predicted", depth, predicted)] : [],
				),
			],
			{
				...options,
				id: "kernels",
				title: `Kernels: how alike tokens are, step ${shown.step}`,
				caption:
					"Cosines between the states of the tokens of a sequence, first token at the upper left. An even yellow square is rank " +
					"collapse: all tokens have become one. Predicted: what the configuration says before any training. It follows the play-head.",
				quantity: "cosine",
				domain: [0, 1],
				columns: "blocks passed",
			},
		),
	);
}

/** So that it is drawn again when the play-head moves. */
function ofMoment(figure: Figure | undefined): Figure | undefined {
	figure?.svg.setAttribute("data-moment", "step");
	return figure;
}

/** At most `count` whole numbers from 0 to `last`, both ends among them. */
const spread = (last: number, count: number): number[] =>
	Array.from({ length: Math.min(count, last + 1) }, (_, i) =>
		Math.round((i * last) / Math.max(1, Math.min(count, last + 1) - 1)),
	);

function meanOffDiagonal(values: Float32Array): number {
	const n = Math.sqrt(values.length);
	const sum = values.reduce((total, value, i) => (Math.floor(i / n) === i % n ? total : total + value), 0);
	return sum / (n * (n - 1));
}
