/**
 * Attention alone with orthogonal W_V and W_O: XWᵀWXᵀ = XXᵀ, so that the network's kernels are the recursion's at any
 * width, and not only in the limit of large ones. With independent normal entries in their place they are not.
 *
 * And networks whose size is known to the bit leave the range from 1e-30 to 1e30 in a block that is known:
 *
 *     skips 1:1, W_V = W_O = I          the first token doubles in each block: 4^l > 1e30 after l = 50 blocks
 *     W_V, W_O orthogonal, times ½      q values fall by 16 in each block: 16^-l < 1e-30 after 25
 */
import { type ModelConfig, type ModelOptions, modelConfig } from "../../../model/config.ts";
import type { Signals } from "../../../probe/signal.ts";
import { predictSignals } from "../../../probe/signal-rows.ts";
import { diagonalOf } from "../../../theory/signal/kernel.ts";
import type { Propagation } from "../../../theory/signal/propagate.ts";
import type { AnalysisRow, AnalysisTools } from "../../study.ts";
import { attentionAlone, evolutions } from "./evolution.ts";
import { Beginnings, gaussianMaps, openNetwork } from "./start.ts";

export interface ExactnessOptions {
	readonly widths: readonly number[];
	readonly tokens: number;
	readonly layers: number;
	readonly seeds: number;
}

const networks = ["vanilla, causal", "V-SkipInit", "U-SPA", "E-SPA"];
/** Weights of W_V and W_O. */
const maps = ["orthogonal", "gaussian"] as const;

const extremes: Readonly<Record<string, Partial<ModelOptions>>> = {
	exploding: attentionAlone("sum", { valueMaps: "identity" }),
	vanishing: attentionAlone("none", { init: "orthogonal", initScale: 0.5 }),
};

export async function measureExactness(
	{ widths, tokens, layers, seeds }: ExactnessOptions,
	{ engine, signal, progress }: AnalysisTools,
): Promise<AnalysisRow[]> {
	const rows: AnalysisRow[] = [];
	for (const [done, width] of widths.entries()) {
		const beginnings = new Beginnings();
		for (const network of networks) {
			const config = modelConfig.parse({
				vocabulary: tokens,
				context: tokens,
				layers,
				width,
				...evolutions[network]!.options,
			});
			const program = await openNetwork(engine, config, { gradients: false });
			for (let seed = 0; seed < seeds; seed++)
				for (const weights of maps) {
					signal.throwIfAborted();
					const signals = await program.measure({
						...beginnings.of(config, seed),
						...(weights === "gaussian" ? gaussianMaps(config, seed) : {}),
					});
					const error = largestError(signals, predictSignals(config, signals)[0]!);
					rows.push({ network, width, seed, weights, error });
				}
			program.dispose();
		}
		progress((done + 1) / widths.length);
	}
	for (const [network, options] of Object.entries(extremes)) {
		const config: ModelConfig = modelConfig.parse({
			vocabulary: 8,
			context: 8,
			layers: 60,
			width: 16,
			...options,
		});
		const program = await openNetwork(engine, config, { gradients: false });
		const beginning = new Beginnings().of(config, 0);
		// Of mean square 1: `orthogonal` begins with small ones.
		const embeddings = Float64Array.from(beginning["tok_emb.weight"]!, (x) => Math.sign(x));
		const signals = await program.measure({ ...beginning, "tok_emb.weight": embeddings });
		const [prediction] = predictSignals(config, signals);
		program.dispose();
		rows.push({
			network,
			block: signals.breakdown?.block,
			place: signals.breakdown?.place,
			value: signals.breakdown?.value,
			"predicted/block": prediction?.breakdown?.block,
		});
	}
	return rows;
}

/** Of any entry of any Σ_l, relative to the largest q value there. */
function largestError({ places }: Signals, { kernels }: Propagation): number {
	let most = 0;
	for (const [l, predicted] of kernels.entries()) {
		const [measured] = places.find(({ depth }) => depth === l)!.kernels;
		const scale = Math.max(...diagonalOf(predicted));
		for (const [at, value] of predicted.values.entries())
			most = Math.max(most, Math.abs(measured!.values[at]! - value) / scale);
	}
	return most;
}
