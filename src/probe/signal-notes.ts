/** What there is to say of signals in words: why a network broke down, or why there is no prediction of it. */
import { UserError } from "../error.ts";
import type { ModelConfig } from "../model/config.ts";
import { largestDiagonal, leastDiagonal, type Propagation } from "../theory/signal/propagate.ts";
import type { Signals } from "./signal.ts";
import { predictSignals } from "./signal-rows.ts";

/** Why a network stopped, where, and what helps; undefined if it did not. */
export function breakdownMessage({ places, breakdown, gradients }: Signals): string | undefined {
	if (breakdown) {
		const { kind, block, place, token, value } = breakdown;
		const advice =
			kind === "vanishing"
				? "Let weights keep the size of states (`model.init` signal), or keep a skip (`model.residual`)."
				: 'Normalise (`model.placement`), or weight the sums (`model.residual` {"normalised": 0.98}).';
		return (
			`Expected the mean square of every state to be from ${leastDiagonal} to ${largestDiagonal}, got ${value.toPrecision(3)} ` +
			`at \`${place}\`, token ${token}: signals are ${kind} in block ${block}, counted from 0. ${advice}`
		);
	}
	// Backwards, as gradients come: the first that is no number is the last in the list.
	const lost = Object.entries(gradients ?? {}).findLast(([, norm]) => !(norm <= largestDiagonal));
	return (
		lost &&
		`Expected the gradient of \`${lost[0]}\` to be at most ${largestDiagonal}, got ${lost[1].toPrecision(3)}, though all ` +
			`${places.length} states are finite. Lower \`model.initScale\`.`
	);
}

/** As `predictSignals`; where there is no prediction, none and why. */
export function predictIfPossible(
	model: ModelConfig,
	signals: Signals,
): { predictions: Propagation[]; noPrediction?: string } {
	try {
		return { predictions: predictSignals(model, signals) };
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return { predictions: [], noPrediction: error.message };
	}
}
