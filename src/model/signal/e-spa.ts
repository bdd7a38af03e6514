/**
 * E-SPA: causal attention that leads from one exponential kernel to a wider one (He et al. 2023; specification, §3.1).
 *
 * With L the Cholesky factor of e^(−γ|i−j|), the layer is A = L(γ_out) L(γ_in)⁻¹. For b = e^−γ_out, a = e^−γ_in and
 * r = √(1 − b²) / √(1 − a²) it is, but for its first column, the same along each diagonal:
 *
 *     A_00 = 1,  A_i0 = b^(i−1) (b − a r),  A_ii = r,  A_ij = r (b − a) b^(i−j−1)   (i > j ≥ 1)
 *
 * Four numbers hold a layer, for any length. They are logarithms: in a first layer at 512 tokens the smallest weight is
 * 8e-236, which float32 takes for 0, while its logarithm is only −540. A is non-negative if and only if b ≥ a.
 */
import { UserError } from "../../error.ts";
import { checkGamma } from "./checks.ts";
import { type CausalSpaLayer, causalLayer } from "./layer.ts";
import { log1mexp, logAddExp } from "./logarithms.ts";
import type { GammaStep } from "./schedule.ts";

/** A causal layer of E-SPA. ln A_ij is linear in the distance i − j, as ALiBi's bias is. */
export interface ESpaLayer extends CausalSpaLayer {
	/** ln A_ii for i ≥ 1; ln A_00 is 0. */
	readonly lnDiagonal: number;
	/** ln A_(i, i−1) for i ≥ 2. */
	readonly lnOff: number;
	/** ln A falls by this with each further token of distance: γ_out. */
	readonly slope: number;
	/** ln A_10. The weight of token 0, which falls with the slope too. */
	readonly lnFirst: number;
	/** D_i in closed form. */
	rowSum(i: number): number;
	/** The limit of D_i for late tokens: √(tanh(γ_in / 2) / tanh(γ_out / 2)), at least 1. */
	readonly rowSumLimit: number;
}

/** Throws UserError unless 0 < gammaOut ≤ gammaIn and gammaOut is finite: otherwise weights would be negative. */
export function eSpa(step: GammaStep): ESpaLayer {
	checkGammaStep(step);
	const { gammaIn, gammaOut } = step;
	const lnDiagonal = (log1mexp(-2 * gammaOut) - log1mexp(-2 * gammaIn)) / 2; // ln r
	const lnDifference = -gammaOut + log1mexp(gammaOut - gammaIn); // ln(b − a)
	const lnOff = lnDiagonal + lnDifference;
	// b − a r = (b − a) + a (1 − r): both terms are non-negative, and no digits are lost.
	const lnFirst = logAddExp(lnDifference, -gammaIn + log1mexp(lnDiagonal));

	const [diagonal, off, decay] = [Math.exp(lnDiagonal), Math.exp(lnOff), Math.exp(-gammaOut)];
	const rowSum = (i: number) => {
		if (i === 0) return 1;
		// (1 − b^(i−1)) / (1 − b), the sum of the powers between the first token and this one.
		const between = Math.expm1(-(i - 1) * gammaOut) / Math.expm1(-gammaOut);
		return diagonal + Math.exp(lnFirst - (i - 1) * gammaOut) + off * between;
	};

	return {
		lnDiagonal,
		lnOff,
		slope: gammaOut,
		lnFirst,
		rowSum,
		rowSumLimit: Math.sqrt(Math.tanh(gammaIn / 2) / Math.tanh(gammaOut / 2)),
		...causalLayer({
			logRow: (i) =>
				Float64Array.from({ length: i + 1 }, (_, j) => {
					if (j === i) return i === 0 ? 0 : lnDiagonal;
					return j === 0 ? lnFirst - gammaOut * (i - 1) : lnOff - gammaOut * (i - j - 1);
				}),
			rowSums: (length) => Float64Array.from({ length }, (_, i) => rowSum(i)),
			apply(x, rows, width) {
				const y = new Float64Array(x.length);
				const past = new Float64Array(width); // Σ_(1 ≤ j < i) b^(i−j−1) x_j
				y.set(x.subarray(0, width));
				for (let i = 1; i < rows; i++) {
					const weightOfFirst = Math.exp(lnFirst - gammaOut * (i - 1));
					for (let c = 0; c < width; c++) {
						const at = i * width + c;
						y[at] = diagonal * x[at]! + off * past[c]! + weightOfFirst * x[c]!;
						past[c] = decay * past[c]! + x[at]!;
					}
				}
				return y;
			},
		}),
	};
}

/** Throws UserError unless the step widens the kernel: 0 < gammaOut ≤ gammaIn, gammaOut finite. */
export function checkGammaStep({ gammaIn, gammaOut }: GammaStep): void {
	checkGamma("gammaIn", gammaIn);
	checkGamma("gammaOut", gammaOut);
	if (gammaOut === Number.POSITIVE_INFINITY)
		throw new UserError(
			"Expected `gammaOut` to be finite, got Infinity. A layer that does nothing needs no attention.",
		);
	if (gammaOut > gammaIn)
		throw new UserError(
			`Expected \`gammaOut\` to be at most \`gammaIn\` (${gammaIn}), got ${gammaOut}. ` +
				"Weights would be negative: let the decays fall from layer to layer.",
		);
}
