import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { initialValues, measured, parameterTensors, readAll, smallModel } from "../../test/support/model.ts";
import { openEngine } from "../engine/engine.ts";
import type { Engine, TypedArray } from "../engine/types.ts";
import { type Parameters, parameterSpecs } from "../model/parameters.ts";
import { hiddenStates } from "../model/transformer.ts";
import { scaledBy } from "./homogeneity.ts";
import {
	type Network,
	SaturationTally,
	type StateDistances,
	shown,
	stateDistances,
} from "./network-saturation.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine({ threads: 1 });
});

/** h = tanh(w·e + b) of one table e, after a state that is the table's row itself. No attention: tokens stand alone. */
const network: Network = (params, { tokens }, observe) => {
	const rows = np.take(params["table"]!.ref, tokens, 0);
	observe("rows", rows.ref);
	observe("hidden", np.tanh(rows.mul(params["weight"]!.ref).add(params["bias"]!.ref)));
};
const names = ["rows", "hidden"];
const specs = {
	table: { shape: [5, 3], dtype: "float64" },
	weight: { shape: [3], dtype: "float64" },
	bias: { shape: [3], dtype: "float64" },
} as const;
const values = {
	table: Float64Array.from({ length: 15 }, (_, i) => Math.sin(i + 1)),
	weight: Float64Array.of(0.3, -0.8, 1.1),
	bias: Float64Array.of(0.2, 0.1, -0.4),
};

/** Distances of states [batch][time] of tokens at θ and at cθ; rows shorter than the longest are padded with token 4. */
async function distances(rows: number[][], c: number, theta: typeof values = values) {
	const [batch, time] = [rows.length, Math.max(...rows.map((row) => row.length))];
	const padded = rows.flatMap((row) => [...row, ...Array<number>(time - row.length).fill(4)]);
	const real = rows.flatMap((row) => Array.from({ length: time }, (_, t) => (t < row.length ? 1 : 0)));
	const program = await engine.compile(
		(params: Parameters, tokens: JaxArray, mask: JaxArray, factor: JaxArray) => {
			const scaled = scaledBy(Object.fromEntries(Object.entries(params).map(([k, p]) => [k, p.ref])), factor);
			const at = shown(network, names, params, { tokens: tokens.ref, real: mask.ref });
			return stateDistances(at, shown(network, names, scaled, { tokens, real: mask.ref }), mask);
		},
		[
			specs,
			{ shape: [batch, time], dtype: "int32" },
			{ shape: [batch, time], dtype: "float64" },
			{ shape: [], dtype: "float64" },
		],
		{ name: "test" },
	);
	const result = await readAll(await program(theta, Int32Array.from(padded), Float64Array.from(real), c));
	program.dispose();
	return {
		...result,
		batch,
		lengths: rows.map((row) => row.length),
	} as unknown as StateDistances<TypedArray> & {
		batch: number;
		lengths: number[];
	};
}

async function states(rows: number[][], c: number, theta: typeof values = values) {
	const seen = await distances(rows, c, theta);
	const tally = new SaturationTally(names.length);
	tally.add(seen, seen.batch, seen.lengths);
	return tally.states();
}

const rowOf = (token: number, c: number) =>
	Array.from(values.table.subarray(3 * token, 3 * token + 3), (x) => c * x);
const hidden = (token: number, c: number) =>
	rowOf(token, c).map((x, i) => Math.tanh(x * c * values.weight[i]! + c * values.bias[i]!));
const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const cosine = (a: number[], b: number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;

test("saturation is the mean over tokens, the sequence's cosine is of its states as one vector, each as defined", async () => {
	const rows = [
		[0, 1, 2, 3],
		[3, 1],
	];
	const [first, second] = await states(rows, 1000);
	expect(first!.saturation).toBeCloseTo(1, 14);
	expect(second!.saturation).toBeCloseTo(
		mean(rows.flat().map((id) => cosine(hidden(id, 1), hidden(id, 1000)))),
		12,
	);
	const whole = rows.map((row) =>
		cosine(
			row.flatMap((id) => hidden(id, 1)),
			row.flatMap((id) => hidden(id, 1000)),
		),
	);
	expect(second!.sequence).toBeCloseTo(mean(whole), 12);
	expect(second!.deviation).toBeCloseTo(Math.abs(whole[0]! - whole[1]!) / Math.SQRT2, 12);
	const pairs = rows.map((row) =>
		mean(row.flatMap((a) => row.filter((b) => b !== a).map((b) => cosine(hidden(a, 1), hidden(b, 1))))),
	);
	expect(second!.similarity).toBeCloseTo(mean(pairs), 12);
	expect(second!.tokens).toBe(6);
});

test("with c = 1 saturation is exactly 1", async () => {
	for (const state of await states([[0, 1, 2], [3]], 1))
		expect(state).toMatchObject({ saturation: 1, sequence: 1, overflowed: 0 });
});

test("padding changes nothing: batches of padded sequences say what each says alone", async () => {
	const rows = [[0, 1, 2, 3], [2], [3, 0]];
	const together = await states(rows, 7);
	const tally = new SaturationTally(names.length);
	for (const row of rows) {
		const seen = await distances([row], 7);
		tally.add(seen, 1, [row.length]);
	}
	for (const [i, alone] of tally.states().entries())
		for (const [key, value] of Object.entries(alone))
			expect(together[i]![key as keyof typeof alone], key).toBeCloseTo(value, 12);
});

test("a token whose state overflows is left out and counted, and the others are measured", async () => {
	const table = Float64Array.from(values.table);
	table[0] = 1e306;
	const [rows] = await states([[0, 1, 2]], 1000, { ...values, table });
	expect(rows).toMatchObject({ tokens: 3, overflowed: 1 });
	expect(rows!.saturation).toBeCloseTo(1, 14);
	expect(rows!.sequence).toBeNaN();
});

test("of this project's own transformer it measures what its probe does", async () => {
	const config = smallModel();
	const theta = initialValues(config);
	const row = await measured(engine, config, theta, { dtype: "float64" });
	const own: Network = (params, { tokens }, observe) => {
		for (const [i, state] of hiddenStates(config, params, tokens).entries()) observe(String(i), state);
	};
	const places = Array.from({ length: config.layers + 2 }, (_, i) => String(i));
	const parameterShapes = parameterSpecs(config, "float64");
	const tokens = [1, 2, 3, 4, 5, 6];
	const program = await engine.compile(
		(params: Parameters, ids: JaxArray, c: JaxArray) => {
			const scaled = scaledBy(Object.fromEntries(Object.entries(params).map(([k, p]) => [k, p.ref])), c);
			const real = np.ones([2, 6], { dtype: np.float64 });
			const at = shown(own, places, params, { tokens: ids.ref, real: real.ref });
			return stateDistances(at, shown(own, places, scaled, { tokens: ids, real: real.ref }), real);
		},
		[parameterShapes, { shape: [2, 6], dtype: "int32" }, { shape: [], dtype: "float64" }],
		{ name: "own" },
	);
	const params = parameterTensors(engine, config, theta, "float64");
	const seen = await program(params, Int32Array.from([...tokens, ...tokens.toReversed()]), 1000);
	const tally = new SaturationTally(places.length);
	tally.add((await readAll(seen)) as unknown as StateDistances<TypedArray>, 2, [6, 6]);
	for (const [i, { saturation }] of tally.states().entries())
		expect(saturation).toBeCloseTo(row[`dyn/saturation${i > config.layers ? "" : `.${i}`}`]!, 12);
});
