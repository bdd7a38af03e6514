/**
 * Languages of counting: n of each letter in order, and Boolean expressions in prefix notation (Bhattamishra et al.
 * 2020, §4: what a transformer can recognise by comparing averages over the prefix).
 */
import { counted, type Language } from "./language.ts";

/** aⁿbⁿ…: `letters` blocks of n letters each, n ≥ 1. States: [block, n so far of the first block, m of this one]. */
function equalBlocks(name: string, letters: string): Language {
	type State = readonly [block: number, first: number, here: number];
	const last = letters.length - 1;
	return counted<State>(
		{
			name,
			title: Array.from(letters, (letter) => `${letter}ⁿ`).join(""),
			definition: `n of each letter, n ≥ 1: ${letters}`,
			family: "counter",
			alphabet: letters,
			begin: [0, 0, 0],
			after([block, first, here], symbol) {
				if (block === 0) {
					if (symbol === 0) return [0, first + 1, first + 1];
					return symbol === 1 && first > 0 ? [1, first, 1] : undefined;
				}
				if (symbol === block) return here < first ? [block, first, here + 1] : undefined;
				return symbol === block + 1 && here === first ? [symbol, first, 1] : undefined;
			},
			accepts: ([block, first, here]) => block === last && here === first,
		},
		(state) => state.join(),
	);
}

/** Operators of 1, 2, … operands: not, or, if-then-else, and two that stand for any others. */
const operators = "~+>@#";

/** Expressions of 0 and 1 with operators of up to `arity` operands, operators first. States: operands still due. */
const booleanExpressions = (arity: number): Language<number> =>
	counted<number>({
		name: `boolean-${arity}`,
		title: `Boolean-${arity}`,
		definition: `expressions in prefix notation, operators of 1 to ${arity} operands`,
		family: "counter",
		alphabet: `01${operators.slice(0, arity)}`,
		begin: 1,
		after: (due, symbol) => (due === 0 ? undefined : due - 1 + Math.max(0, symbol - 1)),
		accepts: (due) => due === 0,
	});

export const counterLanguages: readonly Language[] = [
	equalBlocks("an-bn", "ab"),
	equalBlocks("an-bn-cn", "abc"),
	equalBlocks("an-bn-cn-dn", "abcd"),
	booleanExpressions(3),
	booleanExpressions(5),
];
