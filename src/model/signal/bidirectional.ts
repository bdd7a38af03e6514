/**
 * Signal-preserving attention without a causal mask: the symmetric square roots of two kernels take the place of their
 * Cholesky factors (He et al. 2023, appendix A; specification, §2.2).
 *
 *     A = Σ_out^½ Σ_in^−½        the layers of a path from the identity multiply to Σ_L^½
 *
 * Unlike a causal layer, one of T' < T tokens is no prefix of that of T. Uniform kernels commute, and all is in closed
 * form: positive, with the same D everywhere. That A ≥ 0 for exponential ones is observed on grids of decays, not proved;
 * far from the diagonal the entries are below what float64 resolves.
 */
import { checkCount, rowsOf } from "./checks.ts";
import { checkGammaStep } from "./e-spa.ts";
import { exponentialPower } from "./exponential-root.ts";
import { denseLayer, product, type SpaLayer } from "./layer.ts";
import type { GammaStep, RhoStep } from "./schedule.ts";
import { checkRhoStep } from "./u-spa.ts";

/** A layer of E-SPA, O(T³) for each new length T. Throws UserError unless 0 < gammaOut ≤ gammaIn, gammaOut finite. */
export function bidirectionalESpa(step: GammaStep): SpaLayer {
	checkGammaStep(step);
	const { gammaIn, gammaOut } = step;
	return denseLayer((length) => {
		const root = exponentialPower(gammaOut, length, 1 / 2);
		if (gammaIn === Number.POSITIVE_INFINITY) return root;
		return product(root, exponentialPower(gammaIn, length, -1 / 2), length, length);
	});
}

/** A layer of U-SPA, A = p I + q 1 1ᵀ, applied in O(T). Throws UserError unless 0 ≤ rhoIn ≤ rhoOut < 1. */
export function bidirectionalUSpa(step: RhoStep): SpaLayer {
	checkRhoStep(step);
	const { rhoIn, rhoOut } = step;
	const own = Math.sqrt((1 - rhoOut) / (1 - rhoIn)); // p: of what differs between tokens
	/** D = p + q T: of what all tokens share. */
	const shared = (length: number) => Math.sqrt((1 + (length - 1) * rhoOut) / (1 + (length - 1) * rhoIn));
	const fill = (length: number, of: (weight: number, total: number) => number) => {
		checkCount("length", length);
		const total = shared(length);
		const other = (total - own) / length; // q
		const matrix = new Float64Array(length * length).fill(of(other, total));
		for (let i = 0; i < length; i++) matrix[i * (length + 1)] = of(own + other, total);
		return matrix;
	};
	return {
		matrix: (length) => fill(length, (weight) => weight),
		weights: (length) => fill(length, (weight, total) => weight / total),
		bias: (length) => fill(length, (weight, total) => Math.log(weight / total)),
		rescaling(length) {
			checkCount("length", length);
			return new Float64Array(length).fill(shared(length));
		},
		apply(x, width) {
			const rows = rowsOf(x, width);
			const sums = new Float64Array(width);
			for (const [at, value] of x.entries()) sums[at % width]! += value;
			const other = (shared(rows) - own) / rows;
			return x.map((value, at) => own * value + other * sums[at % width]!);
		},
		clamped: () => 0,
	};
}
