/**
 * Shuffle-k: k strings of Dyck-1, each over brackets of its own, interleaved in any way. One counter a kind of bracket.
 *
 * Its states are too many to count one by one, but its members are counted by how long each of the k strings is:
 *
 *     s(k, n) = Σ_m C(n, m)·c(m)·s(k − 1, n − m),   c(m) strings of Dyck-1 of length m
 *
 * A member is drawn in the same way: the lengths, then each string, then the order in which they are interleaved.
 */
import { dyck1 } from "./dyck.ts";
import { choose, type Language } from "./language.ts";

const brackets = "()[]{}<>«»‹›";

const binomials: number[][] = [[1]];

/** C(n, m), by Pascal's triangle. */
function binomial(n: number, m: number): number {
	for (let row = binomials.length; row <= n; row++) {
		const above = binomials[row - 1]!;
		binomials.push(Array.from({ length: row + 1 }, (_, i) => (above[i - 1] ?? 0) + (above[i] ?? 0)));
	}
	return binomials[n]![m] ?? 0;
}

const counts: number[][] = [];

/** s(k, n). */
function members(kinds: number, length: number): number {
	if (kinds === 0) return Number(length === 0);
	counts[kinds] ??= [];
	counts[kinds][length] ??= firstLengths(kinds, length).reduce((sum, ways) => sum + ways, 0);
	return counts[kinds][length];
}

/** The members of length `length` by the length m of their first string, m = 0 … length. */
const firstLengths = (kinds: number, length: number): number[] =>
	Array.from(
		{ length: length + 1 },
		(_, m) => binomial(length, m) * dyck1.count(m) * members(kinds - 1, length - m),
	);

const shuffle = (kinds: number): Language<readonly number[]> => ({
	name: `shuffle-${kinds}`,
	title: `Shuffle-${kinds}`,
	definition: `${kinds} kinds of brackets, each balanced for itself`,
	family: "counter",
	alphabet: brackets.slice(0, 2 * kinds),
	begin: Array(kinds).fill(0),
	after(open, symbol) {
		const kind = symbol >> 1;
		const next = open[kind]! + (symbol % 2 === 0 ? 1 : -1);
		return next < 0 ? undefined : open.with(kind, next);
	},
	accepts: (open) => open.every((count) => count === 0),
	count: (length) => members(kinds, length),
	sample(length, random) {
		const strings: number[][] = [];
		let left = length;
		for (let kind = 0; kind < kinds; kind++) {
			const own = choose(firstLengths(kinds - kind, left), random);
			strings.push(dyck1.sample(own, random).map((symbol) => 2 * kind + symbol));
			left -= own;
		}
		const read = strings.map(() => 0);
		return Array.from({ length }, () => {
			const kind = choose(
				strings.map((string, i) => string.length - read[i]!),
				random,
			);
			return strings[kind]![read[kind]!++]!;
		});
	},
});

export const shuffleLanguages: readonly Language[] = [2, 4, 6].map(shuffle);
