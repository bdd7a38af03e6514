/**
 * Every network of the study as it begins, whole: kernels through depth, measured and predicted, and what gradient the
 * loss gives W_Q, W_K, W_V, W_O and the feed-forward network of each block. Tokens are all different, targets any.
 */
import { type ModelOptions, modelConfig } from "../../../model/config.ts";
import { meanCosines, predictSignals, signalRows } from "../../../probe/signal-rows.ts";
import type { AnalysisRow, AnalysisTools } from "../../study.ts";
import { type MethodName, methods } from "../methods.ts";
import { packCosines } from "./pictures.ts";
import { Beginnings, openNetwork } from "./start.ts";

export interface NetworksOptions {
	readonly layers: number;
	readonly tokens: number;
	readonly width: number;
	readonly feedForward: number;
	readonly seeds: number;
	/** Default: all. */
	readonly networks?: readonly MethodName[];
}

export const common: Partial<ModelOptions> = { heads: 4, positions: "none", biases: false };

export async function measureNetworks(
	{ seeds, tokens, networks = Object.keys(methods) as MethodName[], ...size }: NetworksOptions,
	{ engine, signal, progress }: AnalysisTools,
): Promise<AnalysisRow[]> {
	const beginnings = new Beginnings();
	const rows: AnalysisRow[] = [];
	for (const [done, network] of networks.entries()) {
		const config = modelConfig.parse({
			vocabulary: tokens + 1,
			context: tokens,
			...size,
			...common,
			...methods[network],
		});
		const program = await openNetwork(engine, config, { gradients: true });
		for (let seed = 0; seed < seeds; seed++) {
			signal.throwIfAborted();
			const signals = await program.measure(beginnings.of(config, seed));
			const predictions = predictSignals(config, signals);
			const measured = signalRows(config, signals, predictions, (depth) => pictured(size.layers, depth));
			rows.push(
				...measured
					.filter(({ depth = 0 }) => Number.isInteger(depth))
					.map((row) => ({ network, seed, layers: size.layers, ...row })),
			);
			if (seed > 0) continue;
			for (const place of signals.places)
				if (pictured(size.layers, place.depth)) {
					const cosines = meanCosines(place);
					if (cosines) rows.push({ network, depth: place.depth, picture: packCosines(cosines, 32) });
				}
		}
		program.dispose();
		progress((done + 1) / networks.length);
	}
	return rows;
}

/** Depths of pictures: the first block, a sixth, half and all of them. */
export const pictured = (layers: number, depth: number): boolean =>
	[1, Math.round(layers / 6), Math.round(layers / 2), layers].includes(depth);
