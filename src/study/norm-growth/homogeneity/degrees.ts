/**
 * The degree calculus (`model/derivation.ts`) checked: what it says of a configuration against what scaling measures.
 *
 *     degree      log(max |f(2cθ)| / max |f(cθ)|) / log 2, c large, of every place of the forward pass
 *     approach    the order p in ‖û(cθ) − û(saturated)‖ ∝ c^−p, between c = 100 and 1000, of the final state
 */
import { type Array as JaxArray, numpy as np, tree } from "@jax-js/jax";
import { stream } from "../../../engine/random.ts";
import type { Engine } from "../../../engine/types.ts";
import { type ModelConfig, modelConfig } from "../../../model/config.ts";
import { degrees, type Place } from "../../../model/derivation.ts";
import { type Parameters, parameterSpecs } from "../../../model/parameters.ts";
import { saturated } from "../../../model/saturated.ts";
import { encode, forward } from "../../../model/transformer.ts";
import { degreeOf, scaledBy } from "../../../probe/homogeneity.ts";
import { cosineDistance } from "../../../probe/saturation.ts";
import { median } from "../../rows.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { dispose, initialTensors } from "./encoders.ts";

export const degreesName = "homogeneity/degrees";

/** GELU itself is left out: its tanh form stands for it. */
export interface DegreeGrid {
	readonly norms: readonly ModelConfig["norm"][];
	readonly activations: readonly Exclude<ModelConfig["activation"], "gelu">[];
	readonly positions: readonly ModelConfig["positions"][];
}

const placements = ["res-post", "post", "pre", "none"] as const;
const seeds = 5;
const [time, width] = [6, 8];

function configurations({ norms, activations, positions }: DegreeGrid): ModelConfig[] {
	const configs: ModelConfig[] = [];
	for (const placement of placements)
		for (const biases of [true, false])
			for (const norm of placement === "none" ? ["layer" as const] : norms)
				for (const activation of activations)
					for (const position of positions)
						configs.push(
							modelConfig.parse({
								vocabulary: 11,
								context: time,
								// Without normalisation degrees pile up: a second block's scores would outgrow the mask.
								layers: placement === "none" ? 1 : 2,
								heads: 2,
								width,
								feedForward: 12,
								placement,
								biases,
								norm,
								activation,
								positions: position,
								normEpsilon: 0,
								finalNorm: false,
							}),
						);
	return configs;
}

export const degreeCalculus = (grid: DegreeGrid): Analysis => ({
	kind: "analysis",
	name: degreesName,
	title: "The degree calculus against measured degrees",
	needs: [],
	options: { ...grid, seeds },
	async compute({ engine, signal, progress }) {
		const configs = configurations(grid);
		const rows: AnalysisRow[] = [];
		for (const [i, config] of configs.entries()) {
			signal.throwIfAborted();
			rows.push(await compare(engine, config));
			progress((i + 1) / configs.length);
		}
		return rows;
	},
});

async function compare(engine: Engine, config: ModelConfig): Promise<AnalysisRow> {
	const predicted = degrees(config);
	/** Those that the forward pass shows: of a gate, only what it is multiplied into. */
	let shown: readonly Place[] = [];
	const specs = parameterSpecs(config, "float64");
	const program = await engine.compile(
		(params: Parameters, tokens: JaxArray, c: JaxArray) => {
			const seen: Record<string, JaxArray> = {};
			const limit = encode(saturated(config), tree.ref(params), tokens.ref);
			const logits = forward(config, scaledBy(params, c), tokens, (place, value) => {
				seen[place] = value.ref;
			});
			const all: Record<string, JaxArray> = { ...seen, logits };
			shown = predicted.filter(({ place }) => place in all);
			const state = seen["state.final"]!.ref;
			const flat = (x: JaxArray) => x.reshape([x.size]);
			return {
				sizes: np.stack(shown.map(({ place }) => np.max(np.absolute(flat(all[place]!))))),
				distance: cosineDistance(flat(state), flat(limit)),
			};
		},
		[specs, { shape: [1, time], dtype: "int32" }, { shape: [], dtype: "float64" }],
		{ name: "degrees" },
	);
	const large = largeFactor(predicted);
	const differences: { readonly place: string; readonly difference: number }[] = [];
	const finals: number[] = [];
	const orders: number[] = [];
	const distances: number[] = [];
	for (let seed = 1; seed <= seeds; seed++) {
		const params = initialTensors(engine, config, specs, seed);
		// All different: equal tokens at equal positions would be ties.
		const tokens = stream(seed, "tokens").permutation(config.vocabulary).slice(0, time);
		const at = async (c: number) => {
			const { sizes, distance } = await program(params, tokens, c);
			const values = { sizes: await sizes.read(), distance: (await distance.read())[0]! };
			sizes.dispose();
			distance.dispose();
			return values;
		};
		const [once, twice] = [await at(large), await at(2 * large)];
		for (const [i, { place, degree }] of shown.entries()) {
			const measured = degreeOf(once.sizes[i]!, twice.sizes[i]!, 2);
			differences.push({ place, difference: Math.abs(measured - degree) });
			if (place === "state.final") finals.push(measured);
		}
		const [near, far] = [await at(100), await at(1000)];
		orders.push(Math.log10(near.distance / far.distance) / 2);
		distances.push(far.distance);
		dispose(params);
	}
	program.dispose();
	const { degree, approach } = predicted.find(({ place }) => place === "state.final")!;
	const worst = differences.reduce((a, b) => (b.difference > a.difference ? b : a));
	return {
		placement: config.placement,
		biases: config.biases ? "with biases" : "without biases",
		norm: config.norm,
		activation: config.activation,
		positions: config.positions,
		predicted: degree,
		measured: median(finals),
		places: shown.length,
		difference: worst.difference,
		worst: worst.place,
		...(approach.kind === "polynomial"
			? { approach: approach.kind, predictedOrder: approach.order, order: median(orders) }
			: { approach: approach.kind }),
		distance: median(distances),
	};
}

/** As large as scores allow: later positions are shut out by −1e37, which no score may reach. */
function largeFactor(places: readonly Place[]): number {
	const scores = places.filter(({ place }) => place.endsWith(".scores"));
	return Math.min(1e6, 10 ** (28 / Math.max(...scores.map(({ degree }) => degree))));
}
