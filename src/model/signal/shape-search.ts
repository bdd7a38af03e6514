/**
 * The search for the input parameters s = inScale and b = inShift of a shaped activation: two equations, Q′(1) = 1 and
 * κ = target.
 *
 * Where κ is small so is s, and the equations to leading order are solved by hand. With φ₁, φ₂, φ₃ the derivatives at b
 *
 *     DKS    φ₁φ₃ = −φ₂²/2       s² = 2κ·φ₁²/φ₂²
 *     TAT    φ₁φ₃ = −φ₂²/√2      s² = κ·φ₁²/φ₂²
 *
 * From there Newton's method follows the solution as κ grows to what is asked. Of several roots b the one of least s is
 * taken, among those where the activation is at least half as steep as at its steepest: flat places would need a large
 * outScale, whose networks agree badly with their maps. (The authors' code selects by inScale·outScale < 2, likewise.)
 */
import { newton, type Pair } from "./newton.ts";
import type { Smooth } from "./smooth-activation.ts";

/** φ₁φ₃ + ratio·φ₂² = 0 and s² = scale·κ·φ₁²/φ₂². */
export interface LeadingOrder {
	readonly ratio: number;
	readonly scale: number;
}

/** The two conditions on the activation with these input parameters. */
type Conditions = (inScale: number, inShift: number) => { readonly qSlope: number; readonly kappa: number };

/** The input parameters with Q′(1) = 1 and κ = `target`; or without them, the largest κ that was `reached`. */
export function searchInput(
	phi: Smooth,
	smallKappa: LeadingOrder,
	target: number,
	conditions: Conditions,
): { input?: { inScale: number; inShift: number }; reached: number } {
	const { starts, widest } = survey(phi, smallKappa.ratio);
	let reached = 0;
	for (const { inShift, bend } of starts) {
		let kappa = Math.min(target, 0.01);
		let point: Pair = [Math.log(smallKappa.scale * kappa) / 2 - Math.log(bend), inShift];
		let next = kappa;
		for (let growth = 2; growth > 1.01; next = Math.min(target, kappa * growth)) {
			const equations = ([logScale, shift]: Pair): Pair => {
				const inScale = Math.exp(logScale);
				if (inScale > widest) return [Number.NaN, Number.NaN];
				const at = conditions(inScale, shift);
				return [(at.qSlope - 1) / next, Math.log(at.kappa / next)];
			};
			const solution = newton(equations, [point[0] + Math.log(next / kappa) / 2, point[1]]);
			if (solution) {
				[point, kappa] = [solution, next];
				reached = Math.max(reached, kappa);
				if (kappa === target) return { input: { inScale: Math.exp(point[0]), inShift: point[1] }, reached };
			} else growth = Math.sqrt(growth);
		}
	}
	return { reached };
}

/**
 * Where to look for solutions: `starts`, the roots b of φ₁φ₃ + λφ₂² where φ is steep, with |φ₂/φ₁|, those of the least s
 * first; and `widest`, the s up to which means by quadrature are right to 1e-11.
 */
function survey(phi: Smooth, lambda: number) {
	const h = 1e-4;
	const third = (b: number) => (phi(b + h)[2] - phi(b - h)[2]) / (2 * h);
	const g = (b: number) => phi(b)[1] * third(b) + lambda * phi(b)[2] ** 2;
	// From above, so that of the mirrored roots of an odd activation the positive one comes first.
	const grid = Array.from({ length: 193 }, (_, i) => 6 - i / 16);
	const steepest = Math.max(...grid.map((b) => Math.abs(phi(b)[1])));
	const mostCurved = Math.max(...grid.map((b) => Math.abs(phi(b)[2])));
	const starts = grid
		.slice(1)
		.flatMap((low, i) => (g(low) * g(grid[i]!) < 0 ? [bisect(g, low, grid[i]!)] : []))
		.filter((b) => Math.abs(phi(b)[1]) >= steepest / 2)
		.map((inShift) => ({ inShift, bend: Math.abs(phi(inShift)[2] / phi(inShift)[1]) }))
		.sort((a, b) => b.bend - a.bend);
	return { starts, widest: (1.5 * steepest) / mostCurved };
}

/** A root between the ends, where g changes sign. */
function bisect(g: (x: number) => number, low: number, high: number): number {
	const sign = Math.sign(g(low));
	for (let i = 0; i < 30; i++) {
		const middle = (low + high) / 2;
		if (Math.sign(g(middle)) === sign) low = middle;
		else high = middle;
	}
	return (low + high) / 2;
}
