/** The report of `orrery propagate`: a model's signals as one HTML file. */
import { dirname, resolve } from "node:path";
import { JSDOM } from "jsdom";
import type { Figure, FigureOptions } from "../figure/figure.ts";
import { drawMatrices, type MatrixPicture } from "../figure/matrices.ts";
import { drawBlockGradients, drawSignals } from "../figure/signals.ts";
import { breakdownMessage } from "../probe/signal-notes.ts";
import { meanCosines } from "../probe/signal-rows.ts";
import { makeFolder } from "../run/make-folder.ts";
import type { ModelSignals } from "../run/signals.ts";
import { type Kernel, normalised, sumOfKernels } from "../theory/signal/kernel.ts";
import { statisticsOf } from "../theory/signal/kernel-statistics.ts";
import { writeReport } from "./report.ts";

/** Writes the report of the model called `name` to `out`. */
export async function reportSignals(name: string, measured: ModelSignals, out: string): Promise<void> {
	const { rows, step, tokens, sequences, data, signals, noPrediction } = measured;
	const { document } = new JSDOM("").window;
	const figures = [
		drawSignals(rows, { document }),
		kernels(measured, { document }),
		drawBlockGradients(rows, { document }),
	].filter((figure) => figure !== undefined);
	const path = resolve(out);
	await makeFolder(dirname(path));
	const sentences = [
		`${step === undefined ? "The model as it begins" : `The model after ${step} steps`}, on ${sequences} sequences of ` +
			`${tokens} tokens of validation text (${data}).`,
		breakdownMessage(signals),
		noPrediction && `Without a prediction: ${noPrediction}`,
	];
	await writeReport(path, {
		title: `Signals of ${name}`,
		introduction: sentences.filter(Boolean).join(" "),
		sections: [{ name: "signals", title: "Signal propagation", figures }],
	});
}

const mostPictured = 48;

/** Cosines between tokens at four depths, measured and predicted. */
function kernels({ signals, predictions, model }: ModelSignals, options: FigureOptions): Figure | undefined {
	const { layers } = model;
	const wanted = [...new Set([0, 1, Math.round(layers / 6), Math.round(layers / 2), layers])];
	const pictures = wanted.slice(-4).flatMap((depth): MatrixPicture[] => {
		const place = signals.places.find((place) => place.depth === depth);
		const shown = place && meanCosines(place);
		const predicted = predictions.flatMap(({ kernels }) => kernels[depth] ?? []);
		return [
			...(shown ? [picture("measured", depth, shown)] : []),
			...(predicted.length > 0 ? [picture("predicted", depth, meanOf(predicted))] : []),
		];
	});
	return drawMatrices(pictures, {
		...options,
		id: "kernels",
		title: "Kernels: how alike tokens are",
		caption:
			"Cosines between the states of the tokens of a sequence, first token at the upper left, mean over sequences. An even " +
			"yellow square is rank collapse: all tokens have become one.",
		quantity: "cosine",
		domain: [0, 1],
		columns: "blocks passed",
	});
}

const meanOf = (kernels: readonly Kernel[]): Kernel =>
	sumOfKernels(kernels.map((kernel) => [1 / kernels.length, normalised(kernel)] as const));

function picture(row: string, depth: number, kernel: Kernel): MatrixPicture {
	const { tokens, values } = kernel;
	const every = Math.ceil(tokens / mostPictured);
	const n = Math.floor(tokens / every);
	return {
		row,
		column: String(depth),
		values: Float64Array.from(
			{ length: n * n },
			(_, at) => values[every * (Math.floor(at / n) * tokens + (at % n))]!,
		),
		statistics: { kernel: row, depth, "mean cosine": statisticsOf(kernel).meanCosine },
	};
}
