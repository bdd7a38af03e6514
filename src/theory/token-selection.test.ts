import { expect, test } from "vitest";
import { type TokenSet, tokenSet, withQueries } from "../data/token-selection.ts";
import { stream } from "../engine/random.ts";
import { dormandPrince } from "../flow/dormand-prince.ts";
import { endOf } from "../flow/end.ts";
import { select, selectionFlow } from "../model/token-selection.ts";
import {
	bestTokens,
	isLocallyOptimal,
	leastMargin,
	localOptima,
	nuclearBound,
	nuclearNorm,
	selectionMargin,
} from "./token-selection.ts";

/** Two samples of two tokens: a = k₁ − k₂ of the first, b of the second; the first token of each is the better. */
const pair = (a: readonly [number, number], b: readonly [number, number]): TokenSet => ({
	samples: 2,
	tokens: 2,
	dimension: 2,
	keys: Float64Array.of(...a, 0, 0, ...b, 0, 0),
	scores: Float64Array.of(1, 0, 1, 0),
});

test("the best tokens are locally optimal whenever something separates them", () => {
	for (let seed = 0; seed < 10; seed++) {
		const set = tokenSet({ samples: 3, tokens: 3, dimension: 8, seed });
		const best = bestTokens(set);
		const limit = selectionMargin(set, best);
		expect(isLocallyOptimal(set, best, limit)).toBe(true);
		expect(leastMargin(set, best, limit.direction)).toBeCloseTo(1, 8);
		expect(localOptima(set).map(({ selected }) => [...selected])).toContainEqual([...best]);
	}
});

test("a worse token is a limit exactly if it lies beyond the margin: −⟨a, b⟩ > ‖a‖²", () => {
	const worse = Int32Array.of(0, 1);
	const isLimit = (set: TokenSet) => isLocallyOptimal(set, worse, selectionMargin(set, worse));
	expect(isLimit(pair([1, 0], [-1.5, 1]))).toBe(true);
	expect(isLimit(pair([1, 0], [-0.5, 1]))).toBe(false);
});

test("there gradient flow keeps the worse token for ever, and elsewhere it lets it go", () => {
	const endsIn = (set: TokenSet) => {
		const path = dormandPrince(selectionFlow(set), Float64Array.of(1, -3), { to: 300 });
		return [...select(set, endOf(path).state).selected];
	};
	expect(endsIn(pair([1, 0], [-1.5, 1]))).toEqual([0, 1]);
	expect(endsIn(pair([1, 0], [-0.5, 1]))).toEqual([0, 0]);
});

test("tokens that nothing selects are refused, and are no local optimum", () => {
	// The second token of the first sample lies between the others.
	const line: TokenSet = {
		samples: 1,
		tokens: 3,
		dimension: 1,
		keys: Float64Array.of(-1, 0, 1),
		scores: Float64Array.of(0, 1, 0),
	};
	expect(() => selectionMargin(line, Int32Array.of(1))).toThrow(/separable/);
	expect(localOptima(line)).toEqual([]);
});

test("no matrix of margin 1 has a nuclear norm below the bound: of 200 random ones and the machine's own", () => {
	const set = withQueries(tokenSet({ samples: 3, tokens: 3, dimension: 3, seed: 4 }), 4);
	const selected = bestTokens(set);
	const { direction } = selectionMargin(set, selected);
	const selection = select(
		set,
		direction.map((value) => 20 * value),
	);
	expect([...selection.selected]).toEqual([...selected]);
	const bound = nuclearBound(set, selection);
	expect(bound).toBeGreaterThan(0);
	expect(nuclearNorm(direction)).toBeGreaterThanOrEqual(bound);
	for (let draw = 0; draw < 200; draw++) {
		const noise = stream(draw, "noise").normal(9);
		const matrix = direction.map((value, i) => value + 0.2 * noise[i]!);
		const margin = leastMargin(set, selected, matrix);
		if (margin > 0) expect(nuclearNorm(matrix) / margin).toBeGreaterThanOrEqual(bound);
	}
});

test("the nuclear norm is the sum of the singular values, to 1e-12", () => {
	expect(nuclearNorm(Float64Array.of(3, 0, 0, -4))).toBeCloseTo(7, 12);
	expect(nuclearNorm(Float64Array.of(1, 1, 1, 1))).toBeCloseTo(2, 12);
});
