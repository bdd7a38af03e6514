import { grad, type Array as JaxArray } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { readJson, readModel, readTensors } from "../../test/support/fixtures.ts";
import { readLlama2c } from "../../test/support/llama2c.ts";
import { readMinGpt, readMinGptActivations } from "../../test/support/min-gpt.ts";
import { initialValues, relativeError, run, smallModel, type Values } from "../../test/support/model.ts";
import { openEngine } from "../engine/engine.ts";
import type { Engine, TypedArray } from "../engine/types.ts";
import { type ModelOptions, modelConfig } from "./config.ts";
import { softmax } from "./functional.ts";
import type { Parameters } from "./parameters.ts";
import { attentionWeights, forward, hiddenStates, loss } from "./transformer.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine();
});

/** Rows [n][width] of a flat array. */
const rowsOf = (values: TypedArray, width: number): number[][] =>
	Array.from({ length: values.length / width }, (_, i) =>
		Array.from(values.slice(i * width, (i + 1) * width)),
	);

const argmax = (row: number[]) => row.indexOf(Math.max(...row));

test("minGPT's sorting model reproduces every stored intermediate to 2e-6 of its size in float32", async () => {
	const { config, params } = await readMinGpt();
	const expected = await readMinGptActivations();
	const tokens = rowsOf(expected["idx"]!, 11);
	const seen = await run(engine, config, params, tokens, (p, t) => {
		const all: Record<string, JaxArray> = {};
		const logits = forward(config, p, t, (name, value) => {
			all[name] = value.ref;
		});
		return { ...all, logits: logits.ref, probabilities: softmax(logits) };
	});
	const names: Record<string, string> = {
		x: "state.0",
		ln1: "blocks.0.ln1",
		q: "blocks.0.attn.q",
		k: "blocks.0.attn.k",
		v: "blocks.0.attn.v",
		att: "blocks.0.attn.scores", // theirs after the mask: −∞ is left out
		attSm: "blocks.0.attn.weights",
		y: "blocks.0.attn.heads",
		yProj: "blocks.0.attn",
		attnResid: "blocks.0.attn.residual",
		ln2: "blocks.0.ln2",
		fc: "blocks.0.ff.w1",
		gelu: "blocks.0.ff.activation",
		mlp: "blocks.0.ff",
		mlpResid: "blocks.0.ff.residual",
		block0: "state.1",
		block1: "state.2",
		block2: "state.3",
		ln_f: "state.final",
		lm_head: "logits",
		probs: "probabilities",
	};
	for (const [theirs, ours] of Object.entries(names))
		expect(relativeError(seen[ours]!, expected[theirs]!), theirs).toBeLessThan(2e-6);
});

test("stories260K (RMSNorm, rotary, grouped heads, SwiGLU, tied) continues BOS greedily with the stored 257 tokens", async () => {
	const { config, params } = await readLlama2c();
	const ids: number[] = await readJson("stories260K/greedy-257-ids.json");
	// One pass over BOS and all but the last: greedy decoding, since each token follows from those before it.
	const tokens = [[1, ...ids.slice(0, -1)]];
	const { logits } = await run(engine, config, params, tokens, (p, t) => ({ logits: forward(config, p, t) }));
	expect(rowsOf(logits!, config.vocabulary).map(argmax)).toEqual(ids);
});

for (const placement of ["pre", "post", "res-post"])
	test(`hard attention of the ${placement}-norm model is the fixture's, ties averaged, and so is softmax of queries × 1e9`, async () => {
		const folder = `saturated/${placement}`;
		const config = await readModel(`${folder}/config.json`);
		const expected = await readJson(`${folder}/expected.json`);
		const values = await readTensors(`${folder}/model.safetensors`);
		const sharpened: Values = {};
		for (const [name, x] of Object.entries(values))
			sharpened[name] = Float64Array.from(x, (v) => (name.includes(".attn.q.") ? v * 1e9 : v));
		for (const attention of ["hard", "softmax"] as const) {
			const seen = await run(
				engine,
				{ ...config, attention },
				attention === "hard" ? values : sharpened,
				expected.input_ids,
				(p, t) => {
					const c = { ...config, attention };
					const [first, ...rest] = hiddenStates(c, p, t.ref);
					const [w0, w1] = attentionWeights(c, p, t.ref);
					return {
						embeddings: first!,
						b0: rest[0]!,
						b1: rest[1]!,
						logits: forward(c, p, t),
						w0: w0!,
						w1: w1!,
					};
				},
				"float64",
			);
			const { states } = expected;
			const pairs = { embeddings: "embeddings", b0: "block.0", b1: "block.1", logits: "logits" };
			for (const [ours, theirs] of Object.entries(pairs))
				expect(relativeError(seen[ours]!, states[theirs].flat(2)), theirs).toBeLessThan(1e-10);
			for (const [block, weights] of [seen["w0"]!, seen["w1"]!].entries()) {
				const rows = rowsOf(weights, 16); // [row, head, query]
				const positions = rows.map((row) => row.flatMap((w, key) => (w > 1e-5 ? [key] : [])));
				expect(positions).toEqual(expected.attended.flatMap((row: number[][][][]) => row[block]!.flat()));
				expect(positions.map((keys) => keys.length)).toEqual(
					expected.counts.flatMap((row: number[][][]) => row[block]!.flat()),
				);
				if (attention === "hard")
					expect(rows).toEqual(
						positions.map((keys) =>
							Array.from({ length: 16 }, (_, j) => (keys.includes(j) ? 1 / keys.length : 0)),
						),
					);
			}
		}
	});

test("hard attention gives m largest scores 1 / m each, strict within the prefix, leaky with the zeros of later positions", async () => {
	for (const mask of ["strict", "leaky"] as const) {
		const config = smallModel({ mask, layers: 1, heads: 1, attention: "hard" });
		const values = initialValues(config);
		for (const part of ["q", "k"])
			for (const kind of ["weight", "bias"]) values[`blocks.0.attn.${part}.${kind}`]!.fill(0);
		// Every visible score is -1 · 4 · 4 / √16: below the 0 of later positions, and a tie of all.
		values["blocks.0.attn.q.bias"]!.fill(1);
		values["blocks.0.attn.k.bias"]!.fill(-1);
		const { w } = await run(engine, config, values, [[1, 2, 3, 4]], (p, t) => ({
			w: attentionWeights(config, p, t)[0]!,
		}));
		const row = (t: number) =>
			[0, 1, 2, 3].map((s) =>
				mask === "leaky" && t < 3 ? (s > t ? 1 / (3 - t) : 0) : s <= t ? 1 / (t + 1) : 0,
			);
		expect(Array.from(w!)).toEqual([0, 1, 2, 3].flatMap(row).map(Math.fround));
	}
});

test("through hard attention, piecewise constant in its scores, queries and keys have gradient 0 and values have not", async () => {
	const config = smallModel({ attention: "hard" });
	const gradients = await run(
		engine,
		config,
		initialValues(config),
		[[1, 2, 3, 4, 5, 6, 7]],
		(params, tokens) => ({
			...grad((p: Parameters) => loss(config, p, { tokens: tokens.ref }))(params),
		}),
	);
	for (const [name, values] of Object.entries(gradients)) {
		expect(values.every(Number.isFinite), name).toBe(true);
		expect(
			values.some((x) => x !== 0),
			name,
		).toBe(!/attn\.[qk]\./.test(name));
	}
});

test("scores within the tie tolerance of the largest, relative to the largest absolute one, are ties", async () => {
	for (const [tieTolerance, ties] of [
		[0, 1],
		[0.009, 1],
		[0.011, 2],
	] as const) {
		const config = smallModel({
			layers: 1,
			heads: 1,
			positions: "none",
			placement: "none",
			biases: false,
			attention: "hard",
			tieTolerance,
		});
		const values = initialValues(config);
		// Scores of the keys 0, 1, 2: 1, 0.99 and 0.5 times the same number.
		const table = values["tok_emb.weight"]!.fill(0);
		for (const [token, x] of [1, 0.99, 0.5].entries()) table[token * 16] = x;
		for (const part of ["q", "k"]) values[`blocks.0.attn.${part}.weight`]!.fill(0)[0] = 1;
		const { w } = await run(
			engine,
			config,
			values,
			[[0, 1, 2]],
			(p, t) => ({ w: attentionWeights(config, p, t)[0]! }),
			"float64",
		);
		expect(rowsOf(w!, 3)[2]).toEqual(ties === 1 ? [1, 0, 0] : [0.5, 0.5, 0]);
	}
});

test("with the strict mask a later token changes nothing before it, bit for bit; with the leaky mask it does", async () => {
	const before = [[1, 2, 3, 4, 5, 6]];
	const after = [[1, 2, 3, 4, 9, 6]];
	for (const mask of ["strict", "leaky"] as const) {
		const config = smallModel({ mask });
		const logits = async (tokens: number[][]) => {
			const out = await run(engine, config, initialValues(config), tokens, (p, t) => ({
				y: forward(config, p, t),
			}));
			return Array.from(out["y"]!.slice(0, 4 * config.vocabulary));
		};
		const [a, b] = [await logits(before), await logits(after)];
		if (mask === "strict") expect(b).toEqual(a);
		else expect(b).not.toEqual(a);
	}
});

test("queries of zero attend to the whole prefix alike (strict) or to every position alike (leaky)", async () => {
	for (const mask of ["strict", "leaky"] as const) {
		const config = smallModel({ mask, layers: 1 });
		const values = initialValues(config);
		for (const part of ["weight", "bias"]) values[`blocks.0.attn.q.${part}`]!.fill(0);
		const { w } = await run(engine, config, values, [[1, 2, 3, 4]], (p, t) => ({
			w: attentionWeights(config, p, t)[0]!,
		}));
		const row = (t: number) => [0, 1, 2, 3].map((s) => (mask === "leaky" ? 0.25 : s <= t ? 1 / (t + 1) : 0));
		const head = [0, 1, 2, 3].flatMap(row);
		expect(relativeError(w!, [...head, ...head])).toBeLessThan(1e-6);
		if (mask === "strict") expect(w!.filter((_, i) => head[i % 16] === 0).every((x) => x === 0)).toBe(true);
	}
});

test("rotary scores depend on the distance of positions only, and both pairings agree up to order", async () => {
	const styles = ["adjacent", "half"] as const;
	const scores = await Promise.all(
		styles.map(async (ropeStyle) => {
			const config = smallModel({
				positions: "rope",
				ropeStyle,
				layers: 1,
				placement: "none",
				biases: false,
			});
			const values = initialValues(config);
			if (ropeStyle === "half")
				// Row 2i of each head's queries and keys goes to i, row 2i + 1 to i + half.
				for (const part of ["q", "k"]) {
					const name = `blocks.0.attn.${part}.weight`;
					const rows = rowsOf(values[name]!, 16);
					const order = [0, 2, 4, 6, 1, 3, 5, 7];
					values[name] = Float64Array.from([0, 8].flatMap((h) => order.flatMap((i) => rows[h + i]!)));
				}
			const out = await run(engine, config, values, [[3, 3, 3, 3]], (p, t) => {
				let seen: JaxArray | undefined;
				forward(config, p, t, (name, value) => {
					if (name === "blocks.0.attn.scores") seen = value.ref;
				});
				return { seen: seen! };
			});
			return out["seen"]!; // [1, 2, 4, 4]
		}),
	);
	expect(relativeError(scores[1]!, scores[0]!)).toBeLessThan(1e-6);
	for (const at of [0, 16])
		for (const [i, j] of [
			[0, 5],
			[4, 9],
			[9, 14],
			[8, 13],
			[1, 6],
		] as const)
			expect(Math.abs(scores[0]![at + i]! - scores[0]![at + j]!)).toBeLessThan(1e-6);
});

test("sinusoidal positions add sin and cos of position / 10000^(2i/width) to the embedding", async () => {
	const config = smallModel({ positions: "sinusoidal", layers: 1 });
	const values = initialValues(config);
	values["tok_emb.weight"]!.fill(0);
	const { x } = await run(engine, config, values, [[0, 0, 0]], (p, t) => ({
		x: hiddenStates(config, p, t)[0]!,
	}));
	const expected = [0, 1, 2].flatMap((position) =>
		Array.from({ length: 16 }, (_, k) => {
			const angle = position / 10000 ** ((2 * Math.floor(k / 2)) / 16);
			return k % 2 ? Math.cos(angle) : Math.sin(angle);
		}),
	);
	expect(relativeError(x!, expected)).toBeLessThan(1e-6);
});

test("natively and on WebAssembly, models of every kind have the same finite gradients to 1e-4 of their size", async () => {
	const wasm = await openEngine({ device: "wasm" });
	const variants: Partial<ModelOptions>[] = [
		{ placement: "none", positions: "none", activation: "gelu", biases: false },
		{ placement: "post", norm: "rms", positions: "sinusoidal", tiedHead: true },
		{ placement: "res-post", activation: "swiglu", positions: "rope", keyValueHeads: 1, mask: "leaky" },
		{ placement: "pre", norm: "rms", activation: "gelu-tanh", finalNorm: false, headBias: false },
	];
	for (const options of variants) {
		const config = smallModel({ layers: 1, ...options });
		const gradients = (params: Parameters, tokens: JaxArray) => ({
			...grad((p: Parameters) => loss(config, p, { tokens: tokens.ref }))(params),
		});
		const on = (device: Engine) =>
			run(device, config, initialValues(config), [[1, 2, 3, 4, 5, 6, 7]], gradients);
		const [native, reference] = [await on(engine), await on(wasm)];
		for (const [name, values] of Object.entries(native)) {
			expect(values.every(Number.isFinite), name).toBe(true);
			if (name.endsWith("attn.k.bias")) continue; // Zero in exact arithmetic.
			expect(
				values.some((x) => x !== 0),
				name,
			).toBe(true);
			expect(relativeError(values, reference[name]!), name).toBeLessThan(1e-4);
		}
	}
});

test("hidden states are embeddings, each block's output and the final state; without final norm the last two agree", async () => {
	const config = smallModel({ placement: "res-post" });
	const out = await run(engine, config, initialValues(config), [[1, 2, 3]], (p, t) =>
		Object.fromEntries(hiddenStates(config, p, t).map((x, i) => [`${i}`, x])),
	);
	expect(Object.keys(out)).toEqual(["0", "1", "2", "3"]);
	expect(out["3"]).toEqual(out["2"]);
});

test("a sequence longer than the context is refused, with both lengths", async () => {
	const config = smallModel();
	const tokens = [[1, 2, 3, 4, 5, 6, 7, 8, 9]];
	await expect(
		run(engine, config, initialValues(config), tokens, (p, t) => ({ y: forward(config, p, t) })),
	).rejects.toThrow(/at most 8 positions .* got 9/);
});

test("a resolved configuration resolves to itself", () => {
	for (const config of [smallModel(), smallModel({ placement: "post", biases: false, keyValueHeads: 1 })])
		expect(modelConfig.parse(config)).toEqual(config);
});

test("options that cannot be built are refused by name", () => {
	const issues = (options: Partial<ModelOptions>) =>
		modelConfig.safeParse({ vocabulary: 5, context: 4, layers: 1, heads: 2, width: 6, ...options }).error!
			.issues;
	expect(issues({ heads: 4 })[0]!.message).toBe("Expected `heads` to divide `width` (6), got 4.");
	expect(issues({ positions: "rope" })[0]!.message).toContain("`width / heads` to be even");
	expect(issues({ keyValueHeads: 4 })[0]!.message).toContain("`keyValueHeads` to divide `heads` (2), got 4");
	expect(issues({ widht: 3 } as never)[0]!.code).toBe("unrecognized_keys");
});
