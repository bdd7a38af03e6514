/** Loss during training, and perplexity; of a formal language, which has none, the strings recognised. */
import { type Figure, type FigureOptions, type Row, runsOf, valuesOf } from "./figure.ts";
import { drawPanels } from "./panels.ts";

/** At most this many points of the training loss a run; beyond, means over bins of equal numbers of rows, at their middle row. */
const maximumPoints = 150;

export interface LossOptions extends FigureOptions {
	/** A loss to draw a thin line at: that of the tokens' frequencies, in nats a token. */
	readonly plateau?: number | undefined;
}

export function drawLoss(
	rows: readonly Row[],
	{ plateau, ...options }: LossOptions = {},
): Figure | undefined {
	const line = plateau === undefined ? {} : { rule: plateau };
	const { isThinned = false } = options;
	const language = valuesOf(rows, "val/accuracy").length > 0;
	return drawPanels(
		isThinned ? rows : [...rows.map(({ "train/loss": _, ...row }) => row as Row), ...meanTrainingLoss(rows)],
		[
			{ key: "train/loss", label: "↑ training loss (nats a token)", ...line },
			{ key: "val/loss", label: "↑ validation loss (nats a token)", ...line },
			{ key: "val/perplexity", label: "↑ validation perplexity", scale: "log" },
			{ key: "val/accuracy", label: "↑ strings recognised, as in training" },
			{ key: "test/accuracy.longer", label: "↑ strings recognised, longer" },
		],
		{
			id: "loss",
			title: language ? "Loss and strings recognised" : "Loss and perplexity",
			caption: `Training loss of the batches (${
				isThinned
					? "of each stretch of steps the first, the least and the greatest: a band as wide as its noise"
					: "means over neighbouring steps where there are many"
			}), and ${
				language
					? "on validation the loss and the share of strings with every set of next symbols right. "
					: "loss and perplexity on the validation text. "
			}Read every other figure beside this one: a norm can grow, and a network saturate, without anything being learned.`,
			...options,
		},
	);
}

function meanTrainingLoss(rows: readonly Row[]): Row[] {
	return runsOf(rows).flatMap((run) => {
		const points = valuesOf(rows, "train/loss").filter((point) => point.run === run);
		const size = Math.ceil(points.length / maximumPoints);
		const mean = (values: number[]) => values.reduce((x, y) => x + y, 0) / values.length;
		return Array.from({ length: Math.ceil(points.length / Math.max(1, size)) }, (_, i) => {
			const bin = points.slice(i * size, (i + 1) * size);
			const { step } = bin[bin.length >> 1]!;
			return { run, step, "train/loss": mean(bin.map((point) => point.value)) };
		});
	});
}
