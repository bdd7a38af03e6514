/**
 * One mode against its closed form, from starts that are lined up with the target; and the rate of a singular value
 * from starts that are balanced but not lined up, beside one that is not balanced.
 */
import { dormandPrince } from "../../../flow/dormand-prince.ts";
import { type DeepLinear, deepLinearFlow, productOf } from "../../../model/deep-linear.ts";
import { alignedStart, balancedStart, gaussianStart, modesOf } from "../../../model/deep-linear-start.ts";
import { modeStrength, modeTime, singularValueRate, solvedDepths } from "../../../theory/deep-linear.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { networkOf, strengths } from "./networks.ts";

export const modesName = "deep-linear/modes";
/** Layers' scale at the start, and when all modes are learned. */
const starts = { 2: { scale: 0.01, to: 9 }, 3: { scale: 0.05, to: 30 }, 4: { scale: 0.15, to: 40 } } as const;
const relativeTolerance = 1e-10;

/**
 * Rows `kind: "curve"`: strength `u` of a mode at `t`, the time at which theory has it there, and for two layers
 * theory's strength at t. Rows `kind: "rate"`: relative error of the singular values' rates, by start.
 */
export const modes = (seeds: number): Analysis => ({
	kind: "analysis",
	name: modesName,
	title: "Modes of deep linear networks against closed forms",
	needs: [],
	options: { seeds, starts, relativeTolerance, strengths },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [];
		for (let seed = 0; seed < seeds; seed++)
			for (const depth of solvedDepths) {
				signal.throwIfAborted();
				const network = networkOf(depth, seed);
				rows.push(...curves(network, depth, seed), ...rates(network, depth, seed));
				progress((seed + depth / 4) / seeds);
				await new Promise(setImmediate);
			}
		return rows;
	},
});

function curves(network: DeepLinear, depth: 2 | 3 | 4, seed: number): AnalysisRow[] {
	const { scale, to } = starts[depth];
	const initial = scale ** depth;
	const rows: AnalysisRow[] = [];
	const path = dormandPrince(deepLinearFlow(network), alignedStart(network, scale), {
		to,
		relativeTolerance,
		absoluteTolerance: 1e-13,
	});
	for (const step of path) {
		if (step.index % 8 !== 1) continue;
		const { values } = modesOf(productOf(network, step.after), network.sizes[0]!);
		for (const [mode, s] of strengths.entries()) {
			const u = values[mode]!;
			rows.push({
				kind: "curve",
				depth,
				seed,
				mode: mode + 1,
				t: step.end,
				u: u / s,
				// Near its ends the time of a strength is ill-conditioned.
				time: u > 1.1 * initial && u < 0.99 * s ? modeTime(depth, s, initial, u) : undefined,
				strength: depth === 2 ? modeStrength(s, initial, step.end) / s : undefined,
			});
		}
	}
	return rows;
}

function rates(network: DeepLinear, depth: number, seed: number): AnalysisRow[] {
	return (["balanced", "not balanced"] as const).map((start) => {
		const state =
			start === "balanced" ? balancedStart(network, 0.8, seed) : gaussianStart(network, 1.5, seed);
		return { kind: "rate", depth, seed, start, error: rateError(network, depth, state) };
	});
}

/** Largest |dσ/dt − theory| over the singular values of the product, relative to the largest |dσ/dt|. */
function rateError(network: DeepLinear, depth: number, state: Float64Array): number {
	const [outputs, inputs] = [network.sizes.at(-1)!, network.sizes[0]!];
	const slope = new Float64Array(state.length);
	deepLinearFlow(network)(0, state, slope);
	// dP/dt by central differences along the flow, which is exact but for h² terms.
	const h = 1e-5;
	const at = (sign: number) =>
		productOf(
			network,
			state.map((value, i) => value + sign * h * slope[i]!),
		);
	const [ahead, behind] = [at(1), at(-1)];
	const product = productOf(network, state);
	const { values, left, right } = modesOf(product, inputs);
	const along = (matrix: (i: number) => number, mode: number) => {
		let sum = 0;
		for (let row = 0; row < outputs; row++)
			for (let column = 0; column < inputs; column++)
				sum +=
					left[row * values.length + mode]! *
					matrix(row * inputs + column) *
					right[column * values.length + mode]!;
		return sum;
	};
	const measured = values.map((_, mode) => along((i) => (ahead[i]! - behind[i]!) / (2 * h), mode));
	const predicted = values.map((sigma, mode) =>
		singularValueRate(
			depth,
			sigma,
			along((i) => network.target[i]! - product[i]!, mode),
		),
	);
	const largest = Math.max(...measured.map(Math.abs));
	return Math.max(...measured.map((rate, mode) => Math.abs(rate - predicted[mode]!))) / largest;
}
