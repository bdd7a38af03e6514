/**
 * What single neurons do: a_j w_jᵀW_V μ, neuron j's part of G(μ) = Σ_j a_j w_jᵀW_V μ.
 *
 *     a_j w_j(t) = a_j w_j(0) + Δ(t)                             the same Δ for all j, for W′ = a(W_V c)ᵀ
 *     a_j w_jᵀW_V μ = a_j w_j(0)ᵀW_V μ + ΔᵀW_V μ
 *
 * Against a given W_V μ the cloud of neurons moves as a whole. W_V μ grows as well, which widens the cloud: the first term
 * is what random vectors make of a longer and longer one. The full form is integrated; the reduced one has a common Δ by
 * construction.
 */
import { setImmediate } from "node:timers/promises";
import { layoutOf } from "../../../model/co-occurrence/layout.ts";
import type { Parameters } from "../../../model/co-occurrence/network.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { configurations, type Letter } from "../configurations.ts";
import type { Size } from "../presets.ts";
import { type Followed, follow, open } from "./trajectory.ts";

export const neuronsName = "end-state/neurons";
export const moments = ["start", "T1", "end"] as const;
export const neuronLetters: readonly Letter[] = ["S", "R", "P"];
/** Whose neurons are drawn: the paper's experiment has 256. */
const drawnLetter: Letter = "P";

const seedsOf: Readonly<Record<Size, number>> = { smoke: 1, laptop: 5, paper: 20 };

export const neuronExperiments = (size: Size): Analysis[] => [neuronAlignments(seedsOf[size])];

/**
 * One row a flow (`what` = flow): `rigid`, how much the shifts of the neurons differ (standard deviation over mean, worst
 * of the three words) against W_V μ of the end; `spread` and `spreadT1`, the same with W_V moving; `widening`, the cloud's
 * standard deviation at the end over that at the start; `leastRate`, the slowest neuron's growth at t = 0 over the mean
 * neuron's, for μ₁ and μ₂; `right.<moment>`, the share of neurons with μ₁ and μ₂ and against μ₃. And one row a neuron and
 * moment of the first flow of the drawn configuration (`what` = neuron).
 */
const neuronAlignments = (seeds: number): Analysis => ({
	kind: "analysis",
	name: neuronsName,
	title: "Alignment of single neurons with the words",
	needs: [],
	options: { seeds, letters: neuronLetters },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [];
		for (const [i, letter] of neuronLetters.entries())
			for (let seed = 0; seed < seeds; seed++) {
				signal.throwIfAborted();
				const { dynamics, ...rest } = configurations[letter];
				const flow = follow(
					open({ ...rest, seed, dynamics: { ...dynamics, form: "full" } as typeof dynamics }),
				);
				rows.push({ what: "flow", letter, seed, ...measured(flow) });
				if (letter === drawnLetter && seed === 0) rows.push(...neuronRows(flow));
				progress((i * seeds + seed + 1) / (neuronLetters.length * seeds));
				await setImmediate();
			}
		return rows;
	},
});

function measured(flow: Followed): AnalysisRow {
	const { form, parameters, start, T1, end } = flow;
	const { c, b } = form.observe(start);
	const { neurons } = parameters.sizes;
	const atStart = alignments(parameters, start, start);
	const own = alignments(parameters, end, end);
	/** The neurons of the start against the words of the end. */
	const moved = alignments(parameters, start, end);
	const shifts = (now: number[][], before: number[][]) =>
		now.map((of, word) => spreadOf(of.map((x, j) => x - before[word]![j]!)));
	// d(a_j w_jᵀW_V μ)/dt = a_j w_jᵀw̄ c(μ) + (W_V c)ᵀW_V μ (eq. 6); its mean over neurons is G′(μ)/m₁.
	const { GRate } = form.observe(start);
	const along = alongNeuron(parameters);
	const least = (word: number) =>
		Math.min(
			...along.map((x) => {
				const common = (GRate[word]! - b * c[word]!) / neurons;
				return (x * c[word]! + common) / (GRate[word]! / neurons);
			}),
		);
	return {
		rigid: Math.max(...shifts(own, moved)),
		spread: Math.max(...shifts(own, atStart)),
		...(T1 && { spreadT1: Math.max(...shifts(alignments(parameters, T1.state, T1.state), atStart)) }),
		widening: Math.max(...own.map((of, word) => deviation(of) / deviation(atStart[word]!))),
		leastRate: Math.min(least(0), least(1)),
		...Object.fromEntries(
			([...(T1 ? [["T1", T1.state] as const] : []), ["start", start], ["end", end]] as const).map(
				([moment, state]) => [`right.${moment}`, shareRight(alignments(parameters, state, state))],
			),
		),
	};
}

const neuronRows = ({ parameters, start, T1, end }: Followed): AnalysisRow[] =>
	moments.flatMap((moment) => {
		const state = { start, T1: T1?.state, end }[moment];
		if (!state) return [];
		const [first, second, common] = alignments(parameters, state, state);
		return first!.map((x, neuron) => ({
			what: "neuron",
			letter: drawnLetter,
			moment,
			neuron,
			"alignment.1": x,
			"alignment.2": second![neuron]!,
			"alignment.3": common![neuron]!,
		}));
	});

/** a_j w_jᵀW_V μ of μ₁, μ₂ and μ₃, [3][neurons], W and W_V each from a state of the full form. */
function alignments({ sizes, signs }: Parameters, mlp: Float64Array, value: Float64Array): number[][] {
	const { width } = sizes;
	const at = layoutOf(sizes, "full").value;
	return [0, 1, 2].map((word) =>
		Array.from(signs, (sign, j) => {
			let sum = 0;
			for (let r = 0; r < width; r++) sum += mlp[j * width + r]! * value[at + word * width + r]!;
			return sign * sum;
		}),
	);
}

/** a_j w_jᵀw̄ at the start: [neurons]. */
function alongNeuron({ sizes: { width }, signs, mlp }: Parameters): number[] {
	const mean = new Float64Array(width);
	for (let at = 0; at < mlp.length; at++) mean[at % width]! += signs[Math.floor(at / width)]! * mlp[at]!;
	return Array.from(signs, (sign, j) => {
		let sum = 0;
		for (let r = 0; r < width; r++) sum += mlp[j * width + r]! * mean[r]!;
		return sign * sum;
	});
}

/** The share of neurons with μ₁ and μ₂ and against μ₃. */
const shareRight = ([first, second, common]: number[][]): number =>
	first!.filter((x, j) => x > 0 && second![j]! > 0 && common![j]! < 0).length / first!.length;

const meanOf = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

function deviation(values: readonly number[]): number {
	const mean = meanOf(values);
	return Math.sqrt(meanOf(values.map((x) => (x - mean) ** 2)));
}

/** Standard deviation over |mean|. */
const spreadOf = (values: readonly number[]) => deviation(values) / Math.abs(meanOf(values));
