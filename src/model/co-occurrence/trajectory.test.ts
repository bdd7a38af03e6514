import { expect, test } from "vitest";
import { coOccurrenceSet, drawSamples } from "../../data/co-occurrence.ts";
import { descent } from "../../flow/descent.ts";
import { dormandPrince } from "../../flow/dormand-prince.ts";
import { endOf } from "../../flow/end.ts";
import { golden } from "../../study/co-occurrence/golden.ts";
import type { Form, Observation } from "./form.ts";
import { formOf } from "./forms.ts";
import { initialise } from "./initialise.ts";
import { layoutOf } from "./layout.ts";
import { recoverMlp } from "./reduced.ts";

const names = ["full", "reduced", "closed"] as const;

const dataset = coOccurrenceSet({ samples: 12, length: 4, irrelevant: "unique", words: 26, seed: 1 });
const sizes = { words: 26, width: 24, neurons: 8 };
const parameters = initialise(sizes, { name: "gaussian", mlp: 0.25, value: 0.25, attention: 0.25 }, 1);

const follow = (form: Form, state: Float64Array, from: number, to: number) =>
	endOf(
		dormandPrince(form.field, state, {
			...{ from, to },
			...{ relativeTolerance: 1e-12, absoluteTolerance: 1e-14, norm: "max" },
		}),
	).state;

/** Everything in an observation but what the forms count differently: the constant in ‖W‖² − ‖W_V‖². */
function flat({ traces, ...rest }: Observation): [string, number][] {
	const numbers = Object.entries(rest).flatMap(([key, value]): [string, number][] =>
		typeof value === "number" ? [[key, value]] : Array.from(value, (x, i) => [`${key}[${i}]`, x]),
	);
	return [...numbers, ["traces.attention", traces.attention]];
}

test("the golden vector's trajectory has every printed digit at t = 1, 5 and 50, in all three forms", () => {
	for (const name of names) {
		const form = formOf(name, golden.dataset, golden.parameters);
		let state = form.stateOf(golden.parameters);
		let from = 0;
		for (const { time, loss, G, first, scores } of golden.trajectory) {
			state = follow(form, state, from, time);
			from = time;
			const seen = form.observe(state);
			expect(Math.abs(seen.loss - loss)).toBeLessThan(1e-13);
			for (const [i, g] of G.entries()) expect(Math.abs(seen.G[i]! - g)).toBeLessThan(1e-12);
			// (key, query) = (2, 1), (1, 2), (3, 1), (3, 2).
			for (const [i, at] of [3, 1, 6, 7].entries())
				expect(Math.abs(seen.scores[at]! - scores[i]!)).toBeLessThan(1e-12);
			if (name === "full") expect(Math.abs(state[0]! - first)).toBeLessThan(1e-12);
			if (name === "reduced")
				expect(Math.abs(recoverMlp(golden.parameters, state)[0]! - first)).toBeLessThan(1e-12);
			// L̂(t) + ∫‖∇L̂‖² = L̂(0): the state's last number.
			expect(Math.abs(seen.loss + seen.dissipated - golden.start.loss)).toBeLessThan(1e-13);
		}
	}
});

test("a hundred steps of gradient descent end at the golden vector's loss, in the full and the reduced form", () => {
	for (const name of ["full", "reduced"] as const) {
		const form = formOf(name, golden.dataset, golden.parameters);
		const { state } = endOf(descent(form.field, form.stateOf(golden.parameters), golden.descent));
		expect(Math.abs(form.observe(state).loss - golden.descent.loss)).toBeLessThan(1e-13);
	}
});

for (const attention of ["trained", "frozen"] as const)
	test(`full, reduced and closed form see the same along a trajectory with ${attention} attention, to 1e-10`, () => {
		const forms = names.map((name) => formOf(name, dataset, parameters, { attention }));
		let states = forms.map((form) => form.stateOf(parameters));
		for (const [from, to] of [
			[0, 1],
			[1, 10],
		] as const) {
			states = forms.map((form, i) => follow(form, states[i]!, from, to));
			const [full, ...others] = forms.map((form, i) => flat(form.observe(states[i]!)));
			for (const other of others)
				for (const [i, [key, value]] of other.entries())
					expect(Math.abs(value - full![i]![1]), key).toBeLessThan(1e-10);
		}
		const [full, reduced] = states;
		const recovered = recoverMlp(parameters, reduced!);
		for (const [i, x] of recovered.entries()) expect(Math.abs(x - full![i]!)).toBeLessThan(1e-10);
	});

test("frozen attention leaves W_K and W_Q where they were, and the flow still learns", () => {
	const form = formOf("reduced", dataset, parameters, { attention: "frozen" });
	const start = form.stateOf(parameters);
	const end = follow(form, start, 0, 20);
	const { key, dissipated } = layoutOf(sizes, "reduced");
	expect(end.subarray(key, dissipated)).toEqual(start.subarray(key, dissipated));
	const [before, after] = [form.observe(start), form.observe(end)];
	expect(after.loss).toBeLessThan(before.loss / 5);
	expect(Math.max(...after.scoreRates.map(Math.abs))).toBe(0);
	expect(Math.abs(after.loss + after.dissipated - before.loss)).toBeLessThan(1e-11);
});

test("every rate of an observation is the derivative of its quantity, by finite differences to 1e-7", () => {
	const pairs = [
		["G", "GRate"],
		["scores", "scoreRates"],
		["valueGram", "valueGramRates"],
	] as const;
	for (const name of names) {
		const form = formOf(name, dataset, parameters);
		const state = follow(form, form.stateOf(parameters), 0, 3);
		const slope = new Float64Array(form.length);
		form.field(0, state, slope);
		const h = 1e-5;
		const [before, after] = [-h, h].map((by) => form.observe(state.map((x, i) => x + by * slope[i]!)));
		const now = form.observe(state);
		const expectRate = (rate: number, low: number, high: number, what: string) =>
			expect(Math.abs(rate - (high - low) / (2 * h)), what).toBeLessThan(1e-7);
		for (const [quantity, rate] of pairs)
			for (const [i, x] of now[rate].entries())
				expectRate(x, before![quantity][i]!, after![quantity][i]!, rate);
		for (const [i, rate] of now.marginRates.entries()) {
			const y = dataset.labels[i]!;
			expectRate(rate, y * before!.outputs[i]!, y * after!.outputs[i]!, "marginRates");
		}
		expectRate(now.bRate, before!.b, after!.b, "bRate");
		expectRate(-now.squaredGradient, before!.loss, after!.loss, "squaredGradient");
	}
});

test("of a state trained on one set, a form of other samples sees their outputs: class and label decide the loss", () => {
	const trained = formOf("reduced", dataset, parameters);
	const state = follow(trained, trained.stateOf(parameters), 0, 200);
	const fresh = drawSamples({ samples: 300, length: 4, words: 26, irrelevant: [3, 26], seed: 8 });
	const seen = formOf("reduced", fresh, parameters).observe(state);
	const right = seen.outputs.filter((output, i) => output * fresh.labels[i]! > 0).length;
	expect(right / 300).toBeGreaterThan(0.9);
	expect(seen.loss).toBeLessThan(0.3);
	expect(seen.G).toEqual(trained.observe(state).G);
});
