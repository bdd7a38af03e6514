/**
 * The kernel Σ = X Xᵀ/d of the states X [T, d] of one sequence: what T tokens look like to each other, whatever basis
 * the d dimensions are written in. An orthogonal map of the states leaves it as it is, so of a network at its start
 * only what mixes positions, adds branches, normalises or bends (activations) moves it.
 *
 *     Σ_ii    q value of token i: the mean square of its state
 *     c_ij    Σ_ij / √(Σ_ii Σ_jj): cosine of tokens i and j, the entries of the normalised kernel
 */
import { UserError } from "../../error.ts";

export interface Kernel {
	/** T. */
	readonly tokens: number;
	/** Σ [T, T], row-major, symmetric. */
	readonly values: Float64Array;
}

/** Σ of `tokens` tokens from its entries at i ≥ j: symmetric by construction. */
export function kernelFrom(tokens: number, entry: (i: number, j: number) => number): Kernel {
	const values = new Float64Array(tokens * tokens);
	for (let i = 0; i < tokens; i++)
		for (let j = 0; j <= i; j++) values[i * tokens + j] = values[j * tokens + i] = entry(i, j);
	return { tokens, values };
}

/**
 * Σ = X Xᵀ/d of measured states X [tokens, width], row-major; of a batch pass one sequence's part. Sums in float64
 * whatever the states are. Throws UserError unless `states` holds whole rows.
 */
export function kernelOf(states: ArrayLike<number>, tokens: number): Kernel {
	const width = states.length / tokens;
	if (!Number.isInteger(width) || width < 1)
		throw new UserError(
			`Expected \`states\` to hold ${tokens} rows of equal length, got ${states.length} numbers. ` +
				"Pass the states [tokens, width] of one sequence.",
		);
	return kernelFrom(tokens, (i, j) => {
		let sum = 0;
		for (let k = 0; k < width; k++) sum += states[i * width + k]! * states[j * width + k]!;
		return sum / width;
	});
}

/** The q values Σ_ii: [T]. */
export const diagonalOf = ({ tokens, values }: Kernel): Float64Array =>
	Float64Array.from({ length: tokens }, (_, i) => values[i * (tokens + 1)]!);

/** Σ wₖ Σₖ of `[wₖ, Σₖ]`: the kernel of a sum of states that are uncorrelated, each scaled by √wₖ. */
export function sumOfKernels(terms: readonly (readonly [weight: number, kernel: Kernel])[]): Kernel {
	const tokens = terms[0]![1].tokens;
	const values = new Float64Array(tokens * tokens);
	for (const [weight, kernel] of terms) {
		if (kernel.tokens !== tokens)
			throw new UserError(
				`Expected \`kernels\` that are added to be of equally many tokens (${tokens}), got ${kernel.tokens}.`,
			);
		for (let k = 0; k < values.length; k++) values[k]! += weight * kernel.values[k]!;
	}
	return { tokens, values };
}

/**
 * Σ after each state is divided by √(mean square + ε). With ε = 0 it is the normalised kernel, the cosines; the row of
 * a zero state is 0.
 *
 * Of layer normalisation it is the wide limit: the mean over the dimensions, which that takes away, is O(1/√d) of a
 * state whose last map was random. (Sinusoidal positions are not: the first layer normalisation takes their mean away,
 * and tokens come out a little less alike than predicted.) The diagonal is the same at any width.
 */
export function normalised(kernel: Kernel, epsilon = 0): Kernel {
	const { tokens, values } = kernel;
	const scale = inverseDeviations(kernel, epsilon);
	return kernelFrom(tokens, (i, j) =>
		i === j && epsilon === 0 && scale[i]! > 0 ? 1 : values[i * tokens + j]! * scale[i]! * scale[j]!,
	);
}

/** 1/√(Σ_ii + ε), or 0 where that is infinite: [T]. */
export const inverseDeviations = (kernel: Kernel, epsilon: number): Float64Array =>
	diagonalOf(kernel).map((q) => (q + epsilon > 0 ? 1 / Math.sqrt(q + epsilon) : 0));
