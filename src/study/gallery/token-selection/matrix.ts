/**
 * Attention with a trained matrix, whole or as a product of keys and queries: the same data, the same loss, and another
 * norm that is kept small.
 */
import { type TokenSet, tokenSet, withQueries } from "../../../data/token-selection.ts";
import { stream } from "../../../engine/random.ts";
import { dormandPrince } from "../../../flow/dormand-prince.ts";
import { endOf } from "../../../flow/end.ts";
import { modesOf } from "../../../model/deep-linear-start.ts";
import {
	factoredFlow,
	factorImbalance,
	normOf,
	productOfFactors,
	select,
	selectionFlow,
} from "../../../model/token-selection.ts";
import { leastMargin, nuclearBound, nuclearNorm, selectionMargin } from "../../../theory/token-selection.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { angleBetween } from "./vector.ts";

export const matrixName = "token-selection/matrix";
const shape = { samples: 4, tokens: 3, dimension: 4 } as const;
const factorScale = 1;
export const forms = { whole: "W", factored: "K Qᵀ" } as const;

/**
 * One row a form and data set. `frobenius` and `nuclear` are the norms of W at margin 1, relative to the least possible
 * for the tokens selected: of the Frobenius norm by the support-vector machine, of the nuclear norm by a bound.
 * `nuclearOfSvm` relates the nuclear norm to that of the support-vector machine's W. `sigma.1` …: singular values at
 * margin 1.
 */
export const matrix = (seeds: number, length: number, factoredLength: number): Analysis => ({
	kind: "analysis",
	name: matrixName,
	title: "Attention selects tokens: a trained matrix and its factors",
	needs: [],
	options: { seeds, length, factoredLength, shape, factorScale },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [];
		for (let seed = 0; seed < seeds; seed++) {
			signal.throwIfAborted();
			const set = withQueries(tokenSet({ ...shape, seed }), seed);
			rows.push({ seed, form: forms.whole, ...whole(set, length) });
			progress((seed + 0.5) / seeds);
			await new Promise(setImmediate);
			rows.push({ seed, form: forms.factored, ...factored(set, seed, factoredLength) });
			progress((seed + 1) / seeds);
			await new Promise(setImmediate);
		}
		return rows;
	},
});

const tolerance = { relativeTolerance: 1e-6 } as const;

function whole(set: TokenSet, to: number): AnalysisRow {
	const { state } = endOf(
		dormandPrince(selectionFlow(set), new Float64Array(set.dimension), { to, ...tolerance }),
	);
	return measured(set, state);
}

function factored(set: TokenSet, seed: number, to: number): AnalysisRow {
	const start = stream(seed, "tokens/factors")
		.normal(2 * set.dimension)
		.map((value) => value * factorScale);
	const { state } = endOf(dormandPrince(factoredFlow(set), start, { to, ...tolerance }));
	const before = factorImbalance(start, shape.dimension);
	const drift = factorImbalance(state, shape.dimension).map((value, i) => Math.abs(value - before[i]!));
	return {
		...measured(set, productOfFactors(state, shape.dimension)),
		// Relative to the size of what cancels in it.
		drift: Math.max(...drift) / normOf(state) ** 2,
	};
}

function measured(set: TokenSet, matrix: Float64Array): AnalysisRow {
	const selection = select(set, matrix);
	const limit = selectionMargin(set, selection.selected);
	const margin = leastMargin(set, selection.selected, matrix);
	const nuclear = nuclearNorm(matrix) / margin;
	return {
		logRest: selection.logRest,
		angle: angleBetween(limit.direction, matrix),
		frobenius: (normOf(matrix) / margin) * limit.margin,
		nuclear: nuclear / nuclearBound(set, selection),
		nuclearOfSvm: nuclear / nuclearNorm(limit.direction),
		...Object.fromEntries(
			modesOf(matrix, shape.dimension).values.map((value, i) => [`sigma.${i + 1}`, value / margin]),
		),
	};
}
