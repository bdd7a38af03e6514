import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FamilyOracle, readFamilyOracle, sequencesOf } from "../../test/support/family-fixture.ts";
import { openEngine } from "../engine/engine.ts";
import type { Engine } from "../engine/types.ts";
import { openPretrained } from "../model/families/pretrained.ts";
import { batchOf } from "./length-batches.ts";
import { disposeAll, NetworkRunner, type Precision } from "./network-runner.ts";
import { measureSaturation, type SaturationOptions } from "./saturation.ts";
import { statePlaces } from "./states.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine({ threads: 2 });
});
afterAll(() => engine.dispose());

const fixtures = [
	...["bert", "roberta", "t5", "t5-gated", "xlnet", "gpt2", "gpt-neox", "llama", "olmo2"].map(
		(name) => `hf/${name}`,
	),
	...["llama-sharded", "llama-bf16", "gpt-neox-f16", "gpt2-bin", "gpt2-bare", "bert-gamma-beta"].map(
		(name) => `hf-layouts/${name}`,
	),
	...["llama-legacy-config", "t5-extra-tables"].map((name) => `hf-layouts/${name}`),
];

/** What the oracle says of each state and sequence, as `[name, values]` in the order of our states. */
const expectedOf = (oracle: FamilyOracle, what: "saturation" | "saturation_c2", precision: "f32" | "f64") =>
	new Map<string, number[]>(
		Object.entries(oracle.stacks).flatMap(([stack, { states, [what]: saturation }]) =>
			states.map(({ name }, i) => [`${stack}.${name}`, saturation[precision].per_sequence[i]!] as const),
		),
	);

const tolerance = { float32: 1e-5, float64: 1e-10 } as const;

describe.each(fixtures)("saturation of %s", (name) => {
	for (const [precision, key] of [
		["float32", "f32"],
		["float64", "f64"],
	] as const)
		test(`is the oracle's in ${precision} to ${tolerance[precision]}, c = 1000 and c = 2, three sequences padded to one batch`, async () => {
			const oracle = await readFamilyOracle(name);
			const model = await openPretrained(oracle.folder);
			const runner = NetworkRunner.of(engine, model, precision);
			const batch = batchOf(
				sequencesOf(oracle).map((ids) => Int32Array.from(ids)),
				model.config.padToken ?? 0,
			);
			const places = statePlaces(model.stacks);
			const view = { key: "states", names: places.map((place) => place.name) };
			const params = await runner.load((tensor) => model.values(tensor, precision));
			for (const [c, what] of [
				[1000, "saturation"],
				[2, "saturation_c2"],
			] as const) {
				const expected = expectedOf(oracle, what, key);
				expect([...expected.keys()]).toEqual(view.names);
				const scaled = await runner.scaled(params, c);
				const states = await runner.show(params, batch, view);
				const limits = await runner.show(scaled, batch, view);
				const { sequences } = await runner.compare(batch, states, limits);
				for (const [i, state] of view.names.entries())
					for (const [b, value] of expected.get(state)!.entries())
						expect(
							Math.abs(1 - sequences[i * batch.batch + b]! - value),
							`${state}, sequence ${b}, c = ${c}`,
						).toBeLessThan(tolerance[precision]);
				disposeAll(scaled);
			}
			disposeAll(params);
			await runner.dispose();
			await model.close();
		});
});

const everything: SaturationOptions = {
	factor: 1000,
	precision: "float64" satisfies Precision,
	seeds: 2,
	heads: true,
	homogeneity: true,
	traps: true,
};

async function measure(name: string, options: Partial<SaturationOptions> = {}) {
	const oracle = await readFamilyOracle(name);
	const model = await openPretrained(oracle.folder);
	const sequences = sequencesOf(oracle).map((ids) => Int32Array.from(ids));
	const measured = await measureSaturation(engine, model, sequences, { ...everything, ...options });
	await model.close();
	return { oracle, measured, model };
}

test("a decoder-only model: a row a state and network, heads, curves, and traps, all of them finite", async () => {
	const fractions: number[] = [];
	const { oracle, measured } = await measure("hf/gpt2", {
		onProgress: (fraction) => fractions.push(fraction),
	});
	const { rows, heads, homogeneity, traps } = measured;
	const states = oracle.stacks.encoder!.states.length;
	expect(rows.length).toBe(3 * states);
	expect(rows.filter(({ network }) => network === "random").map(({ seed }) => seed)).toEqual([
		...Array(states).fill(0),
		...Array(states).fill(1),
	]);
	expect(fractions.at(-1)).toBe(1);
	for (const [i, expected] of oracle.stacks.encoder!.saturation.f64.mean.entries()) {
		expect(Math.abs(rows[i]!.sequence - expected)).toBeLessThan(1e-10);
		expect(rows[i]!.tokens).toBe(20);
		expect(rows[i]!.overflowed).toBe(0);
	}
	// Embeddings are homogeneous of degree 1: of saturation 1 in every network, and their own limit at every c.
	for (const row of rows.filter(({ state }) => state === "embeddings"))
		expect(row.saturation).toBeCloseTo(1, 12);
	for (const row of homogeneity.filter(({ layer }) => layer === 0)) {
		expect(row.distance).toBeLessThan(1e-12);
		expect(row.degree).toBeCloseTo(1, 12);
	}
	// Pre-norm: a final normalisation with gain and shift has degree 1; the stream before it grows as its sublayers.
	const degreeOf = (state: string) => homogeneity.findLast((row) => row.state === state)!.degree;
	expect(degreeOf("final_norm")).toBeCloseTo(1, 2);
	expect(degreeOf("block")).toBeGreaterThan(2.5);
	for (const { view, attention, positions, positionsShare, leak } of heads) {
		expect(attention).toBe("encoder");
		expect(positionsShare).toBeGreaterThanOrEqual(0);
		expect(positionsShare).toBeLessThanOrEqual(1);
		expect(leak).toBe(0);
		// The fixtures have no near ties at c = 1000: one position each.
		if (view === "scaled") expect(positions).toBeCloseTo(1, 12);
	}
	expect(new Set(traps.map(({ trap }) => trap))).toEqual(new Set(["skips", "dropout"]));
});

test("an encoder–decoder has its stacks apart, and heads of three kinds", async () => {
	const { measured } = await measure("hf/t5", { seeds: 0, homogeneity: false, traps: false });
	expect(new Set(measured.rows.map(({ stack }) => stack))).toEqual(new Set(["encoder", "decoder"]));
	expect(new Set(measured.heads.map(({ attention }) => attention))).toEqual(
		new Set(["encoder", "decoder", "cross"]),
	);
	for (const { attention, leak, view } of measured.heads)
		if (view === "soft" && attention === "decoder") expect(leak).toBe(0);
		else if (view === "soft") expect(leak).toBeGreaterThan(0);
});

test("trap: the skips of a post-norm model are gone at c = 1000, and were not at θ", async () => {
	const { measured } = await measure("hf/bert", { seeds: 0, heads: false, homogeneity: false });
	const skips = measured.traps.filter(({ trap, state }) => trap === "skips" && state === "block");
	expect(skips.length).toBe(3);
	for (const { right, wrong } of skips) {
		expect(right).toBeLessThan(0.999);
		expect(wrong).toBeGreaterThan(0.9999);
	}
});

test("trap: with dropout on, a random model's saturation is another number, and every pass draws the same masks", async () => {
	const [first, second] = [await measure("hf/bert", { seeds: 1 }), await measure("hf/bert", { seeds: 1 })];
	const dropout = first.measured.traps.filter(({ trap }) => trap === "dropout");
	expect(second.measured.traps.filter(({ trap }) => trap === "dropout")).toEqual(dropout);
	const random = first.measured.rows.filter(({ network }) => network === "random");
	for (const [i, { right, wrong, state }] of dropout.entries()) {
		// The same passages and the same seed.
		expect(right).toBeCloseTo(random[i]!.saturation, 12);
		if (state === "embeddings") expect(wrong).toBeLessThan(0.95);
		else expect(Math.abs(right - wrong)).toBeGreaterThan(1e-3);
	}
});

test("c = 1 is saturation 1 exactly, in both precisions and every state", async () => {
	for (const precision of ["float32", "float64"] as const) {
		const { measured } = await measure("hf/llama", {
			factor: 1,
			precision,
			heads: false,
			homogeneity: false,
			traps: false,
			seeds: 1,
		});
		for (const row of measured.rows) expect(row).toMatchObject({ saturation: 1, sequence: 1 });
	}
});
