/** He et al. 2023 at toy size: deep transformers without skips and norms, and the kernels of their tokens. */
import { drawBlockGradients, drawSignals } from "../../../figure/signals.ts";
import { type MethodName, methods } from "../../../study/shortcuts/methods.ts";
import { bestRates } from "../../../study/shortcuts/training/best-rates.ts";
import { saturationFactor } from "../../../study/shortcuts/training/names.ts";
import { type LabRecord, standingAt } from "../lab-record.ts";
import type { JsonObject } from "../options.ts";
import { drawKernels } from "../pictures.ts";
import { type Fact, type PlayFigure, type PlayStudy, type Preset, short } from "./study.ts";
import {
	headsFigure,
	lossFigure,
	normFigure,
	optimizerControls,
	residualControl,
	trainingControls,
} from "./training.ts";

const about: Partial<Record<MethodName, string>> = {
	"e-spa": "No skips, no norms; attention that makes cosines fall exponentially with distance.",
	"u-spa": "No skips, no norms; attention that makes all cosines alike.",
	"value-skip-init": "No skips, no norms; attention begins as the identity.",
	vanilla: "No skips, no norms, plain attention: all tokens become one.",
	"pre-norm": "The usual transformer: skips, and norms before sublayers.",
	"e-spa, skips": "E-SPA with normalised skips, without norms.",
	"plain, skips": "Normalised skips alone, plain attention, without norms.",
	sas: "The simplified block of He & Hofmann 2023.",
	"shaped transformer": "Noci et al. 2023.",
};

const shown: readonly MethodName[] = [
	"e-spa",
	"vanilla",
	"pre-norm",
	"u-spa",
	"value-skip-init",
	"plain, skips",
	"e-spa, skips",
	"sas",
	"shaped transformer",
];

/** Six blocks without skips take a larger rate than the study's thirty-six. */
const leastRate = 1e-3;

const presets = shown.map(
	(name): Preset => ({
		name,
		about: about[name] ?? "",
		config: {
			model: methods[name] as unknown as JsonObject,
			optimizer: { name: "adamw", learningRate: Math.max(bestRates[name], leastRate) },
		},
	}),
);

const signalsFigure: PlayFigure = {
	id: "signals",
	of: ({ signals }) => signals,
	draw: ({ signals }, options) => {
		const at = standingAt(signals, options.at);
		if (!at) return undefined;
		const figure = drawSignals(at.rows, { ...options, title: `Signals through depth, step ${at.step}` });
		figure?.svg.setAttribute("data-moment", "step");
		return figure;
	},
};

const gradientsFigure: PlayFigure = {
	id: "block-gradients",
	of: ({ signals }) => signals,
	draw: ({ signals }, options) => {
		const at = standingAt(signals, options.at);
		if (!at) return undefined;
		const figure = drawBlockGradients(at.rows, { ...options, title: `Gradients by block, step ${at.step}` });
		figure?.svg.setAttribute("data-moment", "step");
		return figure;
	},
};

export const shortcuts: PlayStudy = {
	name: "shortcuts",
	title: "Without shortcuts",
	about:
		"Without skips and norms, attention makes all tokens of a deep network alike, and it learns no more than how often each character " +
		"occurs. Attention that is begun with care keeps them apart: then the same depth trains (He et al. 2023).",
	tryThis:
		"Compare e-spa with vanilla: which kernels turn yellow, and which loss leaves the plateau? Give vanilla its skips back. Add layers.",
	toy: "6 blocks of width 32 on 140,000 characters, for a few hundred steps; the study has 36 blocks, the paper more than that, and wider ones.",
	kind: "training",
	base: {
		model: { layers: 6, heads: 2, width: 32, feedForward: 64, context: 32 },
		training: { steps: 300, batch: 8 },
		probes: { saturationFactor },
		seed: 0,
	},
	presetLabel: "Method",
	presets,
	controls: [
		{ id: "mixing", label: "Attention (mixing)", path: "model.mixing", group: "Architecture" },
		{
			id: "gamma",
			label: "γ of e-spa",
			path: "model.mixing.gamma",
			group: "Architecture",
			stops: [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
		},
		{
			id: "rho",
			label: "ρ of u-spa",
			path: "model.mixing.rho",
			group: "Architecture",
			stops: [0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95],
		},
		{ ...residualControl },
		{ id: "placement", label: "Norm placement", path: "model.placement", group: "Architecture" },
		{ id: "norm", label: "Norm", path: "model.norm", group: "Architecture" },
		{ id: "activation", label: "Activation", path: "model.activation", group: "Architecture" },
		{ id: "shaping", label: "Shaping of the activation", path: "model.shaping", group: "Architecture" },
		{
			id: "eta",
			label: "η of TAT",
			path: "model.shaping.eta",
			group: "Architecture",
			stops: [0.1, 0.3, 0.5, 0.7, 0.9],
		},
		...optimizerControls,
		{
			id: "layers",
			label: "Layers",
			path: "model.layers",
			group: "Sizes",
			stops: [2, 4, 6, 8, 12, 18, 24, 36],
		},
		{ id: "heads", label: "Heads", path: "model.heads", group: "Sizes", stops: [1, 2, 4, 8] },
		{ id: "width", label: "Width", path: "model.width", group: "Sizes", stops: [16, 32, 64] },
		{ id: "context", label: "Context", path: "model.context", group: "Sizes", stops: [16, 32, 64] },
		...trainingControls,
	],
	watch: { heads: true, signals: true },
	figures: [
		lossFigure,
		{ id: "kernels", of: ({ signals }) => signals, draw: drawKernels },
		signalsFigure,
		headsFigure,
		gradientsFigure,
		normFigure,
	],
	runName: (_, preset) => preset,
	facts,
};

function facts({ rows, signals, opened }: LabRecord): Fact[] {
	const loss = rows.findLast((row) => row["val/loss"] !== undefined)?.["val/loss"];
	const start = signals[0];
	const deepest = start?.rows.filter((row) => row["cosine"] !== undefined).at(-1);
	const cosine = (key: string) => (deepest?.[key] === undefined ? undefined : short(deepest[key]));
	const predicted = cosine("predicted/cosine");
	return [
		...(typeof loss === "number"
			? [
					{
						name: "Validation loss",
						measured: `${short(loss)} nats`,
						...(opened?.plateau !== undefined && {
							predicted: `${short(opened.plateau)} at the plateau`,
						}),
					},
				]
			: []),
		...(deepest
			? [
					{
						name: "Cosine of tokens after the last block, at the start",
						measured: cosine("cosine")!,
						...(predicted && { predicted }),
					},
				]
			: []),
		...(start?.notes ?? []).map((note) => ({ name: "Note", measured: note })),
	];
}
