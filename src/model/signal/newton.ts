/**
 * Newton's method for two equations in two unknowns, damped: of the full step, its half, its quarter, ... the first that
 * lowers the residual is taken. Derivatives are central differences.
 */

export type Pair = readonly [number, number];

/** Residuals below `fine` end the iteration; where rounding stops it before, those below `tolerance` will do. */
const fine = 1e-11;
const tolerance = 1e-8;
const difference = 1e-5;

/**
 * A root of `f` near `start`, or undefined where the iteration comes to rest elsewhere or leaves the numbers. Equations
 * and unknowns should be of order 1.
 */
export function newton(f: (x: Pair) => Pair, start: Pair): Pair | undefined {
	let x = start;
	let y = f(x);
	for (let iteration = 0; iteration < 50 && !(size(y) < fine); iteration++) {
		const [a, c] = derivative(f, x, 0);
		const [b, d] = derivative(f, x, 1);
		const determinant = a * d - b * c;
		const step: Pair = [(b * y[1] - d * y[0]) / determinant, (c * y[0] - a * y[1]) / determinant];
		const better = damped(f, x, y, step);
		if (!better) break;
		[x, y] = better;
	}
	return size(y) < tolerance ? x : undefined;
}

/** A point along `step` with a smaller residual, and its residual. */
function damped(f: (x: Pair) => Pair, x: Pair, y: Pair, step: Pair): [Pair, Pair] | undefined {
	for (let factor = 1; factor > 1e-3; factor /= 2) {
		const candidate: Pair = [x[0] + factor * step[0], x[1] + factor * step[1]];
		const residual = f(candidate);
		if (size(residual) < size(y)) return [candidate, residual];
	}
	return undefined;
}

function derivative(f: (x: Pair) => Pair, x: Pair, along: 0 | 1): Pair {
	const moved = (by: number): Pair => (along === 0 ? [x[0] + by, x[1]] : [x[0], x[1] + by]);
	const [up, down] = [f(moved(difference)), f(moved(-difference))];
	return [(up[0] - down[0]) / (2 * difference), (up[1] - down[1]) / (2 * difference)];
}

const size = ([a, b]: Pair): number => Math.max(Math.abs(a), Math.abs(b));
