/** The part of `quadprog` (Goldfarb & Idnani's dual method) that is used here. Its arrays are counted from 1. */
declare module "quadprog" {
	/**
	 * Least −dᵀx + ½xᵀDx with Aᵀx ≥ b: D [n, n], d [n], A [n, constraints], b [constraints]. The first `equalities`
	 * constraints hold with =. With [0, 1] as the last argument D is not D but the inverse of its upper Cholesky factor.
	 */
	export function solveQP(
		D: readonly (readonly number[])[],
		d: readonly number[],
		A: readonly (readonly number[])[],
		b: readonly number[],
		equalities: number,
		factorised: readonly [0, 0 | 1],
	): {
		readonly solution: readonly number[];
		readonly Lagrangian: readonly number[];
		/** Empty, or why there is no solution. */
		readonly message: string;
	};
}
