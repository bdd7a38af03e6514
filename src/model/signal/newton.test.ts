import { expect, test } from "vitest";
import { newton } from "./newton.ts";

test("it finds where a circle meets a cubic to 1e-11, and roots from where full steps would lead away", () => {
	for (const start of [
		[1, 1.5],
		[0.4, 1],
		[5, 3],
	] as const) {
		const root = newton(([x, y]) => [x * x + y * y - 2, y - x ** 3], start)!;
		// Both roots are (x, x) with |x| = 1.
		for (const x of root) expect(Math.abs(Math.abs(x) - 1)).toBeLessThan(1e-11);
		expect(root[0] * root[1]).toBeGreaterThan(0);
	}
	// Undamped, Newton's method for arctan diverges from beyond 1.39.
	const [x] = newton(([a, b]) => [Math.atan(a), b], [3, 1])!;
	expect(Math.abs(x)).toBeLessThan(1e-10);
});

test("where there is no root it says so: at a minimum above zero, with a singular Jacobian, and outside the domain", () => {
	expect(newton(([x, y]) => [1 + x * x, y], [0.5, 1])).toBeUndefined();
	expect(newton(() => [1, 1], [0, 0])).toBeUndefined();
	expect(newton(([x, y]) => [Math.log(x), y], [-1, 1])).toBeUndefined();
});
