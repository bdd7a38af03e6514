import { describe, expect, test } from "vitest";
import { meanFieldAt, meanFieldEvents, meanFieldPoint } from "./mean-field.ts";

describe("the idealised flow", () => {
	test("−v′ overtakes u′ at τ = 3.564722 and the last class is correct at 12.979411, to 1e-6", () => {
		const { half, end } = meanFieldEvents();
		expect(half.time).toBeCloseTo(3.564722, 6);
		expect(half.u).toBeCloseTo(0.406613, 6);
		expect(half.v).toBeCloseTo(-0.198572, 6);
		expect(half.loss).toBeCloseTo(0.58348, 5);
		expect(half.classLosses[1]).toBeCloseTo(0.802568, 6);
		expect(half.ratio).toBeCloseTo(1, 9);
		expect(end.time).toBeCloseTo(12.979411, 6);
		expect(end.u).toBeCloseTo(0.99618, 6);
		expect(end.v).toBeCloseTo(-0.99618, 6);
		expect(end.loss).toBeCloseTo(0.440576, 6);
		expect(end.ratio).toBeCloseTo(1.49028, 5);
	});

	test("passes through the table of the specification, to its printed digits", () => {
		const table = [
			[1, 0.145873, -0.023288, 0.649651],
			[10, 0.835313, -0.758198, 0.476979],
			[100, 3.297843, -4.496844, 0.147508],
			[1e3, 7.691107, -11.147069, 0.0175458],
			[1e4, 12.361222, -18.159932, 0.00171463],
			[1e6, 21.590359, -32.004461, 1.70033e-5],
		] as const;
		const points = meanFieldAt(table.map(([time]) => time));
		expect(points).toHaveLength(table.length);
		table.forEach(([, u, v, loss], i) => {
			expect(points[i]!.u).toBeCloseTo(u, 6);
			expect(points[i]!.v).toBeCloseTo(v, 6);
			expect(points[i]!.loss / loss).toBeCloseTo(1, 5);
		});
		const [s1, s2] = points[2]!.sums;
		expect(s1 / s2).toBeCloseTo(1.41431, 5);
		expect(points[2]!.ratio).toBeCloseTo(1.5285, 4);
	});

	test("tends to S = 7 : 5 : 5 : 0, R = 3/2 and L̂τ = 17, each within 0.1 % at τ = 1e7", () => {
		const [{ loss, sums, ratio }] = meanFieldAt([1e7]) as [ReturnType<typeof meanFieldPoint>];
		expect((sums[0] / sums[1] / 7) * 5).toBeCloseTo(1, 3);
		expect(sums[3] / sums[1]).toBeLessThan(1e-9);
		expect(ratio).toBeCloseTo(1.5, 3);
		expect((loss * 1e7) / 17).toBeCloseTo(1, 3);
	});

	test("the loss of class 2 has its peak at T0.5: it is lower a hundredth before and after", () => {
		const { half } = meanFieldEvents();
		const [before, after] = meanFieldAt([half.time - 0.01, half.time + 0.01]);
		expect(before!.classLosses[1]).toBeLessThan(half.classLosses[1]);
		expect(after!.classLosses[1]).toBeLessThan(half.classLosses[1]);
	});

	test("starts at rest in v and at 1/6 in u, with every loss ln 2", () => {
		const [first] = meanFieldAt([0]);
		expect(first).toEqual(meanFieldPoint(0, 0, 0));
		expect(first!.sums[0] - first!.sums[1]).toBeCloseTo(1 / 6, 15);
		expect(first!.ratio).toBeCloseTo(0, 15);
		expect(first!.loss).toBeCloseTo(Math.LN2, 15);
	});
});
