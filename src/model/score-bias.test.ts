import type { Array as JaxArray } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { smallModel } from "../../test/support/model.ts";
import { openEngine } from "../engine/engine.ts";
import type { DType, Engine } from "../engine/types.ts";
import { layerOf } from "./attention-plan.ts";
import type { ModelConfig, ModelOptions } from "./config.ts";
import { scoreBias } from "./score-bias.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine({ threads: 1 });
});

const none = { params: {}, dropped: new Set<string>() };

/** The bias [T, T] of a block as a program computes it, beside scores of 0. */
async function computed(config: ModelConfig, block: number, time: number, dtype: DType, on = engine) {
	const program = await on.compile(
		(scores: JaxArray) => {
			const bias = scoreBias(config, none, `blocks.${block}.attn`, scores.ref)!;
			return scores.add(bias).reshape([time, time]);
		},
		[{ shape: [1, 1, time, time], dtype }],
		{ name: "bias" },
	);
	const zeros = dtype === "float64" ? new Float64Array(time ** 2) : new Float32Array(time ** 2);
	const bias = await (await program(zeros)).read();
	program.dispose();
	return bias;
}

/**
 * The largest difference of ln P, P = softmax of the rows of `bias` as far as the mask lets them see, from what is
 * planned, relative to the logarithm where it is above 1.
 */
function difference(bias: ArrayLike<number>, planned: Float64Array, time: number, causal: boolean): number {
	let most = 0;
	for (let i = 0; i < time; i++) {
		const row = Array.from({ length: causal ? i + 1 : time }, (_, j) => bias[i * time + j]!);
		const top = Math.max(...row);
		const logSum = top + Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0));
		for (const [j, x] of row.entries()) {
			const want = planned[i * time + j]!;
			most = Math.max(most, Math.abs(x - logSum - want) / Math.max(1, Math.abs(want)));
		}
	}
	return most;
}

const causal: ModelOptions["mixing"][] = [
	{ name: "e-spa", gamma: 0.005 },
	{ name: "e-spa", gamma: 2 },
	{ name: "u-spa", rho: 0.8 },
	{ name: "u-spa", rho: 0.99, start: 0.05 },
];

for (const mixing of causal)
	test(`the bias that a program computes is ln A up to a number a row: to float32's rounding at 512 tokens, ${JSON.stringify(mixing)}`, async () => {
		const config = smallModel({ layers: 12, context: 512, mixing });
		for (const block of [0, 5, 11]) {
			const planned = layerOf(config, `blocks.${block}.attn`).bias(512);
			// Three roundings of 6e-8 each, and one of their logarithm.
			expect(difference(await computed(config, block, 512, "float32"), planned, 512, true)).toBeLessThan(
				4e-7,
			);
		}
	});

test("of 36 blocks and 2048 tokens, whose smallest weights are 1e-8 of their terms, U-SPA's bias keeps float32's digits", async () => {
	const config = smallModel({ layers: 36, context: 2048, mixing: { name: "u-spa", rho: 0.8 } });
	const planned = layerOf(config, "blocks.35.attn").bias(2048);
	expect(difference(await computed(config, 35, 2048, "float32"), planned, 2048, true)).toBeLessThan(4e-7);
});

test("in float64 the bias is the planned one to 1e-12 (E-SPA) and 1e-10 (U-SPA), at 1, 2 and 64 tokens", async () => {
	for (const [mixing, tolerance] of [
		[causal[0], 1e-12],
		[causal[2], 1e-10],
	] as const)
		for (const time of [1, 2, 64]) {
			const config = smallModel({ layers: 3, context: time, mixing });
			for (const block of [0, 2]) {
				const planned = layerOf(config, `blocks.${block}.attn`).bias(time);
				const bias = await computed(config, block, time, "float64");
				expect(difference(bias, planned, time, true)).toBeLessThan(tolerance);
			}
		}
});

test("without a mask the bias is the bidirectional layer's, to 2e-7 of its size", async () => {
	for (const name of ["e-spa", "u-spa"] as const) {
		const config = smallModel({ layers: 3, context: 32, mask: "none", mixing: { name } });
		const planned = layerOf(config, "blocks.1.attn").bias(32);
		expect(difference(await computed(config, 1, 32, "float32"), planned, 32, false)).toBeLessThan(2e-7);
	}
});

test("on WebAssembly, whose logarithm is less exact, the bias is the planned one to 4e-6 of its size", async () => {
	const wasm = await openEngine({ device: "wasm" });
	for (const mixing of causal) {
		const config = smallModel({ layers: 4, context: 40, mixing });
		const planned = layerOf(config, "blocks.3.attn").bias(40);
		expect(difference(await computed(config, 3, 40, "float32", wasm), planned, 40, true)).toBeLessThan(4e-6);
	}
});
