import { expect, test } from "vitest";
import { coOccurrenceSet } from "../../data/co-occurrence.ts";
import { descent } from "../../flow/descent.ts";
import { dormandPrince } from "../../flow/dormand-prince.ts";
import { endOf } from "../../flow/end.ts";
import { formOf } from "../../model/co-occurrence/forms.ts";
import { initialise } from "../../model/co-occurrence/initialise.ts";
import { layoutOf } from "../../model/co-occurrence/layout.ts";
import { conservedDrifts, type Drifts } from "./conserved.ts";

/** 12 samples of 4 words need 25 words; the 26th and 27th are unseen. */
const dataset = coOccurrenceSet({ samples: 12, length: 4, irrelevant: "unique", words: 27, seed: 2 });
const sizes = { words: 27, width: 24, neurons: 8 };
const parameters = initialise(sizes, { name: "gaussian", mlp: 0.25, value: 0.25, attention: 0.25 }, 2);
const setup = (name: "full" | "reduced" | "closed") => {
	const form = formOf(name, dataset, parameters);
	return { form, start: form.stateOf(parameters) };
};
const flowTo = (name: "full" | "reduced" | "closed", relativeTolerance: number): Drifts => {
	const { form, start } = setup(name);
	return conservedDrifts(
		form,
		start,
		endOf(dormandPrince(form.field, start, { to: 20, relativeTolerance })).state,
	);
};

test("C1 and C2 drift with the tolerance of the integrator: below 1e-12 at 1e-11, a thousand times more at 1e-6", () => {
	for (const name of ["full", "reduced"] as const) {
		const [fine, coarse] = [flowTo(name, 1e-11), flowTo(name, 1e-6)];
		for (const key of ["mlp", "attention", "mlpTrace", "attentionTrace"] as const)
			expect(fine[key]).toBeLessThan(1e-12);
		expect(coarse.mlp).toBeGreaterThan(1000 * fine.mlp!);
		expect(coarse.mlp).toBeLessThan(1e-6);
	}
});

test("C3, C4 and C5 are linear: round-off whatever the tolerance, and exactly zero for unseen words", () => {
	const loose = flowTo("full", 1e-2);
	expect(loose.mlp).toBeGreaterThan(1e-6);
	expect(loose.directions).toBeLessThan(1e-14);
	expect(loose.keys).toBeLessThan(1e-13);
	expect(loose.unseen).toBe(0);
});

test("C8 of the closed form drifts by at most 1e-11 at a tolerance of 1e-12", () => {
	const { form, start } = setup("closed");
	const { state } = endOf(
		dormandPrince(form.field, start, {
			to: 20,
			relativeTolerance: 1e-12,
			absoluteTolerance: 1e-14,
			norm: "max",
		}),
	);
	const drifts = conservedDrifts(form, start, state);
	expect(Object.keys(drifts).sort()).toEqual(
		["attentionSquares", "attentionTrace", "keySum", "mlpSquares", "mlpTrace", "unseen"].sort(),
	);
	for (const [name, drift] of Object.entries(drifts)) expect(drift, name).toBeLessThan(1e-11);
	expect(drifts.unseen).toBe(0);
	// They are conserved because the flow is one, not because nothing moves.
	start[1]! += 0.1;
	expect(conservedDrifts(form, start, state).mlpSquares).toBeGreaterThan(1e-4);
});

test("a step of descent changes C1 by exactly η²(dWᵀdW − dW_V dW_Vᵀ) and C2 by η²(dW_K dW_Kᵀ − dW_Q dW_Qᵀ), to 1e-14", () => {
	const { form, start } = setup("full");
	const rate = 0.5;
	const slope = new Float64Array(form.length);
	form.field(0, start, slope);
	const { state } = endOf(descent(form.field, start, { rate, steps: 1 }));
	const { words, width, neurons } = sizes;
	const at = layoutOf(sizes, "full");
	const gram = (from: number, rows: number, r: number, s: number) => {
		let sum = 0;
		for (let k = 0; k < rows; k++) sum += slope[from + k * width + r]! * slope[from + k * width + s]!;
		return sum;
	};
	let [mlp, attention] = [0, 0];
	for (let r = 0; r < width; r++)
		for (let s = 0; s < width; s++) {
			mlp = Math.max(mlp, Math.abs(gram(0, neurons, r, s) - gram(at.value, words, r, s)));
			attention = Math.max(attention, Math.abs(gram(at.key, words, r, s) - gram(at.query, words, r, s)));
		}
	const drifts = conservedDrifts(form, start, state);
	expect(mlp).toBeGreaterThan(1e-3);
	expect(Math.abs(drifts.mlp! - rate ** 2 * mlp)).toBeLessThan(1e-14);
	expect(Math.abs(drifts.attention! - rate ** 2 * attention)).toBeLessThan(1e-14);
});
