/**
 * Predicted signal propagation: the kernel after every block of a network at its start, by recursion from Σ_0.
 *
 * Branches with random weights of their own are uncorrelated with the skip and with each other, so the kernels of a sum
 * add with the squares of the weights (specification §2.8):
 *
 *     X' = a X + Σ b_k f_k(X)      Σ' = a² Σ + Σ b_k² Σ_k
 *
 * Exact at any width for attention alone without a skip and with orthogonal weights; the limit of large width otherwise.
 *
 * A kernel whose diagonal leaves [1e-30, 1e30] ends the recursion, and the result names the block: float32, in which the
 * network would run, ends at 1e38, and the gradient is of the size of the states or their inverse.
 */
import {
	diagonalOf,
	inverseDeviations,
	type Kernel,
	kernelFrom,
	normalised,
	sumOfKernels,
} from "./kernel.ts";
import type {
	AttentionBranch,
	FeedForwardBranch,
	LinearGain,
	NetworkDescription,
	ResidualSum,
} from "./network.ts";
import { combined, identityMixing, type Mixing, mixed, rescaled } from "./token-mixing.ts";

/** Where a q value left the range that a network can run in. */
export interface Breakdown {
	readonly kind: "exploding" | "vanishing";
	/** From 0. */
	readonly block: number;
	/** Name of the place for an `Observer`: `blocks.3.attn.residual`. */
	readonly place: string;
	readonly token: number;
	/** Σ_ii there. */
	readonly value: number;
}

export interface Propagation {
	/** Σ_l: kernels[0] is Σ_0, kernels[l] that after block l − 1. After a breakdown there are no more. */
	readonly kernels: readonly Kernel[];
	readonly breakdown?: Breakdown;
}

/** Least and largest q value with which the recursion goes on. */
export const leastDiagonal = 1e-30;
export const largestDiagonal = 1e30;

/** The kernels of `network` through depth. The kernel of a breakdown is the last one. */
export function propagate(network: NetworkDescription, start: Kernel): Propagation {
	const kernels = [start];
	for (const [block, sums] of network.entries()) {
		let kernel = kernels[block]!;
		let breakdown: Breakdown | undefined;
		for (const sum of sums) {
			kernel = afterSum(sum, kernel);
			breakdown = breakdownOf(kernel, block, sum.name);
			if (breakdown) break;
		}
		kernels.push(kernel);
		if (breakdown) return { kernels, breakdown };
	}
	return { kernels };
}

/** The first token, if any, whose q value leaves the range; of the states at this place of a block. */
export function breakdownOf(kernel: Kernel, block: number, name: string): Breakdown | undefined {
	const q = diagonalOf(kernel);
	// Written so that NaN is exploding.
	const token = q.findIndex((value) => !(value >= leastDiagonal && value <= largestDiagonal));
	if (token < 0) return undefined;
	const value = q[token]!;
	const kind = value < leastDiagonal ? "vanishing" : "exploding";
	return { kind, block, place: `blocks.${block}.${name}`, token, value };
}

/** The kernel after one residual sum. */
function afterSum(sum: ResidualSum, kernel: Kernel): Kernel {
	const { skip, branches, placement = "none", epsilon = 0 } = sum;
	const input = placement === "pre" ? normalised(kernel, epsilon) : kernel;
	const behind = (output: Kernel) => (placement === "res-post" ? normalised(output, epsilon) : output);
	const coherent: AttentionBranch[] = [];
	const terms: [number, Kernel][] = [];
	for (const branch of branches) {
		const square = (branch.weight ?? 1) ** 2;
		if (branch.kind === "feed-forward") terms.push([square, behind(fedForward(branch, input))]);
		else if (branch.values === "identity") coherent.push(branch);
		else terms.push([square, behind(attended(branch, input))]);
	}
	if (coherent.length > 0) terms.push([1, mixed(kernel, coherentHeads(sum, kernel, coherent))]);
	else if (skip !== 0) terms.push([skip ** 2, kernel]);
	const total = sumOfKernels(terms);
	return placement === "post" ? normalised(total, epsilon) : total;
}

/**
 * The skip and the branches whose states add to it: a X + Σ b diag(m) A diag(n) X, by heads, a mixing of positions
 * itself. n is the normalisation before a branch and m that behind it.
 */
function coherentHeads(
	{ skip, placement = "none", epsilon = 0 }: ResidualSum,
	kernel: Kernel,
	branches: readonly AttentionBranch[],
): readonly Mixing[] {
	const ones = new Float64Array(kernel.tokens).fill(1);
	const before = placement === "pre" ? inverseDeviations(kernel, epsilon) : ones;
	const parts = branches.map(({ heads, weight = 1 }) => {
		const behind = placement === "res-post" ? inverseDeviations(mixed(kernel, heads), epsilon) : ones;
		return heads.map((head) => [weight, rescaled(behind, head, before)] as const);
	});
	// Head h of every branch sees the same part of the width; one head stands for all.
	const count = Math.max(...parts.map((heads) => heads.length));
	return Array.from({ length: count }, (_, h) =>
		combined([[skip, identityMixing], ...parts.map((part) => part[h % part.length]!)]),
	);
}

const attended = ({ heads, value, output }: AttentionBranch, kernel: Kernel): Kernel =>
	mapped(mixed(mapped(kernel, value), heads), output);

function fedForward({ activations, linear = [] }: FeedForwardBranch, kernel: Kernel): Kernel {
	const bent = activations.reduce((sum, activation, i) => activation(mapped(sum, linear[i])), kernel);
	return mapped(bent, linear[activations.length]);
}

/** The kernel after a random linear map: gain Σ + bias 11ᵀ. */
function mapped(kernel: Kernel, { gain = 1, bias = 0 }: LinearGain = {}): Kernel {
	const { tokens, values } = kernel;
	return gain === 1 && bias === 0
		? kernel
		: kernelFrom(tokens, (i, j) => gain * values[i * tokens + j]! + bias);
}
