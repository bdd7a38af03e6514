/**
 * Network maps: local maps composed along the graph of a network (Martens et al. 2021, "Deep Kernel Shaping";
 * Zhang et al. 2022, "Tailored Activation Transformations").
 *
 *     linear layer            the identity: wide or orthogonal, it keeps cosines
 *     nonlinearity            r
 *     layers in sequence      composition
 *     weighted sum            Σ_i p_i·C_i(c), p_i the branch's share of the sum's second moment (w_i² if Σw_i² = 1)
 *
 * One walk gives three readings, by what r and the start are:
 *
 *     C_f(0)     r = C, from 0             how alike two orthogonal inputs become
 *     C′_f(1)    r multiplies, from 1      how fast equal inputs part
 *     C″_f(1)    r adds, from 0            the same where all slopes are 1
 */
import { UserError } from "../../error.ts";

export type NetworkMap =
	/** `q`: second moment of its input. */
	| { readonly kind: "nonlinearity"; readonly q: number }
	/** Without parts: the identity. */
	| { readonly kind: "sequence"; readonly parts: readonly NetworkMap[] }
	/** The shares sum to 1. */
	| { readonly kind: "sum"; readonly branches: readonly Branch[] };

export interface Branch {
	readonly share: number;
	readonly map: NetworkMap;
}

/** A map of cosines, or one of the other readings. */
export type Reading = (x: number) => number;

export const nonlinearity = (q = 1): NetworkMap => ({ kind: "nonlinearity", q });

export const sequence = (...parts: readonly NetworkMap[]): NetworkMap => ({ kind: "sequence", parts });

/** Linear layers, skips, attention at initialisation. */
export const identity: NetworkMap = sequence();

/** A sum of branches of equal second moment, with the given weights. Throws UserError unless one is not 0. */
export function weightedSum(...terms: readonly (readonly [weight: number, map: NetworkMap])[]): NetworkMap {
	const total = terms.reduce((sum, [weight]) => sum + weight ** 2, 0);
	if (!(total > 0 && total < Number.POSITIVE_INFINITY))
		throw new UserError(
			`Expected \`weights\` of a sum to be finite and not all 0, got ${terms.map(([w]) => w).join(", ")}. ` +
				"Give the skip or a branch a weight.",
		);
	return { kind: "sum", branches: terms.map(([weight, map]) => ({ share: weight ** 2 / total, map })) };
}

/** The composed map at x, with `r` in the place of every nonlinearity. */
export function compose(network: NetworkMap, x: number, r: Reading): number {
	switch (network.kind) {
		case "nonlinearity":
			return r(x);
		case "sequence":
			return network.parts.reduce((y, part) => compose(part, y, r), x);
		case "sum":
			return network.branches
				.filter(({ share }) => share > 0) // 0 times what a slope overflows to is no number.
				.reduce((sum, { share, map }) => sum + share * compose(map, x, r), 0);
	}
}

/**
 * The largest value at x over all sub-networks: parts of the graph with one input and one output. As r(x) ≥ x and r
 * rises, leaving out the beginning or end of a sequence only lowers it, so the candidates are the network and, of
 * each sum, the branches. A branch counts whatever its weight: training may raise it.
 */
export function subnetMax(network: NetworkMap, x: number, r: Reading): number {
	return Math.max(
		compose(network, x, r),
		...[...innerBranches(network)].map((branch) => compose(branch, x, r)),
	);
}

function innerBranches(network: NetworkMap, found = new Set<NetworkMap>()): Set<NetworkMap> {
	if (network.kind === "sequence") for (const part of network.parts) innerBranches(part, found);
	if (network.kind === "sum")
		for (const { map } of network.branches)
			if (!found.has(map)) {
				found.add(map);
				innerBranches(map, found);
			}
	return found;
}

/** Largest C_f(0) over sub-networks, `map` being C of each nonlinearity. */
export const largestValue = (network: NetworkMap, map: Reading): number => subnetMax(network, 0, map);

/** Largest C′_f(1) over sub-networks, `slope` being C′(1) ≥ 1 of each nonlinearity. */
export const largestSlope = (network: NetworkMap, slope: number): number =>
	subnetMax(network, 1, (x) => slope * x);

/** Largest C″_f(1) over sub-networks, `curvature` being C″(1) of each nonlinearity and every C′(1) being 1. */
export const largestCurvature = (network: NetworkMap, curvature: number): number =>
	subnetMax(network, 0, (x) => x + curvature);

/** The second moments of what nonlinearities take in. */
export function inputMoments(network: NetworkMap): number[] {
	switch (network.kind) {
		case "nonlinearity":
			return [network.q];
		case "sequence":
			return network.parts.flatMap(inputMoments);
		case "sum":
			return network.branches.flatMap(({ map }) => inputMoments(map));
	}
}
