/**
 * The paper's other figures as published: pretrained models (Fig. 2), heads (Fig. 3) and the logs of the small language
 * models, read off the figures that the authors committed (`data/t5-norms/published-figures.json`, about four digits).
 *
 * Nothing is trained for this part. It shows the numbers that the others are read beside, and judges on them the
 * sentences that need the paper's own models.
 */
import { readFileSync } from "node:fs";
import { type CurvePoint, drawCurves } from "../../figure/curves.ts";
import type { Figure, FigureOptions } from "../../figure/figure.ts";
import { drawHeadHistogram } from "../../figure/head-histogram.ts";
import { leakSignature, meanHeadSignature } from "../../theory/leak.ts";
import { mean } from "../rows.ts";
import { atLeast, below, type Claim, near, type Part } from "../study.ts";
import { source } from "./t5-prediction.ts";

interface PublishedFigures {
	/** Saturation by layer, and of the same models at random initialisation. */
	readonly fig2: Readonly<Record<"pretrained" | "random_init", Readonly<Record<string, readonly number[]>>>>;
	/** Bins of the histogram: [from, to, heads]. */
	readonly fig3: Readonly<Record<"pre_norm" | "control", readonly (readonly [number, number, number])[]>>;
	/** By `<text>/<placement>/<quantity>`, a value an epoch, 0 to 5. */
	readonly lm: Readonly<Record<string, readonly number[]>>;
}

const published: PublishedFigures = JSON.parse(
	readFileSync(new URL("../../../data/t5-norms/published-figures.json", import.meta.url), "utf8"),
);

const models: Readonly<Record<string, string>> = {
	"bert-base-cased": "BERT",
	"roberta-base": "RoBERTa",
	"t5-base": "T5",
	"xlnet-base-cased": "XLNet",
};

/** What the paper and its code call the placements, and what we do. */
const placements = { pre_norm: "res-post", control: "post" } as const;
const texts: Readonly<Record<string, string>> = { penn: "Penn Treebank", "wikitext-2": "WikiText-2" };

const pretrained = (model: string) => published.fig2.pretrained[model]!;
const list = (values: readonly number[]) => values.map((value) => value.toFixed(2)).join(" ");

const endOfHistogram = () => {
	const [, end, heads] = published.fig3.pre_norm.at(-1)!;
	return { value: end, detail: `${heads} of 144 heads lie in the last bin.` };
};

const claims: readonly Claim[] = [
	...(["t5-base", "xlnet-base-cased"] as const).map(
		(model): Claim => ({
			id: `published.saturation.${models[model]!.toLowerCase()}`,
			sentence: `${models[model]}: the last layer of the pretrained model is saturated`,
			place: "§4.1, Fig. 2",
			expected: atLeast(0.9),
			caveat:
				model === "t5-base"
					? `${source} The layers are the decoder's, given the encoder's text.`
					: `${source} The curve has 11 points: the code left out the final layer.`,
			measure: () => ({ value: pretrained(model).at(-1)!, detail: `by layer: ${list(pretrained(model))}.` }),
		}),
	),
	{
		id: "published.saturation.bert",
		sentence:
			"BERT is less saturated than the others (its mean over layers − the smallest mean of the others)",
		place: "§4.1, Fig. 2",
		expected: below(0),
		caveat:
			`${source} BERT, RoBERTa and XLNet are post-norm: at c = 1000 their residual connections are gone, so the cosine ` +
			"compares two different networks, whatever their attention does.",
		measure: () => {
			const others = ["roberta-base", "t5-base", "xlnet-base-cased"].map((model) => mean(pretrained(model)));
			return {
				value: mean(pretrained("bert-base-cased")) - Math.min(...others),
				detail: `by layer: ${list(pretrained("bert-base-cased"))}; means of RoBERTa, T5, XLNet: ${list(others)}.`,
			};
		},
	},
	{
		id: "published.saturation.random",
		sentence: "randomly initialised models are not saturated, T5's excepted (largest cosine of the others)",
		place: "§4.1, Fig. 2",
		expected: below(0.12),
		caveat: `${source} The random models kept their dropout on in both passes, which lowers the cosine. The bound is ours.`,
		measure: () => {
			const { "t5-base": t5, ...others } = published.fig2.random_init;
			return {
				value: Math.max(...Object.values(others).flat()),
				detail: `T5 at random: ${list(t5!)}.`,
			};
		},
	},
	{
		id: "published.heads.mean",
		sentence: "the last bin of the histogram of heads ends where a mean head is: at half the sentence",
		place: "§4.2, Fig. 3 (pre-norm, 83 tokens)",
		expected: near(meanHeadSignature(83).positions, 0.25),
		caveat:
			`${source} A mean head behind a causal mask attends to 42.0 of 83 positions; a head that sees the future through ` +
			"the mask of the paper's code, to 41.012.",
		measure: endOfHistogram,
	},
	{
		id: "published.heads.leak",
		sentence: "the last bin of the histogram of heads ends at the value of heads that see the future",
		place: "not in the paper: the mask of its code",
		expected: near(Number(leakSignature(83).positions.toFixed(3)), 0.005),
		caveat: source,
		measure: endOfHistogram,
	},
	...(Object.keys(texts) as readonly string[]).map(
		(text): Claim => ({
			id: `published.degenerate.${text}`,
			sentence: `${texts[text]}: the post-norm model is saturated and has learned something (accuracy at the end)`,
			place: "§4.1 (saturation); the code's logs (accuracy)",
			expected: atLeast(0.1),
			caveat: `${source} The bound is ours. Always naming the commonest word is right about once in twenty.`,
			measure: () => ({
				value: published.lm[`${text}/control/acc1`]!.at(-1)!,
				detail:
					`saturation ${published.lm[`${text}/control/sat`]!.at(-1)}, development loss ` +
					`${published.lm[`${text}/control/loss`]!.at(-1)!.toFixed(2)} nats; pre-norm ` +
					`${published.lm[`${text}/pre_norm/loss`]!.at(-1)!.toFixed(2)} nats.`,
			}),
		}),
	),
	{
		id: "published.post-norm-grows",
		sentence:
			"the norm of the post-norm model grows after its first epoch (last / first epoch, Penn Treebank)",
		place: "§3 says it of every model; the code's logs",
		expected: atLeast(1),
		caveat: `${source} This norm is the mean column norm of linear maps.`,
		measure: () => {
			const norms = published.lm["penn/control/norm"]!;
			return { value: norms.at(-1)! / norms[1]!, detail: `by epoch: ${norms.join(" ")}.` };
		},
	},
];

function figures(options: FigureOptions): Figure[] {
	const layers = (key: keyof PublishedFigures["fig2"], panel: string): CurvePoint[] =>
		Object.entries(published.fig2[key]).flatMap(([model, values]) =>
			values.map((y, i) => ({ panel, series: models[model]!, x: i + 1, y })),
		);
	const heads = Object.entries(placements).flatMap(([key, run]) =>
		published.fig3[key as keyof typeof placements].flatMap(([from, to, count], layer) =>
			// Which layer and head each is was not published.
			Array.from({ length: count }, (_, head) => ({
				run,
				mask: "leaky",
				layer,
				head,
				positions: (from + to) / 2,
				mark: leakSignature(83).positions,
				markLabel: `leak: ${leakSignature(83).positions.toFixed(3)}`,
			})),
		),
	);
	const epochs = (x: string, y: string): CurvePoint[] =>
		Object.entries(texts).flatMap(([text, panel]) =>
			Object.entries(placements).flatMap(([key, series]) =>
				published.lm[`${text}/${key}/${y}`]!.map((value, epoch) => ({
					panel,
					series,
					x: x === "epoch" ? epoch : published.lm[`${text}/${key}/${x}`]![epoch]!,
					y: value,
				})),
			),
		);
	return [
		drawCurves([...layers("pretrained", "pretrained"), ...layers("random_init", "random")], {
			...options,
			id: "published-saturation",
			title: "Saturation of pretrained models, as published",
			caption:
				"Figure 2 of the paper: cosine between the states at θ and at 1000·θ, by layer. T5's layers are the decoder's; " +
				"XLNet's curve lacks its last layer; the random models had dropout on.",
			x: { label: "layer →" },
			y: { label: "↑ cosine", domain: [-0.1, 1] },
		}),
		drawHeadHistogram(heads, {
			...options,
			id: "published-heads",
			title: "Positions attended, as published",
			caption:
				"Figure 3 of the paper, from its bins: 144 heads of each language model on Penn Treebank, 83 positions. The right " +
				"bar stands at the value of the leak, not at 42.0, where mean heads behind a causal mask would be.",
		}),
		drawCurves(epochs("loss", "sat"), {
			...options,
			id: "published-degenerate",
			title: "Saturated, whatever was learned: the paper's logs",
			caption:
				"Saturation against development loss, a dot an epoch, from the untrained model at the right. The post-norm models " +
				"saturate within an epoch and stay at the loss of word frequencies.",
			x: { label: "development loss, nats →" },
			y: { label: "↑ saturation", domain: [0, 1] },
			scattered: true,
		}),
		drawCurves(epochs("epoch", "norm"), {
			...options,
			id: "published-norms",
			title: "Norm of the small language models, as logged",
			caption:
				"Mean column norm of the linear maps by epoch, from the logs of the paper's code. Post-norm falls from the first " +
				"epoch on.",
			x: { label: "epoch →" },
			y: { label: "↑ norm" },
		}),
	].filter((figure) => figure !== undefined);
}

export const publishedFigures: Part = {
	name: "published",
	title: "The paper's other figures, as published",
	introduction:
		"Pretrained models, heads and training logs, read off the figures that the authors committed. The models " +
		"themselves are large (Fig. 2; loading them comes later) or were never published. Read the measurements of the " +
		"sections below beside these.",
	claims,
	figures: (_, options) => figures(options),
};
