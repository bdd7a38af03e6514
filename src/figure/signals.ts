/** Signals of one network through depth, measured and predicted, and the gradients of its blocks. */
import { type CurvePoint, drawCurves } from "./curves.ts";
import type { Figure, FigureOptions } from "./figure.ts";

/** As `probe/signal-rows.ts` makes them: a row a depth with its numbers, a row a block with `gradient/<part>`. */
export type SignalNumbers = Readonly<Record<string, number>>;

const panels = {
	cosine: { label: "↑ cosine of tokens", lines: { cosine: "mean", adjacent: "of neighbours" } },
	rank: { label: "↑ effective rank", scale: "log", lines: { rank: "mean" } },
	q: {
		label: "↑ mean square of states",
		scale: "log",
		lines: { q: "mean", "q.least": "least", "q.most": "most" },
	},
} as const;

const styles = ["measured", "predicted at the start"] as const;

export function drawSignals(rows: readonly SignalNumbers[], options: FigureOptions = {}): Figure | undefined {
	const points = Object.entries(panels).flatMap(([panel, { lines }]) =>
		Object.entries(lines).flatMap(([key, series]) =>
			([key, `predicted/${key}`] as const).flatMap((name, i) =>
				rows.flatMap((row): CurvePoint[] => {
					const y = row[name];
					return y === undefined ? [] : [{ panel, series, style: styles[i]!, x: row["depth"]!, y }];
				}),
			),
		),
	);
	return drawCurves(points, {
		id: "signals",
		title: "Signals through depth",
		caption:
			"Of the states after each sublayer, mean over sequences: how alike the tokens of a sequence are (cosine 1: rank " +
			"collapse), how many directions they fill, and how large they are. Dashed is what the configuration predicts from " +
			"the measured embeddings, in the limit of large width and with the weights of the start.",
		...options,
		x: { label: "blocks passed →" },
		y: { label: "" },
		axes: Object.fromEntries(Object.entries(panels).map(([panel, { lines: _, ...axis }]) => [panel, axis])),
		styles,
		height: 170,
	});
}

const parts = {
	query: "W_Q",
	key: "W_K",
	value: "W_V",
	output: "W_O",
	feedForward: "feed-forward",
	all: "whole block",
} as const;

export function drawBlockGradients(
	rows: readonly SignalNumbers[],
	options: FigureOptions = {},
): Figure | undefined {
	const points = Object.entries(parts).flatMap(([part, series]) =>
		rows.flatMap((row): CurvePoint[] => {
			const y = row[`gradient/${part}`];
			// An axis of powers has no place for 0.
			return y ? [{ panel: "", series, x: row["block"]! + 1, y }] : [];
		}),
	);
	return drawCurves(points, {
		id: "block-gradients",
		title: "Gradients by block",
		caption:
			"‖∂L/∂θ‖ of the loss of the next token, by block and part. What is not drawn is exactly 0, as W_K is where W_Q is 0. A " +
			"gradient of W_Q that falls with depth, while W_V keeps its own, is a sign of rank collapse.",
		...options,
		x: { label: "block →" },
		y: { label: "↑ norm of the gradient", scale: "log" },
		height: 230,
	});
}
