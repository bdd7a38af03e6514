/**
 * The scaling curves of Fig. 4: how near the encoder's direction at cθ is to that at 1000·θ, for random θ.
 *
 * The published figure says "bias" and "no bias", but its code toggles the classifier's bias and draws encodings, which
 * have biases in both. Here biases are really on or really off, and the mask leaky (as there) or
 * strict. All configurations of a seed share their parameters, so what differs between curves is not the draw.
 */
import { stream } from "../../../engine/random.ts";
import { type ModelOptions, modelConfig } from "../../../model/config.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { compileEncoder, dispose, encoderSpecs, initialTensors } from "./encoders.ts";

export const scalingName = "homogeneity/scaling";

export interface ScalingSize {
	readonly width: number;
	readonly layers: number;
	readonly heads: number;
	readonly feedForward: number;
	readonly seeds: number;
}

/** The size of the published figure; the tokens are 10 sequences of length 10 over a vocabulary of 10. */
export const published = { width: 768, layers: 12, heads: 12, feedForward: 512 };
const [sequences, time, vocabulary] = [10, 10, 10];
/** np.linspace(1, 10, 20). */
export const factors = Array.from({ length: 20 }, (_, i) => 1 + (9 * i) / 19);
const reference = 1000;

export const placements = ["res-post", "post", "pre"] as const;
export const masks = ["leaky", "strict"] as const;

export const scalingCurves = ({ seeds, ...size }: ScalingSize): Analysis => ({
	kind: "analysis",
	name: scalingName,
	title: "Scaling curves of encoders at random initialisation (Fig. 4)",
	needs: [],
	options: { ...size, seeds, factors, reference },
	async compute({ engine, signal, progress }) {
		const base: ModelOptions = { ...size, vocabulary, context: time };
		// Pre-norm has every parameter that the others have, and a final norm.
		const all = modelConfig.parse({ ...base, placement: "pre" });
		const allSpecs = encoderSpecs(all, "float32");
		const variants = placements.flatMap((placement) =>
			masks.flatMap((mask) => [true, false].map((biases) => ({ placement, mask, biases }))),
		);
		const rows: AnalysisRow[] = [];
		for (let seed = 1; seed <= seeds; seed++) {
			const params = initialTensors(engine, all, allSpecs, seed);
			const tokens = stream(seed, "tokens").integers(sequences * time, vocabulary);
			for (const [i, { placement, mask, biases }] of variants.entries()) {
				signal.throwIfAborted();
				const config = modelConfig.parse({ ...base, placement, mask, biases });
				const specs = encoderSpecs(config, "float32");
				const program = await compileEncoder(engine, config, specs, [sequences, time]);
				const own = Object.fromEntries(Object.keys(specs).map((key) => [key, params[key]!]));
				const distances = await program.distances(own, tokens, factors, reference);
				program.dispose();
				for (const [k, distance] of distances.entries())
					rows.push({
						placement,
						mask,
						biases: biases ? "with biases" : "without biases",
						seed,
						width: size.width,
						c: factors[k]!,
						cosine: 1 - distance,
					});
				progress((seed - 1 + (i + 1) / variants.length) / seeds);
			}
			dispose(params);
		}
		return rows;
	},
});
