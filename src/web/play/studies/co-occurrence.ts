/** Yang et al. 2024: the gradient flow of one attention layer that learns whether two words occur together. Exact, not a toy. */
import { drawAttentionMaps } from "../../../figure/co-occurrence/attention-maps.ts";
import { drawBalance } from "../../../figure/co-occurrence/balance.ts";
import { drawLossRate } from "../../../figure/co-occurrence/loss-rate.ts";
import { drawLosses } from "../../../figure/co-occurrence/losses.ts";
import { drawScores } from "../../../figure/co-occurrence/scores.ts";
import { drawValueProducts } from "../../../figure/co-occurrence/value-products.ts";
import { drawWords } from "../../../figure/co-occurrence/words.ts";
import type { Figure, FigureOptions, Row } from "../../../figure/figure.ts";
import { configurations, type Letter } from "../../../study/co-occurrence/configurations.ts";
import { meanFieldAt, meanFieldEvents } from "../../../theory/co-occurrence/mean-field.ts";
import type { LabRecord } from "../lab-record.ts";
import type { JsonObject } from "../options.ts";
import { type Fact, type PlayFigure, type PlayStudy, type Preset, short } from "./study.ts";

const about: Record<Exclude<Letter, "P">, string> = {
	S: "The smallest at which every lemma holds.",
	R: "The theory's regime: wide, many samples, small initial values.",
	A: "Large initial W_K and W_Q: attention visibly moves.",
	A2: "The same with one neuron, for longer.",
	X: "Larger still: outside of the theory's Condition 1.",
	C: "Too few samples for their length: Lemma 4.5 fails.",
};

const presets = Object.entries(about).map(
	([name, about]): Preset => ({
		name,
		about,
		config: configurations[name as Letter] as unknown as JsonObject,
	}),
);

const ideal = "idealised flow";

/** The flow of two numbers in place of a network, as rows of a run: what phases 1 and 2 tend to. κ is its own unit of time. */
const idealRows: readonly Row[] = meanFieldAt(
	Array.from({ length: 25 }, (_, i) => 0.1 * 200 ** (i / 24)),
).map(({ time, loss, classLosses }, step) => ({
	run: ideal,
	step,
	"flow/clock": time,
	"train/loss": loss,
	...Object.fromEntries(classLosses.map((value, k) => [`class/loss.${k + 1}`, value])),
}));

const figure = (
	id: string,
	draw: (rows: readonly Row[], options: FigureOptions & { run: string }) => Figure | undefined,
): PlayFigure => ({
	id,
	of: ({ rows }) => rows,
	draw: ({ rows, name }, options) => draw(rows, { ...options, run: name }),
});

export const coOccurrence: PlayStudy = {
	name: "co-occurrence",
	title: "Word co-occurrence",
	about:
		"One layer of attention and an MLP learn whether two target words occur together. Gradient flow goes through two phases: first the words " +
		"are learned one by one, wrongly for some samples, then all samples come right and attention moves (Yang et al. 2024).",
	tryThis:
		"Move the play-head through the phases and watch attention. Freeze the attention: what is it good for? Begin with larger initial values.",
	toy: "Nothing: the flow is the study's own, integrated in float64 with the study's tolerances. The sizes are those of its configurations.",
	kind: "flow",
	base: { kind: "flow", seed: 0 },
	presetLabel: "Configuration",
	presets,
	controls: [
		{ id: "attention", label: "Attention", path: "model.attention", group: "Architecture" },
		{ id: "width", label: "Width m", path: "model.width", group: "Sizes", stops: [16, 32, 64, 128, 256] },
		{
			id: "neurons",
			label: "Neurons m₁",
			path: "model.neurons",
			group: "Sizes",
			stops: [1, 2, 4, 8, 16, 32],
		},
		{ id: "samples", label: "Samples n", path: "data.samples", group: "Sizes", stops: [12, 24, 36, 60, 120] },
		{ id: "length", label: "Words a sample L", path: "data.length", group: "Sizes", stops: [3, 4, 5, 6, 8] },
		{
			id: "mlp",
			label: "σ₁ of the MLP",
			path: "initialisation.mlp",
			group: "Start",
			stops: [0.01, 0.03, 0.05, 0.1, 0.2, 0.5],
		},
		{
			id: "value",
			label: "σ of values",
			path: "initialisation.value",
			group: "Start",
			stops: [0.01, 0.03, 0.05, 0.1, 0.2, 0.5],
		},
		{
			id: "keys",
			label: "σ of keys and queries",
			path: "initialisation.attention",
			group: "Start",
			stops: [0.01, 0.03, 0.1, 0.3, 1],
		},
		{ id: "seed", label: "Seed", path: "seed", group: "Start" },
		{
			id: "clock",
			label: "Until κ₀t",
			path: "dynamics.clock",
			group: "Training",
			stops: [30, 100, 300, 1000, 3000],
		},
	],
	watch: {},
	figures: [
		figure("losses", (rows, options) =>
			drawLosses([...rows, ...idealRows], { ...options, descent: ideal, marked: ideal }),
		),
		figure("words", (rows, options) =>
			drawWords(rows, { ...options, flows: [{ run: options.run, label: options.run }] }),
		),
		figure("attention-maps", drawAttentionMaps),
		figure("scores", drawScores),
		figure("balance", drawBalance),
		figure("loss-rate", drawLossRate),
		figure("value-products", drawValueProducts),
	],
	runName: (_, preset) => preset,
	facts,
};

function facts({ rows, phases }: LabRecord): Fact[] {
	const { half, end } = meanFieldEvents();
	const expected: Readonly<Record<string, number>> = { "T0.5": half.time, T1: end.time };
	const last = rows.at(-1);
	const number = (key: string) => {
		const value = last?.[key];
		return typeof value === "number" ? value : undefined;
	};
	const ratio = number("balance/ratio");
	const settled = number("summary/svm.ratio");
	return [
		...phases.flatMap(({ name, clock }): Fact[] => {
			const predicted = expected[name];
			if (predicted === undefined) return [];
			return [
				{
					name: `${name}, κ₀t`,
					measured: short(clock),
					predicted: `${short(predicted)} idealised`,
				},
			];
		}),
		...(ratio !== undefined && settled !== undefined
			? [
					{
						name: "R at the end",
						measured: short(ratio),
						predicted: `${short(settled)} of the data's max-margin direction`,
					},
				]
			: []),
	];
}
