/**
 * Tailored activation transformation of leaky relu (Zhang et al. 2022): the slope a at which the network's largest
 * C_f(0) is η. With C′(1) = 1 whatever the slope, η alone says how far the network is from linear (η = 0) and how
 * alike it makes all inputs (η = 1).
 *
 * C_f(0) falls from relu's value at a = 0 to 0 at a = 1. Where relu's is below η there is no such slope: few
 * nonlinearities cannot bend that much.
 */
import { UserError } from "../../error.ts";
import { leakyReluMap } from "./leaky-relu.ts";
import { largestValue, type NetworkMap } from "./network-map.ts";

/**
 * The slope a in [0, 1) of leaky relu with largest C_f(0) = `eta`, right to the last bits; 0.9 is the authors' default.
 * Throws UserError unless 0 < eta < 1 and the network can reach it.
 */
export function tatSlope(network: NetworkMap, eta = 0.9): number {
	if (!(eta > 0 && eta < 1))
		throw new UserError(
			`Expected \`eta\` to be above 0 and below 1, got ${eta}. Choose 0.9, or less for a more linear network.`,
		);
	const relu = largestValue(network, leakyReluMap(0));
	if (relu < eta)
		throw new UserError(
			`Expected \`eta\` to be at most ${Math.floor(relu * 1e6) / 1e6}, which relu reaches in this network, got ${eta}. ` +
				`Lower it, or add nonlinearities: a chain without skips needs at least ${leastNonlinearities(eta)}.`,
		);
	let [low, high] = [0, 1];
	for (;;) {
		const slope = (low + high) / 2;
		if (slope <= low || slope >= high) return slope;
		if (largestValue(network, leakyReluMap(slope)) > eta) low = slope;
		else high = slope;
	}
}

/** How many relus a chain without skips needs for C_f(0) ≥ `eta`; Infinity where rounding stops it short. */
export function leastNonlinearities(eta: number): number {
	const relu = leakyReluMap(0);
	let n = 0;
	for (let c = 0; c < eta; n++) {
		const next = relu(c);
		if (next <= c) return Number.POSITIVE_INFINITY;
		c = next;
	}
	return n;
}
