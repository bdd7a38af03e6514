import { describe, expect, test } from "vitest";
import { stream } from "../../engine/random.ts";
import { isMember, validSet } from "./language.ts";
import { languageOf, languages } from "./languages.ts";

const occurrences = (text: string, character: string) => text.split(character).length - 1;

/** Whether brackets balance, each closing the innermost open one, and never more than `depth` are open. */
function balanced(text: string, pairs: string, depth = Number.POSITIVE_INFINITY): boolean {
	const open: number[] = [];
	for (const character of text) {
		const place = pairs.indexOf(character);
		if (place % 2 === 0) open.push(place >> 1);
		else if (open.pop() !== place >> 1) return false;
		if (open.length > depth) return false;
	}
	return open.length === 0;
}

const shuffled = (kinds: number) => (text: string) =>
	["()", "[]", "{}", "<>", "«»", "‹›"].slice(0, kinds).every((pair) =>
		balanced(
			Array.from(text)
				.filter((c) => pair.includes(c))
				.join(""),
			pair,
		),
	);

const blocks = (letters: string) => (text: string) => {
	const n = text.length / letters.length;
	return n >= 1 && text === Array.from(letters, (letter) => letter.repeat(Math.floor(n))).join("");
};

/** Parses one expression and returns what is left, or undefined. */
function afterExpression(text: string): string | undefined {
	const operands = "01~+>@#".indexOf(text[0] ?? "") - 1;
	if (text === "") return undefined;
	let rest: string | undefined = text.slice(1);
	for (let i = 0; i < operands; i++) rest = rest === undefined ? undefined : afterExpression(rest);
	return rest;
}

/**
 * Membership by another road than the machine's; and how long the shortest member is that begins with a prefix of n
 * symbols, at most: growth·n + extra.
 */
const definitions: Record<string, [member: (text: string) => boolean, growth: number, extra?: number]> = {
	"dyck-1": [(text) => balanced(text, "()"), 2],
	"d-2": [(text) => balanced(text, "ab", 2), 2],
	"d-3": [(text) => balanced(text, "ab", 3), 2],
	"d-4": [(text) => balanced(text, "ab", 4), 2],
	"d-12": [(text) => balanced(text, "ab", 12), 2],
	"dyck-2-depth-2": [(text) => balanced(text, "()[]", 2), 2],
	"dyck-2-depth-4": [(text) => balanced(text, "()[]", 4), 2],
	"shuffle-2": [shuffled(2), 2],
	"shuffle-4": [shuffled(4), 2],
	"shuffle-6": [shuffled(6), 2],
	"an-bn": [blocks("ab"), 2],
	"an-bn-cn": [blocks("abc"), 3],
	"an-bn-cn-dn": [blocks("abcd"), 4],
	"boolean-3": [(text) => afterExpression(text) === "", 4],
	"boolean-5": [(text) => afterExpression(text) === "", 6],
	"tomita-1": [(text) => /^1*$/.test(text), 1],
	"tomita-2": [(text) => /^(10)*$/.test(text), 1, 1],
	"tomita-3": [(text) => !/(^|0)1(11)*0(00)*(1|$)/.test(text), 1, 1],
	"tomita-4": [(text) => !text.includes("000"), 1],
	"tomita-5": [(text) => occurrences(text, "0") % 2 === 0 && occurrences(text, "1") % 2 === 0, 1, 2],
	"tomita-6": [(text) => (occurrences(text, "0") - occurrences(text, "1")) % 3 === 0, 1, 2],
	"tomita-7": [(text) => /^0*1*0*1*$/.test(text), 1],
	parity: [(text) => occurrences(text, "1") % 2 === 0, 1, 1],
	aa: [(text) => /^(aa)*$/.test(text), 1, 1],
	aaaa: [(text) => /^(aaaa)*$/.test(text), 1, 3],
	abab: [(text) => /^(abab)*$/.test(text), 1, 3],
	"aa-bb-cc-dd-ee": [(text) => /^a+b+c+d+e+$/.test(text), 1, 4],
	"ab-d-bc": [(text) => /^[ab]*d[bc]*$/.test(text), 1, 1],
	"012-0-2": [(text) => /^[012]*02*$/.test(text), 1, 1],
};

/** All strings of up to `longest` symbols. */
function allStrings(alphabet: string, longest: number): string[] {
	const strings = [""];
	for (let begin = 0, length = 0; length < longest; length++) {
		const end = strings.length;
		for (let i = begin; i < end; i++) for (const symbol of alphabet) strings.push(strings[i]! + symbol);
		begin = end;
	}
	return strings;
}

test("every language has a definition here to be compared with, and names are different", () => {
	expect(languages.map(({ name }) => name).sort()).toEqual(Object.keys(definitions).sort());
	for (const { alphabet } of languages) expect(new Set(alphabet).size).toBe(alphabet.length);
});

describe.each(languages)("$name", (language) => {
	const { name, alphabet } = language;
	const [member, growth, extra = 0] = definitions[name]!;
	const longest = Math.min(24, Math.floor(Math.log(120_000) / Math.log(Math.max(2, alphabet.length))));
	const strings = allStrings(alphabet, longest);
	const members = strings.filter(member);

	test("has the members of its definition, and counts them", () => {
		expect(strings.filter((text) => isMember(language, text))).toEqual(members);
		for (let length = 0; length <= longest; length++)
			expect(language.count(length)).toBe(members.filter((text) => text.length === length).length);
	});

	test("lets follow a prefix what some member continues with, and the end exactly after members", () => {
		const beginnings = new Set(
			members.flatMap((text) => Array.from({ length: text.length + 1 }, (_, i) => text.slice(0, i))),
		);
		const prefixes = Array.from(beginnings).filter(
			(prefix) => (prefix.length + 1) * growth + extra <= longest,
		);
		expect(prefixes.length).toBeGreaterThan(0);
		for (const prefix of prefixes) {
			let state = language.begin;
			for (const symbol of prefix) state = language.after(state, alphabet.indexOf(symbol));
			const expected = Array.from(alphabet, (symbol) => Number(beginnings.has(prefix + symbol)));
			expect(validSet(language, state), prefix).toEqual([...expected, Number(member(prefix))]);
		}
	});

	test("draws members of the length asked for", () => {
		const numbers = stream(3, name).uniform(100_000);
		let drawn = 0;
		const random = () => numbers[drawn++]!;
		const lengths = Array.from({ length: 100 }, (_, n) => n).filter((n) => language.count(n) > 0);
		for (const length of lengths) {
			const text = language
				.sample(length, random)
				.map((symbol) => alphabet[symbol])
				.join("");
			expect(text).toHaveLength(length);
			expect(member(text), text).toBe(true);
		}
	});
});

test.each(["dyck-1", "shuffle-2", "tomita-7"])(
	"draws of %s are uniform over the members of a length: chi-squared below its 99.9th percentile",
	(name) => {
		const language = languageOf(name);
		const length = 6;
		const numbers = stream(5, name).uniform(400_000);
		let used = 0;
		const random = () => numbers[used++]!;
		const counts = new Map<string, number>();
		const draws = 20_000;
		for (let i = 0; i < draws; i++) {
			const text = language.sample(length, random).join();
			counts.set(text, (counts.get(text) ?? 0) + 1);
		}
		const kinds = language.count(length);
		expect(counts.size).toBe(kinds);
		const expected = draws / kinds;
		const chi = Array.from(counts.values(), (n) => (n - expected) ** 2 / expected).reduce((a, b) => a + b);
		// Wilson and Hilferty's approximation of the percentile.
		const f = kinds - 1;
		expect(chi).toBeLessThan(f * (1 - 2 / (9 * f) + 3.09 * Math.sqrt(2 / (9 * f))) ** 3);
	},
);
