/**
 * With feed-forward networks and skips the recursion holds in the limit of large width. How fast the network comes to it:
 * the distance between the cosines of the last block, measured and predicted, at several widths.
 */
import { type ModelOptions, modelConfig } from "../../../model/config.ts";
import { predictSignals } from "../../../probe/signal-rows.ts";
import { normalised } from "../../../theory/signal/kernel.ts";
import type { AnalysisRow, AnalysisTools } from "../../study.ts";
import { type MethodName, methods } from "../methods.ts";
import { OrthogonalPool, openNetwork, orthonormalEmbeddings, valuesOf } from "./start.ts";

export interface WidthsOptions {
	/** Widths, and of how many seeds each: large ones are dear, and their errors small. */
	readonly widths: readonly (readonly [width: number, seeds: number])[];
	readonly tokens: number;
	readonly layers: number;
}

/** By name in the figure. */
export const widthNetworks: Readonly<Record<string, MethodName>> = {
	"E-SPA": "e-spa",
	"U-SPA": "u-spa",
	"V-SkipInit": "value-skip-init",
	"E-SPA, skips": "e-spa, skips",
	"Pre-LN": "pre-norm",
};

const common: Partial<ModelOptions> = { heads: 4, positions: "none", biases: false, init: "signal" };

export async function measureWidths(
	{ widths, tokens, layers }: WidthsOptions,
	{ engine, signal, progress }: AnalysisTools,
): Promise<AnalysisRow[]> {
	const rows: AnalysisRow[] = [];
	for (const [done, [width, seeds]] of widths.entries()) {
		const pool = new OrthogonalPool();
		for (const [network, method] of Object.entries(widthNetworks)) {
			const config = modelConfig.parse({
				vocabulary: tokens,
				context: tokens,
				layers,
				width,
				// Square, as W_V and W_O: matrices are what large widths cost.
				feedForward: width,
				...methods[method],
				...common,
			});
			const program = await openNetwork(engine, config, { gradients: false });
			for (let seed = 0; seed < seeds; seed++) {
				signal.throwIfAborted();
				const signals = await program.measure({
					...valuesOf(pool.initialise(config, seed)),
					"tok_emb.weight": orthonormalEmbeddings(config, seed),
				});
				const predicted = normalised(predictSignals(config, signals)[0]!.kernels.at(-1)!);
				const measured = normalised(signals.places.at(-1)!.kernels[0]!);
				const differences = measured.values.map((value, at) => value - predicted.values[at]!);
				rows.push({
					network,
					width,
					seed,
					error: Math.sqrt(
						differences.reduce((sum, x) => sum + x ** 2, 0) / (tokens * (tokens - 1)), // the diagonal is 1 in both
					),
					"error/largest": Math.max(...differences.map(Math.abs)),
				});
			}
			program.dispose();
		}
		progress((done + 1) / widths.length);
	}
	return rows;
}
