/** How long the first saddle holds a network, by depth and by the scale of its initial weights. */
import { dormandPrince } from "../../../flow/dormand-prince.ts";
import { crossings } from "../../../flow/event.ts";
import { deepLinearFlow, productOf } from "../../../model/deep-linear.ts";
import { alignedStart, gaussianStart, modesOf } from "../../../model/deep-linear-start.ts";
import { solvedDepths, waitingTime } from "../../../theory/deep-linear.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { networkOf, strengths } from "./networks.ts";

export const escapeName = "deep-linear/escape";
/** Largest scale, and the ratio from one to the next. */
const scalesOf = { 2: [0.1, 0.1], 3: [0.1, 0.5], 4: [0.2, 0.6] } as const;
const startNames = ["aligned", "gaussian"] as const;

/** One row a network, start and scale: the time at which the mode has half its strength, and the leading-order one. */
export const escapeTimes = (seeds: number, scales: number): Analysis => ({
	kind: "analysis",
	name: escapeName,
	title: "Escape from the first saddle of deep linear networks",
	needs: [],
	options: { seeds, scales, scalesOf, strengths },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [];
		for (const depth of solvedDepths)
			for (let seed = 0; seed < seeds; seed++) {
				signal.throwIfAborted();
				const [first, ratio] = scalesOf[depth];
				for (let i = 0; i < scales; i++)
					for (const start of startNames) rows.push(...escapesOf(depth, seed, start, first * ratio ** i));
				progress((depth - 2 + (seed + 1) / seeds) / solvedDepths.length);
				await new Promise(setImmediate);
			}
		return rows;
	},
});

/** Of two layers all modes, which wait side by side; of more, the first: after it the saddle is another. */
function escapesOf(
	depth: 2 | 3 | 4,
	seed: number,
	start: (typeof startNames)[number],
	scale: number,
): AnalysisRow[] {
	const network = networkOf(depth, seed);
	const state = start === "aligned" ? alignedStart(network, scale) : gaussianStart(network, scale, seed);
	const watched = depth === 2 ? strengths : strengths.slice(0, 1);
	const events = watched.map((s, k) => ({
		name: String(k + 1),
		direction: "up" as const,
		value: (_time: number, at: Float64Array) =>
			modesOf(productOf(network, at), network.sizes[0]!).values[k]! - s / 2,
	}));
	const rows: AnalysisRow[] = [];
	const path = dormandPrince(deepLinearFlow(network), state, {
		// No start takes this long; the path is left when the last mode has come.
		to: 1e9,
		relativeTolerance: 1e-7,
		absoluteTolerance: 1e-9 * scale,
	});
	for (const step of path) {
		for (const { name, time } of crossings(step, events, 0)) {
			const s = strengths[Number(name) - 1]!;
			const mode = Number(name);
			rows.push({
				depth,
				seed,
				start,
				scale,
				mode,
				time,
				scaled: time * s,
				waiting: waitingTime(depth, 1, scale),
			});
		}
		if (rows.length === watched.length) break;
	}
	return rows;
}
