/** Lemmas 5 to 8 on random vectors: errors beside their bounds, and where Lemma 7 as printed fails. */
import { setImmediate } from "node:timers/promises";
import { stream } from "../../../engine/random.ts";
import type { Row } from "../../../figure/figure.ts";
import {
	logistic,
	logisticBound,
	maximisersOf,
	normaliseBound,
	normaliseOf,
	softmaxBound,
	softmaxError,
	tanhBound,
} from "../../../theory/lemmas.ts";
import { inWords, numbersOf, rowsOf } from "../../rows.ts";
import { type Analysis, type AnalysisRow, atLeast, atMost, type Claim, near } from "../../study.ts";

const name = "homogeneity/lemmas";
/** Below it a bound is nearer to rounding, 1e-16, than a ratio can show. */
const smallestBound = 1e-10;
/** How many random vectors are kept to be drawn. */
const shown = 300;

/** Softmax of (t, t − 0.1): its norm grows with t and its error does not shrink. */
const counterexample = (t: number): readonly [number, number] => [t, t - 0.1];
const sizes = [1, 10, 100, 1000, 10_000];

export const lemmaBounds = (draws: number): Analysis => ({
	kind: "analysis",
	name,
	title: "Lemmas 5 to 8 on random vectors",
	needs: [],
	options: { draws },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = sizes.map((t) => {
			const x = counterexample(t);
			const { error } = softmaxError(x, 1000, softmaxBound(x));
			return { lemma: "counterexample", norm: Math.hypot(...x), gap: maximisersOf(x).gap, error };
		});
		const lemmas = [
			() => [scalarLemma("L6", draws, logistic, logisticBound)],
			() => [scalarLemma("L8", draws, Math.tanh, tanhBound)],
			() => [normalisation(draws)],
			() => softmaxLemma(draws),
		];
		for (const [done, lemma] of lemmas.entries()) {
			// Ctrl-C is heard only between tasks.
			await setImmediate();
			signal.throwIfAborted();
			rows.push(...lemma());
			progress((done + 1) / lemmas.length);
		}
		return rows;
	},
});

/** c ≥ 1, spread over twelve powers of ten. */
const factorOf = (u: number) => 10 ** (12 * u);

function scalarLemma(
	lemma: string,
	draws: number,
	f: (x: number) => number,
	bound: (x: number) => number,
): AnalysisRow {
	const { uniform } = stream(1, lemma);
	const u = uniform(2 * draws);
	let ratio = 0;
	for (let i = 0; i < draws; i++) {
		const x = 40 * u[2 * i]! - 20;
		const b = bound(x);
		if (b >= smallestBound) ratio = Math.max(ratio, Math.abs(f(factorOf(u[2 * i + 1]!) * x) - f(x)) / b);
	}
	return { lemma, draws, ratio };
}

function normalisation(draws: number): AnalysisRow {
	const { uniform } = stream(1, "L5 sizes");
	const { normal } = stream(1, "L5");
	const u = uniform(2 * draws);
	let ratio = 0;
	for (let i = 0; i < draws; i++) {
		const n = 2 + Math.floor(7 * u[2 * i]!);
		const size = 10 ** (4 * u[2 * i + 1]! - 3);
		const v = [...normal(n, 32 * i)];
		const epsilon = [...normal(n, 32 * i + 16)].map((x) => size * x);
		const [clean, disturbed] = [normaliseOf(v), normaliseOf(v.map((x, k) => x + epsilon[k]!))];
		const distance = Math.hypot(...clean.map((x, k) => disturbed[k]! - x));
		ratio = Math.max(ratio, distance / normaliseBound(v, epsilon));
	}
	return { lemma: "L5", draws, ratio };
}

/** A random vector: 2 to 9 entries, of sizes from 0.01 to 100; every third has a tie of its largest entries. */
function randomVector(i: number): { readonly x: readonly number[]; readonly c: number } {
	const [sizeOf, scaleOf, factor, ties] = stream(1, "L7 sizes").uniform(4, 4 * i) as unknown as [
		number,
		number,
		number,
		number,
	];
	const n = 2 + Math.floor(8 * sizeOf);
	const x = [...stream(1, "L7").normal(n, 10 * i)].map((value) => 10 ** (4 * scaleOf - 2) * value);
	if (i % 3 === 0) x.fill(Math.max(...x), 0, 1 + Math.ceil(ties * (n - 1)));
	return { x, c: factorOf(factor) };
}

function softmaxLemma(draws: number): AnalysisRow[] {
	let [ratio, printed] = [0, Number.POSITIVE_INFINITY];
	const samples: AnalysisRow[] = [];
	for (let i = 0; i < draws; i++) {
		const { x, c } = randomVector(i);
		const bound = softmaxBound(x);
		const { error, ratio: ofDraw } = softmaxError(x, c, bound);
		const { gap, count } = maximisersOf(x);
		const norm = Math.hypot(...x);
		if (Math.min(...bound) >= smallestBound) ratio = Math.max(ratio, ofDraw);
		if (error > 0) printed = Math.min(printed, -Math.log(error) / norm);
		// Without a gap (all entries equal) softmax is the same at every scale.
		if (samples.length < shown && Number.isFinite(gap) && error > 1e-15)
			samples.push({ lemma: "sample", norm, gap, error, ties: count, entries: x.length });
	}
	return [{ lemma: "L7", draws, ratio, rate: printed }, ...samples];
}

const ratioOf = (lemma: string) => (rows: readonly Row[]) => {
	const [row] = rowsOf(rows, name, { lemma });
	if (!row) return undefined;
	return {
		value: row["ratio"] as number,
		detail: `largest error / bound over ${row["draws"]} draws, where the bound is at least ${smallestBound}.`,
	};
};
/** 1, and the rounding of an error near the smallest bound that counts. */
const one = atMost(1 + 1e-5);

export const lemmaClaims: readonly Claim[] = [
	{
		id: "homogeneity.lemma-5",
		sentence: "a disturbance ε of v moves LN(v) by at most 2‖ε‖ / ‖v − mean‖ (error / bound)",
		place: "Appendix C, Lemma 5; the bound is ours, the printed one cannot be computed",
		expected: one,
		measure: ratioOf("L5"),
	},
	{
		id: "homogeneity.lemma-6",
		sentence: "|σ(cx) − σ(x)| is at most 1 / (e^|x| + 1) (error / bound)",
		place: "Appendix C, Lemma 6",
		expected: one,
		measure: ratioOf("L6"),
	},
	{
		id: "homogeneity.lemma-7-as-printed",
		sentence:
			"|softmax(cx) − softmax(x)| is at most e^(−d‖x‖) for some d > 0 (the largest d that the vectors allow)",
		place: "Appendix C, Lemma 7",
		expected: atLeast(0.1),
		caveat:
			"The threshold is ours; the lemma needs only some d > 0. But x = (t, t − 0.1) has the same error for every t, so d " +
			"falls to 0 as t grows: the proof bounds the other entries by the smallest, in the wrong direction.",
		measure(rows) {
			const family = rowsOf(rows, name, { lemma: "counterexample" });
			if (family.length === 0) return undefined;
			const rates = family.map((row) => -Math.log(row["error"] as number) / (row["norm"] as number));
			return {
				value: Math.min(...rates),
				detail: family
					.map((row, i) => `‖x‖ = ${inWords(row["norm"] as number)}: d ≤ ${inWords(rates[i]!)}`)
					.join("; "),
			};
		},
	},
	{
		id: "homogeneity.lemma-7-counterexample",
		sentence: "x = (100, 99.9), of norm 141, has the error 0.475",
		place: "Appendix C, Lemma 7",
		expected: near(0.475, 5e-4),
		measure(rows) {
			const errors = numbersOf(rowsOf(rows, name, { lemma: "counterexample" }), "error");
			return errors.length === 0
				? undefined
				: { value: errors[sizes.indexOf(100)]!, detail: "|softmax(cx) − softmax(x)| for c = 1000." };
		},
	},
	{
		id: "homogeneity.lemma-7-corrected",
		sentence:
			"with m largest entries and gap γ, the error is at most (n − m)e^−γ/m², or e^−γ/m (error / bound)",
		place: "Appendix C, Lemma 7, corrected",
		expected: one,
		measure: ratioOf("L7"),
	},
	{
		id: "homogeneity.lemma-8",
		sentence: "|tanh(cx) − tanh(x)| is at most 2 / (e^2|x| + 1) (error / bound)",
		place: "Appendix C, Lemma 8",
		expected: one,
		measure: ratioOf("L8"),
	},
];
