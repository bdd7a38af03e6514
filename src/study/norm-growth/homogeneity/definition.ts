/**
 * Approximate homogeneity (Definition 3), as printed and normalised, on a softmax encoder without biases.
 *
 *     as printed    |f(cθ) − c^k f(θ)|        ≤ exp(−d‖θ‖) for all c ≥ 1      false: it grows as c^k
 *     normalised    |f(cθ) / c^k − f(θ)|      ≤ C exp(−d‖θ‖)                   constant in c, falls with ‖θ‖
 */
import type { Array as JaxArray } from "@jax-js/jax";
import { stream } from "../../../engine/random.ts";
import type { Row } from "../../../figure/figure.ts";
import type { ModelConfig } from "../../../model/config.ts";
import type { Parameters } from "../../../model/parameters.ts";
import { encode } from "../../../model/transformer.ts";
import { compileScaling } from "../../../probe/homogeneity.ts";
import { inWords, median, numbersOf, rowsOf } from "../../rows.ts";
import { type Analysis, type AnalysisRow, atMost, below, type Claim, near } from "../../study.ts";
import { dispose, encoderSpecs, initialTensors, smallEncoder } from "./encoders.ts";

const name = "homogeneity/definition-3";

/** What is looked at, and its degree. */
const places = [
	{ place: "heads AV, block 1", observed: "blocks.0.attn.heads", degree: 2 },
	{ place: "encoder", observed: "state.final", degree: 1 },
] as const;

/** Sizes of θ, in units of the initialisation, and factors c. */
const sizes = [1, 2, 4, 8, 16];
const factors = [2, 4, 10, 30, 100, 300, 1000];

export const definitionThree = (seeds: number): Analysis => ({
	kind: "analysis",
	name,
	title: "Approximate homogeneity, as printed and normalised",
	needs: [],
	options: { seeds, sizes, factors },
	async compute({ engine, signal, progress }) {
		const config = smallEncoder("res-post", false);
		const specs = encoderSpecs(config, "float64");
		const time = config.context;
		const rows: AnalysisRow[] = [];
		for (const [i, { place, observed, degree }] of places.entries()) {
			const program = await compileScaling(
				engine,
				shown(config, observed),
				specs,
				[1, time],
				[1, time, config.width],
			);
			for (let seed = 1; seed <= seeds; seed++) {
				signal.throwIfAborted();
				const params = initialTensors(engine, config, specs, seed);
				const tokens = stream(seed, "tokens").integers(time, config.vocabulary);
				for (const size of sizes) {
					const value = await program.at(params, tokens, size);
					for (const c of factors) {
						const scaled = await program.at(params, tokens, size * c);
						let printed = 0;
						for (const [j, x] of value.entries())
							printed = Math.max(printed, Math.abs(scaled[j]! - c ** degree * x));
						rows.push({ place, degree, seed, size, c, printed, normalised: printed / c ** degree });
					}
				}
				dispose(params);
				progress((i + seed / seeds) / places.length);
			}
			program.dispose();
		}
		return rows;
	},
});

/** The final state, or an intermediate of the forward pass. */
const shown = (config: ModelConfig, observed: string) => (params: Parameters, tokens: JaxArray) => {
	let seen: JaxArray | undefined;
	encode(config, params, tokens, (key, value) => {
		if (key === observed) seen = value.ref;
	}).dispose();
	return seen!;
};

const place = "Appendix C, Definition 3";
/** Where θ is large enough for every c ≥ 2 to be at the limit, and its own error is not rounding yet. */
const steady = 4;

/** Median over seeds of error at c = 1000 / error at c = 10, for θ of one size. */
const growth = (rows: readonly Row[], observed: string, key: string) =>
	median(
		seedsOf(rows).map((seed) => {
			const at = (c: number) =>
				numbersOf(rowsOf(rows, name, { place: observed, seed, size: steady, c }), key)[0]!;
			return at(1000) / at(10);
		}),
	);

const seedsOf = (rows: readonly Row[]) => [...new Set(numbersOf(rowsOf(rows, name), "seed"))];

export const definitionClaims: readonly Claim[] = [
	...places.flatMap(({ place: observed, degree }): Claim[] => {
		const id = observed === "encoder" ? "encoder" : "attention";
		const measure =
			(key: string, words: string, transform: (ratio: number) => number) => (rows: readonly Row[]) => {
				const value = transform(growth(rows, observed, key));
				return Number.isNaN(value)
					? undefined
					: { value, detail: `${words}; θ = ${steady} × initialisation, median over seeds.` };
			};
		return [
			{
				id: `homogeneity.definition-as-printed.${id}`,
				sentence: `${observed}: |f(cθ) − c^k f(θ)| stays within one bound for all c (error at c = 1000 / at c = 10)`,
				place,
				expected: atMost(1.5),
				caveat: "The threshold is ours. An error of f(cθ) that is there at all is scaled with it.",
				measure: measure("printed", `k = ${degree}`, (ratio) => ratio),
			},
			{
				id: `homogeneity.definition-slope.${id}`,
				sentence: `${observed}: that error grows as c^k, k = ${degree} (exponent from c = 10 to 1000)`,
				place: `${place}; not in the paper`,
				expected: near(degree, 0.02),
				measure: measure("printed", "log-log slope", (ratio) => Math.log(ratio) / Math.log(100)),
			},
			{
				id: `homogeneity.definition-normalised.${id}`,
				sentence: `${observed}: |f(cθ) / c^k − f(θ)| does not depend on c (error at c = 1000 / at c = 10)`,
				place: `${place}, normalised`,
				expected: near(1, 0.02),
				caveat: "The tolerance is ours.",
				measure: measure("normalised", `k = ${degree}`, (ratio) => ratio),
			},
		];
	}),
	...places.map(
		({ place: observed }): Claim => ({
			id: `homogeneity.definition-falls.${observed === "encoder" ? "encoder" : "attention"}`,
			sentence: `${observed}: the normalised error falls as ‖θ‖ grows (at 8 × / at 1 × initialisation)`,
			place: `${place}, normalised`,
			expected: below(0.1),
			caveat: "The threshold is ours.",
			measure(rows) {
				const at = (size: number) =>
					median(numbersOf(rowsOf(rows, name, { place: observed, size, c: 1000 }), "normalised"));
				return Number.isNaN(at(1))
					? undefined
					: {
							value: at(8) / at(1),
							detail: `median over seeds, c = 1000; ${sizes.map((size) => `${size} ×: ${inWords(at(size))}`).join(", ")}.`,
						};
			},
		}),
	),
];
