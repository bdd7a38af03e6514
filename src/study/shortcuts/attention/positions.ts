/**
 * Positional encodings that are added to embeddings change the kernel that attention begins with. Random ones, as
 * learned ones are at first, are at right angles to each other; sinusoidal ones are not.
 */
import { stream } from "../../../engine/random.ts";
import { type Kernel, kernelOf } from "../../../theory/signal/kernel.ts";
import { statisticsOf } from "../../../theory/signal/kernel-statistics.ts";
import { differentTokens, sinusoidalPositions, withPositions } from "../../../theory/signal/start-kernels.ts";
import { mixed } from "../../../theory/signal/token-mixing.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { bothPaths } from "./paths.ts";

export const positionsName = "attention/positions";

export const lags = [1, 4, 16, 64] as const;
/** Those of the specification's measurement (§2.6). */
const tokens = 128;
const width = 64;
const depth = 36;

/**
 *     kind lag     cosine of sinusoidal positions at a distance
 *     kind mean    their mean cosine
 *     kind start   statistics of Σ_0 and of Σ_36 for embeddings of different tokens with positions added
 */
export const positions: Analysis = {
	kind: "analysis",
	name: positionsName,
	title: "Positional encodings and signal-preserving attention",
	needs: [],
	options: { tokens, width, depth, lags },
	async compute() {
		// q values of 1/2: their cosines are twice the entries.
		const half = sinusoidalPositions(tokens, width);
		const sinusoidal: Kernel = { tokens, values: half.values.map((value) => 2 * value) };
		return [
			...Array.from({ length: tokens - 1 }, (_, k) => ({
				kind: "lag",
				lag: k + 1,
				cosine: sinusoidal.values[(k + 1) * tokens]!,
			})),
			{ kind: "mean", cosine: statisticsOf(sinusoidal).meanCosine },
			...fromStart("none", differentTokens(tokens)),
			...fromStart("learned", withPositions(differentTokens(tokens), differentTokens(tokens))),
			...fromStart("learned, width 64", sampled()),
			...fromStart("sinusoidal", withPositions(differentTokens(tokens), sinusoidal)),
		];
	},
};

/** Σ_0 of random embeddings and positions of width 64: the finite width leaves cosines of about 1/8. */
function sampled(): Kernel {
	const of = (name: string) => stream(1, name).normal(tokens * width);
	const position = of("positions");
	return kernelOf(
		of("tokens").map((value, at) => (value + position[at]!) * Math.SQRT1_2),
		tokens,
	);
}

function fromStart(encoding: string, start: Kernel): AnalysisRow[] {
	return bothPaths(depth).map(({ method, layers }) => {
		const last = layers.reduce((kernel, layer) => mixed(kernel, [layer.apply]), start);
		const [before, after] = [statisticsOf(start), statisticsOf(last)];
		return {
			kind: "start",
			encoding,
			method,
			meanStart: before.meanCosine,
			mean: after.meanCosine,
			most: after.diagonal.max,
			meanDiagonal: after.diagonal.mean,
		};
	});
}
