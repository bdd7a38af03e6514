import { expect, test } from "vitest";
import {
	equallyDistant,
	evenlySpaced,
	jointCosine,
	jointNorm,
	misalignedShare,
	stepBetween,
} from "./series.ts";

const dot = (x: readonly number[], y: readonly number[]) =>
	x.reduce((sum, value, i) => sum + value * y[i]!, 0);
const norm = (x: readonly number[]) => Math.sqrt(dot(x, x));
const cosine = (x: readonly number[], y: readonly number[]) => dot(x, y) / (norm(x) * norm(y));

test("size and alignment from norms and cosine equal those of the vectors themselves", () => {
	const before = [3, -1, 2, 0.5];
	const after = [3.5, -1.25, 1, 4];
	const difference = after.map((value, i) => value - before[i]!);
	const step = stepBetween(norm(before), norm(after), cosine(before, after));
	expect(step.size).toBeCloseTo(norm(difference), 12);
	expect(step.alignment).toBeCloseTo(cosine(before, difference), 12);
});

test("a vector's norm and cosine follow from those of its parts", () => {
	const [before, after] = [
		[
			[3, -1],
			[2, 0.5],
		],
		[
			[3.5, -1.25],
			[1, 4],
		],
	];
	expect(jointNorm(before!.map(norm))).toBeCloseTo(norm(before!.flat()), 12);
	const cosines = before!.map((part, i) => cosine(part, after![i]!));
	expect(jointCosine(before!.map(norm), after!.map(norm), cosines)).toBeCloseTo(
		cosine(before!.flat(), after!.flat()),
		12,
	);
});

test("no step has length 0 and no alignment", () => {
	expect(stepBetween(5, 5, 1)).toEqual({ size: 0, alignment: undefined });
});

test("steps at right angles to the parameters explain all the growth of the squared norm", () => {
	const norms = [3, Math.hypot(3, 4), Math.hypot(3, 4, 12)];
	const cosines = [3 / 5, 5 / 13];
	const steps = cosines.map((value, i) => stepBetween(norms[i]!, norms[i + 1]!, value));
	expect(steps.map(({ size }) => size)).toEqual([expect.closeTo(4, 12), expect.closeTo(12, 12)]);
	expect(misalignedShare(norms, steps)).toBeCloseTo(1, 12);
});

test("of a schedule that is dense at first, only steps at equal distances count", () => {
	const steps = [0, 1, 2, 4, 8, 16, 32, 64, 100, 150, 200, 250, 260];
	expect(evenlySpaced(steps)).toEqual([0, 100, 150, 200, 250, 260]);
	expect(equallyDistant(steps)).toEqual([150, 200, 250]);
});

test("an even series stays whole, its shorter last interval included", () => {
	const steps = [0, 5100, 10200, 15300, 16000];
	expect(evenlySpaced(steps)).toEqual(steps);
	expect(equallyDistant(steps)).toEqual([5100, 10200, 15300]);
});
