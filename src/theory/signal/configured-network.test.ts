/** Configured models as they begin, run in float64, against what the recursion says of their configuration. */
import type { Array as JaxArray } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { initialValues, parameterTensors, readAll, smallModel } from "../../../test/support/model.ts";
import { openEngine } from "../../engine/engine.ts";
import type { Engine } from "../../engine/types.ts";
import type { ModelConfig, ModelOptions } from "../../model/config.ts";
import { type Parameters, parameterSpecs } from "../../model/parameters.ts";
import { encode } from "../../model/transformer.ts";
import { describeNetwork, startKernelOf } from "./configured-network.ts";
import { diagonalOf, type Kernel, kernelOf, sumOfKernels } from "./kernel.ts";
import { statisticsOf } from "./kernel-statistics.ts";
import { propagate } from "./propagate.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine();
});

const ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 7, 8];

const model = (options: Partial<ModelOptions>): ModelConfig =>
	smallModel({ context: ids.length, layers: 3, heads: 4, width: 32, feedForward: 128, ...options });

/** Kernels of `state.0` … `state.<layers>` of a model as it begins, for each seed. */
async function measure(config: ModelConfig, seeds: number): Promise<Kernel[][]> {
	const program = await engine.compile(
		(params: Parameters, tokens: JaxArray) => {
			const states: Record<string, JaxArray> = {};
			encode(config, params, tokens, (name, value) => {
				if (/^state\.\d+$/.test(name)) states[name] = value.ref;
			}).dispose();
			return states;
		},
		[parameterSpecs(config, "float64"), { shape: [1, ids.length], dtype: "int32" }],
		{ name: "states" },
	);
	const runs: Kernel[][] = [];
	for (let seed = 0; seed < seeds; seed++) {
		const params = parameterTensors(engine, config, initialValues(config, seed), "float64");
		const states = await readAll(await program(params, Int32Array.from(ids)));
		runs.push(
			Array.from({ length: config.layers + 1 }, (_, l) => kernelOf(states[`state.${l}`]!, ids.length)),
		);
	}
	program.dispose();
	return runs;
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) => {
	let most = 0;
	for (let k = 0; k < a.length; k++) most = Math.max(most, Math.abs(a[k]! - b[k]!));
	return most;
};

const noFeedForward = { attention: "none", feedForward: { skip: 1, branch: 0 } } as const;

const attentionOnly: Partial<ModelOptions> = {
	init: "signal",
	placement: "none",
	biases: false,
	residual: noFeedForward,
};

test.each<[string, Partial<ModelOptions>]>([
	["vanilla attention, width 16,", { width: 16 }],
	["vanilla attention without a mask", { mask: "none" }],
	["Value-SkipInit", { mixing: { name: "value-skip-init" } }],
	["U-SPA", { mixing: { name: "u-spa" } }],
	["E-SPA, width 16,", { mixing: { name: "e-spa", gamma: 0.05 }, width: 16 }],
	["E-SPA, width 48,", { mixing: { name: "e-spa", gamma: 0.05 }, width: 48 }],
	["E-SPA without a mask", { mixing: { name: "e-spa", gamma: 0.05 }, mask: "none" }],
	["E-SPA with rotary positions", { mixing: { name: "e-spa", gamma: 0.05 }, positions: "rope" }],
	["shaped attention", { mixing: { name: "shaped" } }],
	["shaped attention with identity values", { mixing: { name: "shaped" }, valueMaps: "identity" }],
	[
		"identity values beside a skip",
		{ valueMaps: "identity", residual: { ...noFeedForward, attention: { normalised: 0.6 } } },
	],
])("kernels of %s alone are the predicted ones at every depth (1e-10)", async (_, options) => {
	const config = model({ ...attentionOnly, ...options });
	const [measured] = (await measure(config, 1)) as [Kernel[]];
	for (const [l, kernel] of propagate(describeNetwork(config), measured[0]!).kernels.entries()) {
		const scale = Math.max(...diagonalOf(kernel));
		expect(largestDifference(measured[l]!.values, kernel.values) / scale).toBeLessThan(1e-10);
	}
});

const signal = { init: "signal", biases: false, width: 64, feedForward: 128, layers: 2 } as const;
const skipless = { placement: "none", residual: "none" } as const;
const tat = { activation: "leaky-relu", shaping: { name: "tat", eta: 0.4 } } as const;
const sas = { mixing: { name: "shaped" }, valueMaps: "identity" } as const;

test.each<[string, Partial<ModelOptions>]>([
	["E-SPA, TAT leaky relu", { ...skipless, ...tat, mixing: { name: "e-spa", gamma: 0.1 } }],
	["U-SPA, aware of its leaky relus", { ...skipless, ...tat, mixing: { name: "u-spa", aware: true } }],
	["Pre-LN, relu", {}],
	["Post-LN, TAT gelu", { placement: "post", activation: "gelu-tanh", shaping: { name: "tat" } }],
	["res-post RMS, swiglu", { placement: "res-post", norm: "rms", activation: "swiglu" }],
	[
		"normalised skips, DKS softplus",
		{
			placement: "none",
			residual: { normalised: 0.9 },
			activation: "softplus",
			shaping: { name: "dks", zeta: 1.1 },
		},
	],
	["SAS", { ...sas, residual: { attention: "none", feedForward: { skip: 1, branch: 0.3 } } }],
	[
		"SAS-P",
		{ ...sas, parallel: true, residual: { attention: "none", feedForward: { skip: 0, branch: 0.3 } } },
	],
	["parallel Pre-LN with tanh", { parallel: true, activation: "tanh" }],
	["one normalised block", { normBlocks: "first" }],
	["orthogonal weights of other scale", { init: "orthogonal", initScale: 0.4, residual: "none" }],
	["normal weights, Pre-LN", { init: "normal", activation: "gelu-tanh", positions: "none" }],
	["PyTorch's weights and biases, Pre-LN", { init: "pytorch", biases: true }],
])(
	"mean cosines and q values of %s at width 64 are the predicted ones to .04 and 10%, on average over 12 seeds",
	async (_, options) => {
		const config = model({ ...signal, ...options });
		const runs = await measure(config, 12);
		const mean = (l: number, of: (kernel: Kernel) => number) =>
			runs.reduce((sum, kernels) => sum + of(kernels[l]!) / runs.length, 0);
		const cosine = (kernel: Kernel) => statisticsOf(kernel).meanCosine;
		const q = (kernel: Kernel) => statisticsOf(kernel).diagonal.mean;
		const { kernels } = propagate(describeNetwork(config), startKernelOf(config, ids));
		for (const [l, kernel] of kernels.entries()) {
			expect(Math.abs(mean(l, cosine) - cosine(kernel))).toBeLessThan(0.04);
			expect(Math.abs(mean(l, q) / q(kernel) - 1)).toBeLessThan(0.1);
		}
	},
);

test.each<[ModelOptions["init"], ModelOptions["positions"]]>([
	["pytorch", "learned"],
	["normal", "sinusoidal"],
	["signal", "learned"],
])(
	"the embeddings of %s with positions %s have the predicted kernel to 15% of its q value, on average over 12 seeds",
	async (init, positions) => {
		const config = model({ init, positions, layers: 1, width: 128, feedForward: 4 });
		const runs = await measure(config, 12);
		const measured = sumOfKernels(runs.map(([kernel]) => [1 / runs.length, kernel!] as const));
		const predicted = startKernelOf(config, ids);
		expect(largestDifference(measured.values, predicted.values) / predicted.values[0]!).toBeLessThan(0.15);
	},
);

test("a network of leading terms has no prediction", () => {
	expect(() => describeNetwork(model({ terms: "leading" }))).toThrow("Expected `terms` to be all");
});
