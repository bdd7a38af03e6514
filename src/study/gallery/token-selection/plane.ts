/**
 * Two samples of three tokens in the plane, small enough to see all of it: every choice of tokens that can be a limit is
 * found by trying all nine, and p is followed from a ring of starts to one of them.
 */
import { tokenSet } from "../../../data/token-selection.ts";
import { dormandPrince } from "../../../flow/dormand-prince.ts";
import { select, selectionFlow } from "../../../model/token-selection.ts";
import { bestTokens, localOptima } from "../../../theory/token-selection.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { angleBetween } from "./vector.ts";

export const planeName = "token-selection/plane";
const shape = { samples: 2, tokens: 3, dimension: 2 } as const;
/** Of the first sixty sets the one whose three local optima, the best among them, have the widest margins. */
const seed = 37;
const starts = 24;
const radius = 15;

/**
 * Rows `kind: "token"`: its place, score, sample. Rows `kind: "limit"`: the direction of a locally optimal choice.
 * Rows `kind: "path"`: p along the flow from start number `curve`. Rows `kind: "end"`: the angle between p and the
 * nearest limit, in radians, and which it is. `choice` names the tokens: `1·3` are the first and the third.
 */
export const plane = (length: number): Analysis => ({
	kind: "analysis",
	name: planeName,
	title: "Attention selects tokens: all of it in the plane",
	needs: [],
	options: { length, shape, seed, starts, radius },
	async compute({ signal, progress }) {
		const set = tokenSet({ ...shape, seed });
		const limits = localOptima(set);
		const best = choiceName(bestTokens(set));
		const rows: AnalysisRow[] = [
			...Array.from({ length: shape.samples * shape.tokens }, (_, at) => ({
				kind: "token",
				sample: Math.floor(at / shape.tokens) + 1,
				token: (at % shape.tokens) + 1,
				x: set.keys[2 * at]!,
				y: set.keys[2 * at + 1]!,
				score: set.scores[at]!,
			})),
			...limits.map(({ selected, limit }) => ({
				kind: "limit",
				choice: choiceName(selected),
				best: choiceName(selected) === best ? 1 : 0,
				x: limit.direction[0]! * limit.margin,
				y: limit.direction[1]! * limit.margin,
			})),
		];
		for (let curve = 0; curve < starts; curve++) {
			signal.throwIfAborted();
			const turn = (2 * Math.PI * (curve + 0.5)) / starts;
			const start = Float64Array.of(radius * Math.cos(turn), radius * Math.sin(turn));
			const points: { x: number; y: number }[] = [{ x: start[0]!, y: start[1]! }];
			let end: Float64Array = start;
			let next = 0.25;
			for (const step of dormandPrince(selectionFlow(set), start, { to: length, relativeTolerance: 1e-6 })) {
				end = step.after.slice();
				if (step.end < next && step.end < length) continue;
				next = Math.max(step.end + 0.25, step.end * 1.1);
				points.push({ x: end[0]!, y: end[1]! });
			}
			const choice = choiceName(select(set, end).selected);
			const angle = Math.min(...limits.map(({ limit }) => angleBetween(limit.direction, end)));
			rows.push(...points.map((point) => ({ kind: "path", curve, choice, ...point })));
			rows.push({ kind: "end", curve, choice, angle, best: choice === best ? 1 : 0 });
			progress((curve + 1) / starts);
			await new Promise(setImmediate);
		}
		return rows;
	},
});

const choiceName = (selected: Int32Array): string => Array.from(selected, (token) => token + 1).join("·");
