/** The `data` section of a configuration: which text, cut into which tokens, laid out how. */
import { z } from "zod";

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

export const dataConfig = z
	.strictObject({
		source: z
			.union([z.literal("wikitext-2"), files])
			.default("wikitext-2")
			.describe("The text: `wikitext-2`, which comes with the program, or files of your own."),
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
	});

export type DataConfig = z.output<typeof dataConfig>;
