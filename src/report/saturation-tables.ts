/** Tables of the report on pretrained models: what was measured, and the traps in words and numbers. */
import type { ModelSaturation } from "../pretrained/model-saturation.ts";
import type { SaturationRow } from "../pretrained/saturation.ts";
import { stateLabel } from "../pretrained/states.ts";
import type { ReportTable } from "./table.ts";

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
/** Undefined where nothing finite was measured. */
const finite = (value: number | undefined): number | undefined =>
	Number.isFinite(value) ? value : undefined;
const round = (value: number | undefined): number | undefined =>
	finite(value) === undefined ? undefined : Number(value!.toFixed(4));

export const modelsTable = (models: readonly ModelSaturation[]): ReportTable => ({
	columns: [
		"model",
		"family",
		"norms",
		"passages",
		"tokens",
		"cut to",
		"precision",
		"c",
		"tokenizer",
		"overflowed",
	],
	note:
		"Cut to: how many passages lost their end, and to how many tokens. Overflowed: tokens left out because a state was " +
		"not finite, summed over states and networks.",
	rows: models.map(
		({ name, family, placement, lengths, cut, longest, precision, factor, tokenizer, rows }) => [
			name,
			family,
			placement,
			lengths.length,
			lengths.reduce((a, b) => a + b, 0),
			cut === 0 ? "none" : `${cut} to ${longest}`,
			precision,
			factor,
			tokenizer,
			rows.reduce((sum, { overflowed }) => sum + overflowed, 0),
		],
	),
});

/** All numbers of the pretrained networks, and mean and range of the random ones. */
export function statesTable(models: readonly ModelSaturation[]): ReportTable {
	return {
		columns: [
			"model",
			"stack",
			"layer",
			"saturation",
			"random: mean",
			"least",
			"most",
			"whole passages",
			"± over passages",
			"likeness",
			"random: likeness",
		],
		note:
			"Saturation is the mean over tokens, as in Fig. 2; whole passages take all states of a passage as one vector. Likeness " +
			"is the mean cosine between different tokens: near 1, saturation says nothing.",
		summary: "The numbers by layer",
		rows: models.flatMap(({ name, rows }) =>
			rows
				.filter(({ network }) => network === "pretrained")
				.map((row) => {
					const random = rows.filter(
						({ network, stack, layer }) => network === "random" && stack === row.stack && layer === row.layer,
					);
					const values = random.map(({ saturation }) => saturation);
					return [
						name,
						row.stack,
						stateLabel(row),
						round(row.saturation),
						round(mean(values)),
						round(values.length > 0 ? Math.min(...values) : undefined),
						round(values.length > 0 ? Math.max(...values) : undefined),
						round(row.sequence),
						round(row.deviation),
						round(row.similarity),
						round(mean(random.map(({ similarity }) => similarity))),
					];
				}),
		),
	};
}

/** A row a trap and model: the number that is right, the number that one gets, and why. */
export function trapsTable(models: readonly ModelSaturation[]): ReportTable {
	return {
		columns: ["trap", "model", "state", "right", "trapped", "why"],
		note:
			"Cosines, mean over tokens: of the state that changes most for dropout and the decoder, of the last block for the " +
			"others.",
		rows: [dropoutTrap, decoderTrap, skipTrap, finalNormTrap].flatMap((trap) => models.flatMap(trap)),
	};
}

type Line = (string | number | undefined)[];

const largestChange = <T extends { right: number; wrong: number }>(rows: readonly T[]): T | undefined =>
	rows
		.filter(({ right, wrong }) => Number.isFinite(right) && Number.isFinite(wrong))
		.toSorted((a, b) => Math.abs(b.right - b.wrong) - Math.abs(a.right - a.wrong))[0];

function dropoutTrap({ name, traps, dropout, rows: all }: ModelSaturation): Line[] {
	const rows = traps.filter(({ trap }) => trap === "dropout");
	const blocks = rows.filter(({ state }) => state === "block");
	const row = largestChange(blocks);
	const embeddings = rows.find(({ state }) => state === "embeddings");
	if (!row) return [];
	const why =
		`A model built from its configuration is in training mode: dropout (rate ${dropout}) draws one mask for θ and another for ` +
		"c·θ, and the cosine is lowered by noise." +
		(embeddings ? ` The embeddings, whose saturation is 1, come out as ${embeddings.wrong.toFixed(3)}.` : "");
	return [["dropout on in the random model", name, place(row, all), round(row.right), round(row.wrong), why]];
}

function decoderTrap({ name, rows }: ModelSaturation): Line[] {
	const of = (wanted: string) =>
		rows.filter(({ stack, network }) => stack === wanted && network === "pretrained");
	const pairs = of("encoder").flatMap((row) => {
		const other = of("decoder").find(({ layer, state }) => layer === row.layer && state === row.state);
		return other && row.state !== "embeddings"
			? [{ ...row, right: row.saturation, wrong: other.saturation }]
			: [];
	});
	const row = largestChange(pairs);
	if (!row) return [];
	return [
		[
			"decoder taken for the encoder",
			name,
			place(row, rows),
			round(row.right),
			round(row.wrong),
			"The model's third output is the decoder's hidden states, fed with the encoder's text. The paper's T5 curve is one of these.",
		],
	];
}

function skipTrap({ name, traps, placement, factor, rows: all }: ModelSaturation): Line[] {
	const rows = traps.filter(({ trap, state }) => trap === "skips" && state === "block");
	const finiteRows = rows.filter(({ right, wrong }) => Number.isFinite(right) && Number.isFinite(wrong));
	if (finiteRows.length === 0) return [];
	const last = finiteRows.at(-1)!;
	const why =
		placement === "post"
			? "Right: with against without residual connections at θ. Trapped: the same at c·θ. Near 1, the saturated network is one " +
				"without skips, so a post-norm model is compared with another architecture, whatever its attention does."
			: `With against without residual connections at θ, and at ${factor}·θ. The skips of this placement do not all vanish.`;
	return [["skips gone in the limit", name, place(last, all), round(last.right), round(last.wrong), why]];
}

function finalNormTrap({ name, rows }: ModelSaturation): Line[] {
	return rows
		.filter(({ state, network }) => state === "final_norm" && network === "pretrained")
		.flatMap((after): Line[] => {
			const before = rows.find(
				({ network, stack, layer }) =>
					network === "pretrained" && stack === after.stack && layer === after.layer - 1,
			)!;
			return [
				[
					"last state after the final norm",
					name,
					place(before, rows),
					round(before.saturation),
					round(after.saturation),
					"The library's last hidden state is taken after the final normalisation; the last block's own is in none of its outputs.",
				],
			];
		});
}

type Place = Pick<SaturationRow, "stack" | "state" | "layer">;

const place = (row: Place, all: readonly SaturationRow[]) => {
	const where = row.state === "block" ? `after block ${row.layer}` : stateLabel(row);
	return all.some(({ stack }) => stack !== row.stack) ? `${row.stack}, ${where}` : where;
};
