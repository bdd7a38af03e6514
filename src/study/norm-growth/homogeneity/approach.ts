/**
 * How fast the encoder's direction reaches its limit: 1 − cos(f(cθ), limit) for c to 1000, in float64.
 *
 *     placement            without biases              with biases
 *     res-post             exponentially               as 1 / c²
 *     post, pre            as 1 / c⁴                   as 1 / c²
 *
 * Terms of lower degree, biases and skipped connections, fade as powers of c; only the softmax fades exponentially.
 */
import { stream } from "../../../engine/random.ts";
import type { Row } from "../../../figure/figure.ts";
import { inWords, median, numbersOf, rowsOf } from "../../rows.ts";
import { type Analysis, type AnalysisRow, above, below, type Claim, near } from "../../study.ts";
import { compileEncoder, dispose, encoderSpecs, initialTensors, smallEncoder } from "./encoders.ts";

const name = "homogeneity/approach";
const placements = ["res-post", "post", "pre"] as const;
const factors = [1, 1.5, 2, 3, 4, 6, 8, 11, 16, 22, 32, 45, 64, 100, 180, 300, 550, 1000];
/** The limit, for these purposes: scores at most as large as 1e24, and each error 1e-6 of that at 1000 or less. */
const reference = 1e6;

export const approachToLimit = (seeds: number): Analysis => ({
	kind: "analysis",
	name,
	title: "How fast encoders approach their limit",
	needs: [],
	options: { seeds, factors, reference },
	async compute({ engine, signal, progress }) {
		const variants = placements.flatMap((placement) =>
			[true, false].flatMap((biases) => [10, 1].map((sequences) => ({ placement, biases, sequences }))),
		);
		const rows: AnalysisRow[] = [];
		for (const [i, { placement, biases, sequences }] of variants.entries()) {
			const config = smallEncoder(placement, biases);
			const time = config.context;
			const specs = encoderSpecs(config, "float64");
			const program = await compileEncoder(engine, config, specs, [sequences, time]);
			for (let seed = 1; seed <= seeds; seed++) {
				signal.throwIfAborted();
				const params = initialTensors(engine, config, specs, seed);
				const tokens = stream(seed, "tokens").integers(sequences * time, config.vocabulary);
				const distances = await program.distances(params, tokens, factors, reference);
				dispose(params);
				for (const [k, distance] of distances.entries())
					rows.push({
						placement,
						biases: biases ? "with biases" : "without biases",
						sequences,
						seed,
						c: factors[k]!,
						distance,
					});
			}
			program.dispose();
			progress((i + 1) / variants.length);
		}
		return rows;
	},
});

interface Variant {
	readonly placement: string;
	readonly biases: "with biases" | "without biases";
}

const distances = (rows: readonly Row[], variant: Variant, sequences: number, c: number) =>
	numbersOf(rowsOf(rows, name, { ...variant, sequences, c }), "distance");

/** Median over seeds of 1 − cos at c, of ten sequences flattened into one vector as in Fig. 4. */
const distanceAt = (variant: Variant, c: number) => (rows: readonly Row[]) => {
	const value = median(distances(rows, variant, 10, c));
	if (Number.isNaN(value)) return undefined;
	const course = [1, 4, 8, 16, 64, 1000].map(
		(at) => `c = ${at}: ${inWords(median(distances(rows, variant, 10, at)))}`,
	);
	return { value, detail: `1 − cos, median over seeds; ${course.join(", ")}.` };
};

/**
 * Median over seeds of the order p in error ∝ c^−p, from c = 100 to 1000, and of the quotient of errors; the error is
 * ‖û − v̂‖ = √(2(1 − cos)). Of single sequences: among ten, more often a near tie of scores is decided in between.
 */
const quotients = (rows: readonly Row[], variant: Variant) => {
	const [near, far] = [100, 1000].map((c) => distances(rows, variant, 1, c));
	return near!.map((distance, i) => Math.sqrt(distance / far![i]!));
};

const order = (variant: Variant) => (rows: readonly Row[]) => {
	const all = quotients(rows, variant);
	if (all.length === 0) return undefined;
	return {
		value: Math.log10(median(all)),
		detail: `error ‖û − v̂‖ at c = 100 / at c = 1000, by seed: ${all.map((q) => q.toFixed(1)).join(", ")}.`,
	};
};

const place = "Appendix D; §4.1, Fig. 4";
const free = (placement: string): Variant => ({ placement, biases: "without biases" });
const biased = (placement: string): Variant => ({ placement, biases: "with biases" });

export const approachClaims: readonly Claim[] = [
	{
		id: "homogeneity.approach-exponential",
		sentence: "res-post without biases reaches its limit exponentially: 1 − cos at c = 16",
		place: `${place}; Propositions 5 and 6`,
		expected: below(1e-8),
		caveat: "The threshold is ours, as are those that follow: 2 layers, width 64, float64, epsilon 0.",
		measure: distanceAt(free("res-post"), 16),
	},
	{
		id: "homogeneity.approach-biased",
		sentence: "with biases it does so only polynomially: 1 − cos at c = 16",
		place,
		expected: above(1e-5),
		measure: distanceAt(biased("res-post"), 16),
	},
	...placements.map(
		(placement): Claim => ({
			id: `homogeneity.approach-order-biased.${placement}`,
			sentence: `${placement} with biases: the error falls as c^−p, p = 1`,
			place: "not in the paper: a bias has one degree less than what it is added to",
			expected: near(1, 0.1),
			measure: order(biased(placement)),
		}),
	),
	{
		id: "homogeneity.approach-order.post",
		sentence: "post without biases: the error falls as c^−p, p = 2",
		place: "not in the paper: the skipped connection has degree 1, a sublayer 3",
		expected: near(2, 0.08),
		caveat: "So post-norm has a limit too; that the paper's “arguments do not work out” is about the rate.",
		measure: order(free("post")),
	},
	{
		id: "homogeneity.approach-pre-ratio",
		sentence: "pre-norm proper, x + f(N(x)), without biases: the same (error at c = 100 / error at c = 1000)",
		place: "not in the paper, which calls another placement pre-norm",
		expected: near(100, 20),
		measure(rows) {
			const all = quotients(rows, free("pre"));
			if (all.length === 0) return undefined;
			return { value: median(all), detail: `median over seeds: ${all.map((q) => q.toFixed(1)).join(", ")}.` };
		},
	},
];
