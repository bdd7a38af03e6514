import { expect, test } from "vitest";
import { fixedLength } from "./dynamics.ts";
import { equilibriumOf, fixedStepEquilibrium, normAfter, timeConstant } from "./equilibrium.ts";

const [rate, decay] = [0.01, 0.1];

test("steps of length 0.01 at η = 0.01, λ = 0.1 hold the norm 0.223663, by the leading term 0.223607; angle 0.04471 (1e-5)", () => {
	const { norm, angle } = fixedStepEquilibrium(rate, rate, decay);
	expect(norm.toFixed(6)).toBe("0.223663");
	expect(Math.sqrt(rate / (2 * decay)).toFixed(6)).toBe("0.223607");
	expect(Math.abs(rate / norm - 0.04471)).toBeLessThan(1e-5);
	// The angle itself is to the norm that decay has just shrunk.
	expect(Math.abs(Math.tan(angle) - rate / norm / (1 - rate * decay))).toBeLessThan(1e-15);
	expect(Math.sqrt(2 * rate * decay).toFixed(5)).toBe("0.04472");
});

test("the recursion reaches that norm from above and from below, and follows the finite-time solution to 1e-12", () => {
	const { norm } = fixedStepEquilibrium(rate, rate, decay);
	for (const initial of [0.01, 3]) {
		const times = [1, 10, 500, 30_000];
		const norms = fixedLength(initial, 1, () => rate, times, decay);
		for (const [i, t] of times.entries())
			expect(Math.abs(norms[i]! / normAfter(initial, norm, rate, decay, t) - 1)).toBeLessThan(1e-12);
		expect(norms.at(-1)).toBeCloseTo(norm, 10);
	}
});

test("after one time constant, 500 steps here, 1/e of the distance of r² is left", () => {
	expect(timeConstant(rate, decay)).toBeCloseTo(500, 0);
	const left = normAfter(3, 1, rate, decay, timeConstant(rate, decay)) ** 2 - 1;
	expect(left / 8).toBeCloseTo(1 / Math.E, 12);
	// PyTorch's defaults over an epoch of Penn Treebank (2,629 batches): e^−0.026 in the norm.
	expect(Math.log(normAfter(1, 0, 1e-3, 1e-2, 2629)).toFixed(3)).toBe("-0.026");
});

test("scale-invariant SGD: r ← r(1 − ηλ) and a step of ηG/r settle at (ηG²/2λ)^¼ to first order in ηλ", () => {
	let square = 4;
	for (let t = 0; t < 20_000; t++) square = (1 - rate * decay) ** 2 * square + (rate * 3) ** 2 / square;
	const sgd = { name: "sgd", learningRate: rate, weightDecay: decay, momentum: 0, nesterov: false } as const;
	const { norm } = equilibriumOf(sgd, { gradient: 3, parameters: 1 })!;
	expect(Math.abs(Math.sqrt(square) / norm - 1)).toBeLessThan(rate * decay);
});

test("AdamW's equilibrium ignores the gradient's size, Adam's with L2 has its cube root, SGD's its square root", () => {
	const ratio = (optimizer: Parameters<typeof equilibriumOf>[0]) => {
		const at = (gradient: number) => equilibriumOf(optimizer, { gradient, parameters: 100 })!.norm;
		return at(8) / at(1);
	};
	const adam = {
		learningRate: rate,
		weightDecay: decay,
		betas: [0.9, 0.999] as [number, number],
		epsilon: 0,
	};
	expect(ratio({ name: "adamw", decayed: "all", ...adam })).toBe(1);
	expect(ratio({ name: "adam", ...adam })).toBeCloseTo(2, 12);
	const sgd = {
		name: "sgd",
		learningRate: rate,
		weightDecay: decay,
		momentum: 0.9,
		nesterov: false,
	} as const;
	expect(ratio(sgd)).toBeCloseTo(Math.sqrt(8), 12);
});

test("without weight decay there is no equilibrium", () => {
	const sgd = { name: "sgd", learningRate: rate, weightDecay: 0, momentum: 0, nesterov: false } as const;
	expect(equilibriumOf(sgd, { gradient: 1, parameters: 1 })).toBeUndefined();
});
