/**
 * What is trained: networks that differ in skips, norms and attention, all of one size, on one text, in three sweeps.
 *
 *     training/grid    each method at several learning rates, one seed, short: which rate each wants
 *     training/seeds   each method at its best rate, several seeds
 *     training/long    methods without skips for five times as many steps
 *
 * Rates of `training/seeds` are not read off the grid of the same study, since a preset is fixed before it runs: they are
 * those that were best in a grid of development, written here, and the grid shows how near the best they are.
 */
import type { SweepPlan, TrainingBase } from "../../../sweep/config.ts";
import type { Experiment, Sweep } from "../../study.ts";
import { type Method, type MethodName, methods } from "../methods.ts";
import { bestRates } from "./best-rates.ts";
import { rowsOfCells } from "./cells.ts";
import { gridName, longer, longName, publishedGamma, saturationFactor, seedsName } from "./names.ts";
import { type Scale, type Size, scales } from "./scales.ts";
import { unigramExperiments } from "./unigram.ts";

const learningRate = "optimizer.learningRate";

export function trainingExperiments(size: Size): Experiment[] {
	const scale = scales[size];
	const networks = networksOf(scale);
	const seeds = Array.from({ length: scale.seeds }, (_, seed) => seed);
	const named = (names: readonly string[], rated: boolean) =>
		Object.fromEntries(
			names.map((name) => [
				name,
				variantOf(networks[name]!, rated ? bestRates[name as MethodName] : undefined),
			]),
		);
	const compared = scale.gamma === undefined && scale.methods.includes("e-spa") ? [publishedGamma] : [];
	return [
		...unigramExperiments(baseOf(scale, 0), scale.evaluationBatches),
		sweepOf(gridName, {
			base: baseOf(scale, scale.gridSteps),
			axes: { [learningRate]: [...scale.rates] },
			variants: named([...scale.methods, ...compared], false),
		}),
		sweepOf(seedsName, {
			base: baseOf(scale, scale.steps),
			axes: {},
			variants: named(scale.methods, true),
			seeds,
		}),
		sweepOf(longName, {
			base: baseOf(scale, longer * scale.steps),
			axes: {},
			variants: named(scale.long, true),
		}),
	];
}

const sweepOf = (name: string, plan: Omit<SweepPlan<TrainingBase>, "name">): Sweep => ({
	kind: "sweep",
	name,
	plan: { name: name.replace("/", "-"), ...plan },
	rows: rowsOfCells,
});

/** The run that variants change. */
function baseOf({ model, data, batch, every, evaluationBatches }: Scale, steps: number): TrainingBase {
	return {
		model: { ...model, biases: false },
		data,
		optimizer: { name: "adamw", betas: [0.9, 0.98], weightDecay: 0.1, decayed: "matrices" },
		schedule: { name: "linear", warmup: Math.round(steps / 10) },
		training: { steps, batch, clip: 1 },
		probes: {
			schedule: { doublingUntil: 1, every },
			evaluationBatches,
			saturationTokens: 128,
			saturationFactor,
		},
		// Cells are short: one that is interrupted is done again.
		...(steps <= 5000 && { checkpoints: { every: Math.max(1, steps), keep: 1 } }),
	};
}

const withGamma = (method: Method, gamma: number): Method =>
	method.mixing?.name === "e-spa" ? { ...method, mixing: { name: "e-spa", gamma } } : method;

/** The methods by name, and E-SPA with the published γ_L beside them. */
const networksOf = ({ gamma }: Scale): Readonly<Record<string, Method>> => ({
	...Object.fromEntries(
		Object.entries(methods).map(([name, method]) => [
			name,
			gamma === undefined ? method : withGamma(method, gamma),
		]),
	),
	[publishedGamma]: withGamma(methods["e-spa"], 0.005),
});

/** A variant of a sweep: each option of the method in place of the base's, and perhaps a rate of its own. */
const variantOf = (method: Method, rate?: number): Record<string, unknown> => ({
	...Object.fromEntries(Object.entries(method).map(([key, value]) => [`model.${key}`, value])),
	...(rate !== undefined && { [learningRate]: rate }),
});
