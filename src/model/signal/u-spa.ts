/**
 * U-SPA: causal attention that leads from one uniform kernel to a more alike one (He et al. 2023; specification, §3.2).
 *
 * With L the Cholesky factor of (1 − ρ) I + ρ 1 1ᵀ, the layer is A = L(ρ_out) L(ρ_in)⁻¹. L is constant in each column
 * below the diagonal (c_j) and L⁻¹ in each row before it (−e_i), so A is semiseparable: with d its diagonal entries,
 * and primes for those of ρ_out,
 *
 *     A_ii = d'_i / d_i,   A_ij = c'_j / d_j − Σ_(j<k<i) c'_k e_k − d'_i e_i   (i > j)
 *
 * A is non-negative for ρ_out ≥ ρ_in: it solves dA/dρ_out = M A with off-diagonal entries of M positive (§3.2).
 */
import { UserError } from "../../error.ts";
import { checkRho } from "./checks.ts";
import { type CausalSpaLayer, causalLayer } from "./layer.ts";
import type { RhoStep } from "./schedule.ts";
import { uniformFactor } from "./target-kernel.ts";

/** A causal layer of U-SPA: A_ij = row_i + column_j for i > j, up to rounding, of terms much larger than their sum. */
export interface USpaLayer extends CausalSpaLayer {
	/** The entries of the diagonal, and the terms; [T] each. */
	ranks(length: number): Record<"diagonal" | "row" | "column", Float64Array>;
}

/**
 * A causal layer of U-SPA. Throws UserError unless 0 ≤ rhoIn ≤ rhoOut < 1: otherwise weights would be negative.
 *
 * The smallest weight is about (ρ_out − ρ_in) / (1 + ρ_out T)², and the error of each about 1e-16: at 36 layers and
 * 2048 tokens, 3e-10 of the smallest. A weight that rounding takes below 0 counts as 0, its logarithm −∞.
 */
export function uSpa(step: RhoStep): USpaLayer {
	checkRhoStep(step);
	const from = uniformFactor(step.rhoIn);
	const to = uniformFactor(step.rhoOut);
	const still = step.rhoIn === step.rhoOut;

	const layer = causalLayer({
		logRow(i) {
			const row = new Float64Array(i + 1);
			row[i] = Math.log(to.diagonal(i) / from.diagonal(i));
			// What is subtracted, from the diagonal outwards: its terms grow, so the smallest are added first.
			let past = -to.diagonal(i) * from.before(i);
			for (let j = i - 1; j >= 0; j--) {
				row[j] = Math.log(still ? 0 : Math.max(0, to.below(j) / from.diagonal(j) - past));
				past -= to.below(j) * from.before(j);
			}
			return row;
		},
		rowSums(length) {
			let before = 0; // Σ_(k<i) c'_k v_k
			return Float64Array.from({ length }, (_, i) => {
				const own = from.inverseSum(i);
				const sum = to.diagonal(i) * own + before;
				before += to.below(i) * own;
				return sum;
			});
		},
		apply(x, rows, width) {
			const y = new Float64Array(x.length);
			const seen = new Float64Array(width); // Σ_(k<i) x_k
			const carried = new Float64Array(width); // Σ_(k<i) c'_k z_k, where z = L(ρ_in)⁻¹ x
			for (let i = 0; i < rows; i++) {
				const [own, before] = [1 / from.diagonal(i), from.before(i)];
				const [diagonal, below] = [to.diagonal(i), to.below(i)];
				for (let c = 0; c < width; c++) {
					const at = i * width + c;
					const z = own * x[at]! + before * seen[c]!;
					y[at] = diagonal * z + carried[c]!;
					carried[c]! += below * z;
					seen[c]! += x[at]!;
				}
			}
			return y;
		},
	});
	return {
		...layer,
		ranks(length) {
			const [diagonal, row, column] = [0, 0, 0].map(() => new Float64Array(length)) as [
				Float64Array,
				Float64Array,
				Float64Array,
			];
			let past = 0; // −Σ_(k<i) c'_k e_k
			for (let i = 0; i < length; i++) {
				diagonal[i] = to.diagonal(i) / from.diagonal(i);
				row[i] = past + to.diagonal(i) * from.before(i);
				past += to.below(i) * from.before(i);
				column[i] = to.below(i) / from.diagonal(i) - past;
			}
			return { diagonal, row, column };
		},
	};
}

/** Throws UserError unless the step makes tokens no less alike: 0 ≤ rhoIn ≤ rhoOut < 1. */
export function checkRhoStep({ rhoIn, rhoOut }: RhoStep): void {
	checkRho("rhoIn", rhoIn);
	checkRho("rhoOut", rhoOut);
	if (rhoOut < rhoIn)
		throw new UserError(
			`Expected \`rhoOut\` to be at least \`rhoIn\` (${rhoIn}), got ${rhoOut}. ` +
				"Weights would be negative: let the cosines rise from layer to layer.",
		);
}
