/**
 * Attention with one trained vector p, from the origin, from random starts, and from along the best tokens' own
 * direction: which tokens it selects, and how fast p turns to the support-vector machine's direction.
 */
import { type TokenSet, tokenSet } from "../../../data/token-selection.ts";
import { stream } from "../../../engine/random.ts";
import { dormandPrince } from "../../../flow/dormand-prince.ts";
import {
	logGradient,
	normOf,
	type Selection,
	select,
	selectionFlow,
} from "../../../model/token-selection.ts";
import {
	bestTokens,
	isLocallyOptimal,
	leastMargin,
	selectionMargin,
} from "../../../theory/token-selection.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";

export const vectorName = "token-selection/vector";
/** With as many dimensions as constraints, samples·(tokens − 1), every choice of tokens can be separated. */
const shape = { samples: 4, tokens: 4, dimension: 12 } as const;
export const startNames = ["origin", "near", "far", "along best"] as const;
/** ‖p‖ at the random starts. */
const distances = { origin: 0, near: 3, far: 10 } as const;
/** The margin at the start along the best tokens' direction: local convergence needs attention near its limit. */
const startMargin = 10;

/**
 * Rows `kind: "path"` at lengths that grow by a tenth: `logTime` (log of the flow's own time), `norm`, `angle` to the
 * direction of the tokens selected in the end, `logRest` (log of the most that any sample gives to other tokens).
 * Rows `kind: "end"`: the same, the margin relative to the largest possible (`margin`), and whether the tokens are
 * the best ones and locally optimal (0 or 1).
 */
export const vector = (seeds: number, length: number): Analysis => ({
	kind: "analysis",
	name: vectorName,
	title: "Attention selects tokens: a trained vector",
	needs: [],
	options: { seeds, length, shape, distances, startMargin },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [];
		for (let seed = 0; seed < seeds; seed++)
			for (const start of startNames) {
				signal.throwIfAborted();
				rows.push(...follow(seed, start, length));
				progress((seed + 1) / seeds);
				await new Promise(setImmediate);
			}
		return rows;
	},
});

function follow(seed: number, start: (typeof startNames)[number], length: number): AnalysisRow[] {
	const set = tokenSet({ ...shape, seed });
	const best = bestTokens(set);
	const initial = startOf(seed, start, set);

	const kept: { length: number; logTime: number; p: Float64Array; selection: Selection }[] = [];
	const clock = flowClock();
	clock(0, logGradient(select(set, initial)));
	for (const step of dormandPrince(selectionFlow(set), initial, { to: length, relativeTolerance: 1e-6 })) {
		const selection = select(set, step.after);
		const logTime = clock(step.end, logGradient(selection));
		if (step.end < (kept.at(-1)?.length ?? 1) * 1.1 && step.end < length) continue;
		kept.push({ length: step.end, logTime, p: step.after.slice(), selection });
	}
	const { p, selection } = kept.at(-1)!;
	const { selected } = selection;
	const limit = selectionMargin(set, selected);
	const rows = kept.map((point) => {
		const norm = normOf(point.p);
		return {
			seed,
			start,
			length: point.length,
			logTime: point.logTime,
			norm,
			angle: angleBetween(limit.direction, point.p),
			logRest: point.selection.logRest,
			growth: (norm * limit.margin) / point.logTime,
		};
	});
	return [
		...rows.map((row) => ({ ...row, kind: "path" })),
		{
			...rows.at(-1)!,
			kind: "end",
			margin: leastMargin(set, selected, p) / (limit.margin * normOf(p)),
			best: selected.every((token, i) => token === best[i]) ? 1 : 0,
			optimal: isLocallyOptimal(set, selected, limit) ? 1 : 0,
		},
	];
}

function startOf(seed: number, start: (typeof startNames)[number], set: TokenSet): Float64Array {
	if (start === "along best")
		return selectionMargin(set, bestTokens(set)).direction.map((value) => startMargin * value);
	const random = stream(seed, `tokens/start ${start}`).normal(set.dimension);
	return random.map((value) => (value * distances[start]) / normOf(random));
}

/** log t along the path: ∫ ds/‖∇L‖, with log ‖∇L‖ a straight line within a step. t itself is soon beyond any float64. */
export function flowClock(): (length: number, logGradient: number) => number {
	let before: { length: number; slowness: number } | undefined;
	let log = Number.NEGATIVE_INFINITY;
	return (length, logGradient) => {
		const slowness = -logGradient;
		if (before) {
			const [low, high] = [Math.min(before.slowness, slowness), Math.max(before.slowness, slowness)];
			const spread = high - low;
			const mean = high + (spread < 1e-8 ? 0 : Math.log(-Math.expm1(-spread) / spread));
			const added = Math.log(length - before.length) + mean;
			log = Math.max(log, added) + Math.log1p(Math.exp(-Math.abs(log - added)));
		}
		before = { length, slowness };
		return log;
	};
}

/** In radians, exact where it is small. */
export function angleBetween(a: Float64Array, b: Float64Array): number {
	const [normA, normB] = [normOf(a), normOf(b)];
	const [difference, sum] = [1, -1].map((sign) =>
		normOf(a.map((value, i) => value / normA - (sign * b[i]!) / normB)),
	);
	return 2 * Math.atan2(difference!, sum!);
}
