import { describe, expect, test } from "vitest";
import { UserError } from "../../error.ts";
import { dataConfig, type LanguageSource } from "../config.ts";
import { openDataset } from "../dataset.ts";
import { isMember } from "./language.ts";
import { languageOf, languages } from "./languages.ts";
import { drawStrings } from "./strings.ts";

const source = (options: object): LanguageSource =>
	dataConfig.parse({ source: { language: "dyck-1", samples: 200, testSamples: 50, ...options } })
		.source as LanguageSource;

const open = (options: object, context = 20, seed = 0) =>
	openDataset(
		dataConfig.parse({
			source: {
				language: "dyck-1",
				samples: 40,
				testSamples: 10,
				train: { minimum: 1, maximum: 10 },
				tests: { longer: { minimum: 11, maximum: 20 } },
				...options,
			},
		}),
		context,
		4,
		seed,
	);

describe("the strings of a run", () => {
	test.each(languages)(
		"are members of $name in range, and those of validation and tests different",
		(language) => {
			const { train, tests } = source({});
			const strings = drawStrings(language, source({}), 7);
			const check = (words: readonly Int32Array[], { minimum, maximum }: typeof train) => {
				for (const word of words) {
					expect(word.length).toBeGreaterThanOrEqual(minimum);
					expect(word.length).toBeLessThanOrEqual(maximum);
					expect(isMember(language, Array.from(word, (id) => language.alphabet[id]).join(""))).toBe(true);
				}
			};
			check(strings.train, train);
			check(strings.validation, train);
			check(strings.tests.get("longer")!, tests["longer"]!);
			expect(strings.train).toHaveLength(200);
			for (const words of [strings.validation, strings.tests.get("longer")!]) {
				expect(words.length).toBeGreaterThan(10);
				expect(new Set(words.map(String)).size).toBe(words.length);
			}
		},
	);

	test("of training are none of those held out, also where a test has lengths of training", () => {
		const tests = { in: { minimum: 1, maximum: 12 } };
		const {
			train,
			validation,
			tests: sets,
		} = drawStrings(
			languageOf("parity"),
			source({ train: { minimum: 1, maximum: 12 }, tests, samples: 5000 }),
			0,
		);
		const seen = new Set(train.map(String));
		for (const word of [...validation, ...sets.get("in")!]) expect(seen.has(String(word))).toBe(false);
	});

	test("of a language with few members are all of them in validation, and again in training", () => {
		const { train, validation } = drawStrings(languageOf("aa"), source({}), 0);
		expect(validation.map(({ length }) => length).sort((a, b) => a - b)).toEqual(
			Array.from({ length: 25 }, (_, i) => 2 * i + 2),
		);
		expect(new Set(train.map(String)).size).toBe(25);
	});

	test("are those of the seed", () => {
		const of = (seed: number) => drawStrings(languageOf("dyck-1"), source({}), seed).train.map(String);
		expect(of(1)).toEqual(of(1));
		expect(of(1)).not.toEqual(of(2));
	});
});

describe("a batch of strings", () => {
	test("has padding without weight, and after each symbol the set of what may follow", async () => {
		const data = await open({ language: "an-bn", train: { minimum: 1, maximum: 4 }, samples: 20 });
		expect(data.vocabularySize).toBe(3);
		expect(data.trainLength).toBe(4);
		const { tokens, weights, targets } = data.trainBatch(0);
		expect([tokens.length, weights!.length, targets!.length]).toEqual([4 * 5, 4 * 4, 4 * 4 * 3]);
		const rows = Array.from({ length: 4 }, (_, row) => ({
			text: data.tokenizer.decode(tokens.subarray(row * 5, row * 5 + 5)),
			weights: [...weights!.subarray(row * 4, row * 4 + 4)],
			targets: [...targets!.subarray(row * 12, row * 12 + 12)],
		}));
		const short = rows.find(({ text }) => text === "ab⊣⊣⊣")!;
		expect(short.weights).toEqual([1, 1, 0, 0]);
		expect(short.targets).toEqual([1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
		const long = rows.find(({ text }) => text === "aabb⊣")!;
		expect(long.weights).toEqual([1, 1, 1, 1]);
		expect(long.targets).toEqual([1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1]);
	});

	test("of training is a function of the step, and each string comes once an epoch", async () => {
		const data = await open({});
		expect(data.stepsPerEpoch).toBe(10);
		const third = data.trainBatch(13);
		data.trainBatch(0);
		expect(data.trainBatch(13)).toEqual(third);
		const texts = (epoch: number) =>
			Array.from({ length: 10 }, (_, i) => data.trainBatch(epoch * 10 + i)).flatMap(({ tokens }) =>
				Array.from({ length: 4 }, (_, row) => String(tokens.subarray(row * 11, row * 11 + 11))),
			);
		expect(texts(1)).not.toEqual(texts(0));
		expect(texts(1).sort()).toEqual(texts(0).sort());
	});

	test("of evaluation has the context's length, and rows without a string no weight", async () => {
		const data = await open({});
		const batches = data.testBatches!().get("longer")!;
		expect(batches).toHaveLength(3);
		for (const { tokens } of batches) expect(tokens).toHaveLength(4 * 21);
		expect([...batches[2]!.weights!.subarray(2 * 20)].every((w) => w === 0)).toBe(true);
		expect(data.testBatches!(1).get("longer")).toHaveLength(1);
		expect(data.evaluationBatches("validation", 2)).toHaveLength(2);
	});
});

test("what a language cannot do is said", async () => {
	await expect(open({}, 19)).rejects.toThrow("`model.context` to be at least 20");
	await expect(open({ train: { minimum: 1, maximum: 1 } })).rejects.toThrow(UserError);
	await expect(open({ train: { minimum: 1, maximum: 1 } })).rejects.toThrow(
		"dyck-1 to have strings of 1 to 1 symbols, got none",
	);
	const data = await open({});
	expect(() => data.tokenizer.encode("(]")).toThrow('symbols () of dyck-1, got "]"');
});

test("other strings are other data, by their hash", async () => {
	const [one, again, other] = await Promise.all([open({}), open({}), open({}, 20, 1)]);
	expect(again.hash).toBe(one.hash);
	expect(other.hash).not.toBe(one.hash);
});
