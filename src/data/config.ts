/** The `data` section of a configuration: which text, cut into which tokens, laid out how; or which formal language. */
import { z } from "zod";
import { languages } from "./languages/languages.ts";

const files = z
	.strictObject({
		train: z.string().describe("Path of the training text: UTF-8, plain or gzipped."),
		validation: z.string().optional().describe("Path of the validation text."),
		test: z.string().optional().describe("Path of the test text."),
		validationFraction: z
			.number()
			.gt(0)
			.lt(1)
			.optional()
			.describe(
				"Share of the training text, from its end, kept for validation if no path is given. Default 0.1.",
			),
	})
	.refine((source) => source.validation === undefined || source.validationFraction === undefined, {
		message:
			"Expected `source` to have one of `validation` and `validationFraction`, got both. Remove one of them.",
	});

const lengths = z
	.strictObject({ minimum: z.int().nonnegative(), maximum: z.int().positive() })
	.refine(({ minimum, maximum }) => minimum <= maximum, {
		message: "Expected `minimum` to be at most `maximum`, got more. Exchange them.",
	});

const language = z.strictObject({
	language: z
		.enum(languages.map(({ name }) => name))
		.describe("A formal language of Bhattamishra et al. (2020), whose valid next symbols are learned."),
	train: lengths
		.default({ minimum: 1, maximum: 50 })
		.describe("Lengths of the strings of training and validation."),
	tests: z
		.record(z.string().regex(/^[a-z][a-z0-9-]*$/, "Use small letters, digits and `-`"), lengths)
		.default({ longer: { minimum: 51, maximum: 100 } })
		.describe("Sets of strings to test on, by name, and their lengths."),
	samples: z.int().positive().default(10_000).describe("Strings of training."),
	testSamples: z
		.int()
		.positive()
		.default(500)
		.describe("Strings of validation and of each test, all different; fewer if there are not as many."),
});

/** A formal language as the source of data. */
export type LanguageSource = z.output<typeof language>;
/** A text as the source of data. */
export type TextSource = "wikitext-2" | z.output<typeof files>;

export const isLanguage = (source: TextSource | LanguageSource): source is LanguageSource =>
	typeof source === "object" && "language" in source;

export const dataConfig = z
	.strictObject({
		source: z
			.union([z.literal("wikitext-2"), files, language])
			.default("wikitext-2")
			.describe(
				"The text: `wikitext-2`, which comes with the program, or files of your own; or a formal language.",
			),
		tokenizer: z
			.union([
				z.enum(["words", "characters"]),
				z.strictObject({ file: z.string().describe("Path of a Hugging Face `tokenizer.json`.") }),
			])
			.default("words")
			.describe(
				"`words`: what stands between white space, a line break being `<eos>`; `characters`; or a tokenizer file.",
			),
		vocabularySize: z
			.int()
			.min(2)
			.optional()
			.describe("Keep the most frequent words of the training text, `<unk>` included. Default: all."),
		layout: z
			.enum(["stream", "lines"])
			.default("stream")
			.describe(
				"`stream`: windows of one long text; `lines`: a padded sequence per line, as Merrill et al. (2021) train.",
			),
		lossWeighting: z
			.enum(["token", "sentence"])
			.default("token")
			.describe(
				"What the loss of `lines` is a mean over. `token`: the tokens, each counting the same; `sentence`: the lines, " +
					"each by the mean over its tokens, as Merrill et al. (2021) train. Windows of a `stream` are equally long, " +
					"and there the two are one.",
			),
	})
	.refine((data) => data.vocabularySize === undefined || typeof data.tokenizer === "string", {
		message:
			"Expected `vocabularySize` to be absent with a tokenizer file, which has its own. Remove one of them.",
	})
	.refine(
		({ source, tokenizer, vocabularySize, layout, lossWeighting }) =>
			!isLanguage(source) ||
			(tokenizer === "words" &&
				vocabularySize === undefined &&
				layout === "stream" &&
				lossWeighting === "token"),
		{
			message:
				"Expected `data` to have nothing but `source` with a formal language, whose symbols and strings are " +
				"given, got more. Remove `tokenizer`, `vocabularySize`, `layout` and `lossWeighting`.",
		},
	);

export type DataConfig = z.output<typeof dataConfig>;
