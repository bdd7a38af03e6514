import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "../error.ts";
import { type Tokenizer, trainTokenizer, type Unit } from "./tokenizer.ts";

const trained = (
	unit: Unit,
	train: string,
	rest: { validation?: string; test?: string; size?: number } = {},
) =>
	trainTokenizer(
		unit,
		{ train: [train], validation: [rest.validation ?? ""], test: [rest.test ?? ""] },
		rest.size,
	);

const vocabulary = (tokenizer: Tokenizer): string[] =>
	Array.from({ length: tokenizer.vocabularySize }, (_, id) => tokenizer.decode([id]));

describe("the words of a text", () => {
	it("are numbered as they first appear in training, then in validation; a line break is `<eos>`", () => {
		const tokenizer = trained("words", "the cat\n\nsat the", { validation: "on the mat\n" });
		expect(vocabulary(tokenizer)).toEqual(["the", "cat", "\n", "sat", "on", "mat"]);
		expect([...tokenizer.encode("the mat\ncat")]).toEqual([0, 5, 2, 1]);
	});

	it("that only the test has are `<unk>`, which is added only if the text does not have it", () => {
		const added = trained("words", "a b", { test: "b c" });
		expect(vocabulary(added)).toEqual(["a", "b", "<unk>"]);
		expect([...added.encode("c b")]).toEqual([2, 1]);
		expect(vocabulary(trained("words", "a <unk> b", { test: "c" }))).toEqual(["a", "<unk>", "b"]);
		expect(vocabulary(trained("words", "a b", { test: "b" }))).toEqual(["a", "b"]);
	});

	it("beyond the vocabulary's size are `<unk>`, the rarest and latest first", () => {
		const tokenizer = trained("words", "d c c b b b a", { size: 3, validation: "e e e e" });
		expect(vocabulary(tokenizer)).toEqual(["c", "b", "<unk>"]);
		expect([...tokenizer.encode("a b c d e")]).toEqual([2, 1, 0, 2, 2]);
		// `<unk>` keeps its own place, and a vocabulary that fits is left alone.
		expect(vocabulary(trained("words", "c <unk> c b b a", { size: 3 }))).toEqual(["c", "<unk>", "b"]);
		expect(vocabulary(trained("words", "a b c", { size: 3 }))).toEqual(["a", "b", "c"]);
		// One more than fits is needed once the test brings an unknown word.
		expect(vocabulary(trained("words", "a b c c a", { size: 3, test: "d" }))).toEqual(["a", "c", "<unk>"]);
	});

	it("are what Python's split makes of the text: U+FEFF is a word, a no-break space ends one", () => {
		expect(trained("words", " a\u00a0b \ufeff\tc ").encode("a\u00a0b \ufeff c")).toHaveLength(4);
	});

	it("without `<unk>` an unknown word is an error that names it", () => {
		const tokenizer = trained("words", "a b");
		expect(() => tokenizer.encode("a house")).toThrow(UserError);
		expect(() => tokenizer.encode("a house")).toThrow(/got "house"/);
	});
});

describe("every tokenizer trained on a text", () => {
	const word = fc.string({ unit: fc.constantFrom("a", "b", "é", "😀"), minLength: 1, maxLength: 3 });
	const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(" "));
	const text = fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => lines.join("\n"));

	it("decodes what it encoded, white space between words normalised", () => {
		fc.assert(
			fc.property(fc.constantFrom<Unit>("words", "characters"), text, (unit, original) => {
				const tokenizer = trained(unit, original);
				expect(tokenizer.decode(tokenizer.encode(original))).toBe(original);
			}),
		);
	});

	it("uses each of its ids and no other", () => {
		fc.assert(
			fc.property(fc.constantFrom<Unit>("words", "characters"), text, (unit, original) => {
				const tokenizer = trained(unit, original);
				const ids = Array.from({ length: tokenizer.vocabularySize }, (_, id) => id);
				expect([...new Set(tokenizer.encode(original))]).toEqual(ids);
			}),
		);
	});
});
