/**
 * From small random weights, saddle to saddle: singular values of the product are learned one after the other, and
 * between two of them the loss rests at that of a network which has learned the first ones only. From large weights
 * there is no such order.
 */
import { dormandPrince } from "../../../flow/dormand-prince.ts";
import { deepLinearFlow, imbalanceOf, lossOf, productOf, weightsOf } from "../../../model/deep-linear.ts";
import { gaussianStart, modesOf } from "../../../model/deep-linear-start.ts";
import { saddleLoss } from "../../../theory/deep-linear.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { networkOf, strengths } from "./networks.ts";

export const staircaseName = "deep-linear/staircase";
const runs = [
	{ depth: 2, start: "small", scale: 1e-3, to: 14 },
	{ depth: 3, start: "small", scale: 1e-2, to: 1200 },
	{ depth: 2, start: "large", scale: 0.5, to: 6 },
	{ depth: 3, start: "large", scale: 0.8, to: 6 },
] as const;

/**
 * Rows `kind: "path"`: time, loss and singular values. Rows `kind: "mode"`, one a mode that was learned: `time` at which
 * it came to half its strength, `next`, how far the mode after it was by then (relative to its strength), and `plateau`,
 * the loss where it fell most slowly before that time, relative to that of the saddle. Rows `kind: "end"`: ‖D‖/Σ‖W‖².
 */
export const staircase = (seeds: number): Analysis => ({
	kind: "analysis",
	name: staircaseName,
	title: "Saddle to saddle in deep linear networks",
	needs: [],
	options: { seeds, runs, strengths },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [];
		for (let seed = 0; seed < seeds; seed++)
			for (const { depth, start, scale, to } of runs) {
				signal.throwIfAborted();
				rows.push(...path(depth, start, scale, to, seed));
				progress((seed + 1) / seeds);
				await new Promise(setImmediate);
			}
		return rows;
	},
});

interface Point {
	readonly t: number;
	readonly loss: number;
	/** −dL/dt = ‖∇L‖². */
	readonly fall: number;
	readonly values: readonly number[];
}

function path(depth: number, start: string, scale: number, to: number, seed: number): AnalysisRow[] {
	const network = networkOf(depth, seed);
	const field = deepLinearFlow(network);
	const initial = gaussianStart(network, scale, seed);
	const slope = new Float64Array(initial.length);
	const point = (t: number, state: Float64Array): Point => {
		field(t, state, slope);
		return {
			t,
			loss: lossOf(network, state),
			fall: weightsOf(slope),
			values: modesOf(productOf(network, state), network.sizes[0]!).values,
		};
	};
	const points = [point(0, initial)];
	let end = initial;
	const absoluteTolerance = 1e-8 * Math.min(scale, 1);
	for (const step of dormandPrince(field, initial, { to, relativeTolerance: 1e-7, absoluteTolerance })) {
		points.push(point(step.end, step.after));
		end = step.after.slice();
	}
	const about = { depth, start, seed };
	return [
		...drawn(points).map(({ t, loss, values }) => ({
			...about,
			kind: "path",
			t,
			loss,
			...Object.fromEntries(strengths.map((_, k) => [`sigma.${k + 1}`, values[k]!])),
		})),
		...learned(points).map((row) => ({ ...about, kind: "mode", ...row })),
		{ ...about, kind: "end", imbalance: imbalanceOf(network, end) / weightsOf(end) },
	];
}

/** The points at which something has moved, or much time has passed. */
function drawn(points: readonly Point[]): Point[] {
	const kept = [points[0]!];
	const last = points.at(-1)!;
	for (const [i, point] of points.entries()) {
		const before = kept.at(-1)!;
		const moved = strengths.some((s, k) => Math.abs(point.values[k]! - before.values[k]!) > 0.02 * s);
		// Where a plateau ends belongs to it.
		if (moved && points[i - 1] !== before) kept.push(points[i - 1]!);
		if (moved || point.t - before.t > last.t / 100 || (point === last && point !== before)) kept.push(point);
	}
	return kept;
}

function learned(points: readonly Point[]): AnalysisRow[] {
	let from = 0;
	return strengths.flatMap((s, k) => {
		const at = points.findIndex(({ values }) => values[k]! >= s / 2);
		if (at < 0) return [];
		const waiting = points.slice(from, at + 1);
		from = at;
		const slowest = waiting.reduce((least, point) => (point.fall < least.fall ? point : least), waiting[0]!);
		return [
			{
				mode: k + 1,
				time: points[at]!.t,
				next: k + 1 < strengths.length ? points[at]!.values[k + 1]! / strengths[k + 1]! : undefined,
				plateau: slowest && slowest.loss / saddleLoss(strengths, k),
			},
		];
	});
}
