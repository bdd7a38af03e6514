/**
 * The limit itself: the saturated network (`model/saturated.ts`) beside the soft one at cθ, in float64.
 *
 * In post-norm the limit has no residual connections: x has degree 1 and a sublayer 3, so normalising their sum leaves
 * the sublayer alone. What the paper measures as saturation of post-norm models at c = 1000 is
 * likeness to a network without skips.
 */
import { type Array as JaxArray, numpy as np, tree } from "@jax-js/jax";
import { stream } from "../../../engine/random.ts";
import type { Row } from "../../../figure/figure.ts";
import { degrees } from "../../../model/derivation.ts";
import type { Parameters } from "../../../model/parameters.ts";
import { saturated } from "../../../model/saturated.ts";
import { encode } from "../../../model/transformer.ts";
import { scaledBy } from "../../../probe/homogeneity.ts";
import { cosineDistance } from "../../../probe/saturation.ts";
import { inWords, median, numbersOf, rowsOf } from "../../rows.ts";
import { type Analysis, type AnalysisRow, atMost, below, type Claim } from "../../study.ts";
import { dispose, encoderSpecs, initialTensors, smallEncoder } from "./encoders.ts";

const name = "homogeneity/limit";
const placements = ["res-post", "post", "pre"] as const;
const factors = [1, 2, 3, 7.7, 10, 100, 1000, 10_000];

export const limitNetworks = (seeds: number): Analysis => ({
	kind: "analysis",
	name,
	title: "Soft networks beside their saturated limit",
	needs: [],
	options: { seeds, factors },
	async compute({ engine, signal, progress }) {
		const rows: AnalysisRow[] = [];
		const variants = placements.flatMap((placement) =>
			[true, false].map((biases) => ({ placement, biases })),
		);
		for (const [i, { placement, biases }] of variants.entries()) {
			const config = smallEncoder(placement, biases);
			const time = config.context;
			const specs = encoderSpecs(config, "float64");
			const { degree } = degrees(config).find(({ place }) => place === "state.final")!;
			const program = await engine.compile(
				(params: Parameters, tokens: JaxArray, c: JaxArray, power: JaxArray) => {
					const scaled = scaledBy(tree.ref(params), c);
					const flat = (x: JaxArray) => x.reshape([x.size]);
					const soft = flat(encode(config, tree.ref(scaled), tokens.ref));
					const leading = flat(encode({ ...config, terms: "leading" }, tree.ref(scaled), tokens.ref));
					const hard = flat(encode(saturated(config), scaled, tokens.ref));
					const limit = flat(encode(saturated(config), params, tokens));
					const scale = np.max(np.absolute(limit.ref));
					const error = (value: JaxArray) =>
						np.max(np.absolute(value.mul(power.ref).sub(limit.ref))).div(scale.ref);
					return np.stack([
						cosineDistance(soft.ref, leading),
						cosineDistance(soft.ref, limit.ref),
						error(soft),
						error(hard),
					]);
				},
				[
					specs,
					{ shape: [1, time], dtype: "int32" },
					{ shape: [], dtype: "float64" },
					{ shape: [], dtype: "float64" },
				],
				{ name: "limit" },
			);
			for (let seed = 1; seed <= seeds; seed++) {
				signal.throwIfAborted();
				const params = initialTensors(engine, config, specs, seed);
				const tokens = stream(seed, "tokens").integers(time, config.vocabulary);
				for (const c of factors) {
					const out = await program(params, tokens, c, c ** -degree);
					const [leading, distance, soft, hard] = await out.read();
					out.dispose();
					rows.push({
						placement,
						biases: biases ? "with biases" : "without biases",
						degree,
						seed,
						c,
						leading: leading!,
						distance: distance!,
						soft: soft!,
						hard: hard!,
					});
				}
				dispose(params);
			}
			program.dispose();
			progress((i + 1) / variants.length);
		}
		return rows;
	},
});

/** The median over seeds at one c, with its course over all c. */
const medianAt = (key: string, placement: string, c: number, words: string) => (rows: readonly Row[]) => {
	const at = (factor: number) =>
		median(numbersOf(rowsOf(rows, name, { placement, biases: "without biases", c: factor }), key));
	return Number.isNaN(at(c))
		? undefined
		: {
				value: at(c),
				detail: `${words}, median over seeds; ${[1, 10, 100, 1000].map((f) => `c = ${f}: ${inWords(at(f))}`).join(", ")}.`,
			};
};

export const limitClaims: readonly Claim[] = [
	{
		id: "homogeneity.limit-exact",
		sentence:
			"with saturated attention and leading terms alone every placement is exactly homogeneous (relative error)",
		place: "Definition 1; Appendix D, Propositions 5 and 6",
		expected: atMost(1e-12),
		caveat: "Degrees 1 (res-post, post) and 3 (pre), by our calculus; c = 2, 3, 7.7, 1000.",
		measure(rows) {
			const own = rowsOf(rows, name).filter((row) => [2, 3, 7.7, 1000].includes(row["c"] as number));
			if (own.length === 0) return undefined;
			const largest = (placement: string) =>
				Math.max(
					...numbersOf(
						own.filter((row) => row["placement"] === placement),
						"hard",
					),
				);
			return {
				value: Math.max(...placements.map(largest)),
				detail: placements.map((placement) => `${placement} ${inWords(largest(placement))}`).join(", "),
			};
		},
	},
	{
		id: "homogeneity.limit-reached",
		sentence:
			"the softmax encoder (res-post, no biases) at 10⁴·θ, divided by 10⁴, is the saturated one (relative error)",
		place: "Definition 1; Appendix D",
		expected: atMost(1e-12),
		caveat: "Median over seeds: a near tie of two scores takes longer.",
		measure: medianAt("soft", "res-post", 10_000, "max |f(cθ)/c − s f(θ)| / max |s f(θ)|"),
	},
	{
		id: "homogeneity.limit-no-skip",
		sentence: "post-norm at c = 1000 is a network without residual connections (1 − cosine to it)",
		place: "not in the paper; bears on §4.1, Fig. 2 (BERT, RoBERTa, XLNet)",
		expected: below(1e-8),
		measure: medianAt("leading", "post", 1000, "softmax with and without skips, both at cθ"),
	},
	{
		id: "homogeneity.limit-post",
		sentence: "and of saturated attention: 1 − cosine of post-norm at c = 1000 to its saturated network",
		place: "Definition 1; Appendix D says only that its arguments do not work out for post-norm",
		expected: below(1e-8),
		measure: medianAt("distance", "post", 1000, "softmax at cθ against the saturated network"),
	},
];
