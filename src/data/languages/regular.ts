/**
 * Regular languages, each a table: for each state the state after each symbol, −1 where no member goes on so. State 0
 * begins.
 *
 * Tomita's seven languages are those of Tomita (1982), the others of Bhattamishra et al. (2020, §7).
 */
import { counted, type Family, type Language } from "./language.ts";

interface Table {
	readonly name: string;
	readonly title: string;
	readonly definition: string;
	readonly family: Family;
	readonly alphabet: string;
	readonly accepting: readonly number[];
	/** next[state][symbol]. */
	readonly next: readonly (readonly number[])[];
}

const automaton = ({ accepting, next, ...rest }: Table): Language<number> =>
	counted<number>({
		...rest,
		begin: 0,
		after(state, symbol) {
			const to = next[state]![symbol]!;
			return to < 0 ? undefined : to;
		},
		accepts: (state) => accepting.includes(state),
	});

/** (w)* of a word: the state is the place in it. */
const repeated = (name: string, word: string, alphabet: string, family: Family): Table => ({
	name,
	title: `(${word})*`,
	definition: `${word} any number of times`,
	family,
	alphabet,
	accepting: [0],
	next: Array.from(word, (expected, place) =>
		Array.from(alphabet, (letter) => (letter === expected ? (place + 1) % word.length : -1)),
	),
});

const tables: readonly Table[] = [
	{ ...repeated("tomita-1", "1", "01", "star-free"), title: "Tomita 1", definition: "only 1s" },
	{
		...repeated("tomita-2", "10", "01", "star-free"),
		title: "Tomita 2",
		definition: "10 any number of times",
	},
	{
		name: "tomita-3",
		title: "Tomita 3",
		definition: "no odd run of 1s with an odd run of 0s after it",
		family: "periodic",
		alphabet: "01",
		accepting: [0, 1, 2],
		// 0: an even run of 1s, or none; 1: an odd run of 1s; then 3: an odd run of 0s, 2: an even one.
		next: [
			[0, 1],
			[3, 0],
			[3, 1],
			[2, -1],
		],
	},
	{
		name: "tomita-4",
		title: "Tomita 4",
		definition: "no 000",
		family: "star-free",
		alphabet: "01",
		accepting: [0, 1, 2],
		next: [
			[1, 0],
			[2, 0],
			[-1, 0],
		],
	},
	{
		name: "tomita-5",
		title: "Tomita 5",
		definition: "an even number of 0s and of 1s",
		family: "periodic",
		alphabet: "01",
		accepting: [0],
		next: [
			[1, 2],
			[0, 3],
			[3, 0],
			[2, 1],
		],
	},
	{
		name: "tomita-6",
		title: "Tomita 6",
		definition: "as many 0s as 1s, modulo 3",
		family: "periodic",
		alphabet: "01",
		accepting: [0],
		next: [
			[1, 2],
			[2, 0],
			[0, 1],
		],
	},
	{
		name: "tomita-7",
		title: "Tomita 7",
		definition: "0*1*0*1*",
		family: "star-free",
		alphabet: "01",
		accepting: [0, 1, 2, 3],
		next: [
			[0, 1],
			[2, 1],
			[2, 3],
			[-1, 3],
		],
	},
	{
		name: "parity",
		title: "Parity",
		definition: "an even number of 1s",
		family: "periodic",
		alphabet: "01",
		accepting: [0],
		next: [
			[0, 1],
			[1, 0],
		],
	},
	repeated("aa", "aa", "a", "periodic"),
	repeated("aaaa", "aaaa", "a", "periodic"),
	repeated("abab", "abab", "ab", "periodic"),
	{
		name: "aa-bb-cc-dd-ee",
		title: "aa*bb*cc*dd*ee*",
		definition: "one or more of each letter, in order",
		family: "star-free",
		alphabet: "abcde",
		accepting: [5],
		next: Array.from({ length: 6 }, (_, state) =>
			Array.from({ length: 5 }, (__, symbol) =>
				symbol === state ? state + 1 : symbol === state - 1 ? state : -1,
			),
		),
	},
	{
		name: "ab-d-bc",
		title: "{a,b}*d{b,c}*",
		definition: "one d, no c before it, no a after it",
		family: "star-free",
		alphabet: "abcd",
		accepting: [1],
		next: [
			[0, 0, -1, 1],
			[-1, 1, 1, -1],
		],
	},
	{
		name: "012-0-2",
		title: "{0,1,2}*02*",
		definition: "a 0, and after it only 2s to the end",
		family: "star-free",
		alphabet: "012",
		accepting: [1],
		next: [
			[1, 0, 0],
			[1, 0, 1],
		],
	},
];

export const regularLanguages: readonly Language[] = tables.map(automaton);
