/**
 * How far everything but G moves in phase 1, by the width: Thm 3.1 (iii), pair by pair. From time 0 to T1
 *
 *     ⟨w_j, w_k⟩ and μᵀW_VᵀW_Vν              Õ(1/m)
 *     μᵀW_KᵀW_Qν                             Õ(m^(−3/2)(1/L + 1/√m))
 *     μᵀW_KᵀW_Kν and μᵀW_QᵀW_Qν              Õ(1/m²)
 *
 * The reduced form is integrated; W follows from w̄, so that single pairs of neurons are seen. σ₁ and m₁ are fixed and
 * σ₀ = 0.1/√(Lm), as Condition 1 has it: then T1 is of order 1/m.
 */
import { setImmediate } from "node:timers/promises";
import { dot } from "../../../model/co-occurrence/kernels.ts";
import { layoutOf } from "../../../model/co-occurrence/layout.ts";
import type { Parameters } from "../../../model/co-occurrence/network.ts";
import { recoverMlp } from "../../../model/co-occurrence/reduced.ts";
import { largestChange } from "../../../probe/co-occurrence/classes.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { follow, open } from "../end-state/trajectory.ts";
import type { Size } from "../presets.ts";

export const motionName = "phases/motion";

const samples = 24;
const length = 3;
const neurons = 8;
const sigma1 = 0.1;
/** κ₀t of the end: T1 lies below 14. */
const horizon = 40;

interface MotionSize {
	readonly seeds: number;
	/** m. */
	readonly widths: readonly number[];
}

const sizes: Readonly<Record<Size, MotionSize>> = {
	smoke: { seeds: 1, widths: [256, 1024] },
	laptop: { seeds: 5, widths: [64, 256, 1024, 4096] },
	paper: { seeds: 20, widths: [64, 256, 1024, 4096] },
};

export const motionExperiments = (size: Size): Analysis[] => [motion(sizes[size])];

/**
 * One row a width and seed, of a flow that has a T1: `neurons`, `values`, `scores`, `keys` and `queries`, the largest
 * |change| of a product at T1 and at any step before, over all pairs of neurons, or of words that occur.
 */
const motion = ({ seeds, widths }: MotionSize): Analysis => ({
	kind: "analysis",
	name: motionName,
	title: "What moves in phase 1, by width",
	needs: [],
	options: { seeds, widths, samples, length, neurons, sigma1, horizon },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [];
		for (const [i, width] of widths.entries())
			for (let seed = 0; seed < seeds; seed++) {
				await setImmediate();
				signal.throwIfAborted();
				const row = measured(width, seed);
				if (row) rows.push({ width, seed, ...row });
				progress((i * seeds + seed + 1) / (widths.length * seeds));
			}
		return rows;
	},
});

function measured(width: number, seed: number): AnalysisRow | undefined {
	const sigma0 = 0.1 / Math.sqrt(length * width);
	const opened = open({
		...{ seed, data: { samples, length }, model: { width, neurons } },
		initialisation: { name: "gaussian", mlp: sigma1, value: sigma0, attention: sigma0 },
		dynamics: { name: "flow", clock: horizon },
	});
	const { form, parameters, start, speed } = opened;
	const productsOf = productsIn(parameters, [...new Set(form.dataset.tokens)]);
	const before = productsOf(start);
	const motionTo = (state: Float64Array) => {
		const after = productsOf(state);
		return names.map((name) => largestChange(after[name], before[name]));
	};
	const steps: { readonly clock: number; readonly motion: readonly number[] }[] = [];
	const { T1 } = follow(opened, (clock, state) => steps.push({ clock, motion: motionTo(state) }));
	if (!T1) return undefined;
	const inPhase = steps.filter(({ clock }) => clock < speed * T1.time).map(({ motion }) => motion);
	const motions = [...inPhase, motionTo(T1.state)];
	const most = names.map((name, i) => [name, Math.max(...motions.map((motion) => motion[i]!))] as const);
	return { T1: T1.time, ...Object.fromEntries(most) };
}

const names = ["neurons", "values", "scores", "keys", "queries"] as const;

/** All products of a state of the reduced form, by name; those of words are of `words` alone. */
function productsIn(initial: Parameters, words: readonly number[]) {
	const { width, neurons } = initial.sizes;
	const { value, key, query } = layoutOf(initial.sizes, "reduced");
	const rows = Array.from({ length: neurons }, (_, j) => j * width);
	const from = (at: number) => words.map((word) => at + word * width);
	return (state: Float64Array): Readonly<Record<(typeof names)[number], Float64Array>> => ({
		neurons: products(recoverMlp(initial, state), rows, rows, width),
		values: products(state, from(value), from(value), width),
		scores: products(state, from(key), from(query), width),
		keys: products(state, from(key), from(key), width),
		queries: products(state, from(query), from(query), width),
	});
}

/** Products of the vectors of `width` numbers that begin at these places, of each of `ones` with each of `others`. */
function products(
	numbers: Float64Array,
	ones: readonly number[],
	others: readonly number[],
	width: number,
): Float64Array {
	return Float64Array.from(
		ones.flatMap((one) => others.map((other) => dot(numbers, one, numbers, other, width))),
	);
}
