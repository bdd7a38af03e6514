/**
 * The tokenizer that belongs to a pretrained model, from its folder: `tokenizer.json`, or else what older folders hold,
 * `vocab.txt` (BERT's WordPiece) or `vocab.json` and `merges.txt` (GPT-2's and RoBERTa's byte-level BPE), from which the
 * same `tokenizer.json` is written that Hugging Face's converter makes. A SentencePiece model alone is not read.
 *
 * Special tokens are those that the tokenizer itself puts around one text. A text that is too long loses its end, and
 * keeps its special tokens.
 */
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { asUserError, readJson } from "../checkpoint/disk.ts";
import { makeTokenizer } from "../data/huggingface.ts";
import { UserError } from "../error.ts";
import { parseWith } from "../explain.ts";

export interface ModelTokenizer {
	/** The files it was made of, what it does to every text, and the special tokens it adds. */
	readonly description: string;
	/** At most `most` ids, special tokens among them; `cut` if there were more. */
	encode(text: string, most: number): { readonly ids: Int32Array; readonly cut: boolean };
}

/** Throws UserError, naming what to do, if the folder has no tokenizer that is read. */
export async function openModelTokenizer(folder: string): Promise<ModelTokenizer> {
	const has = (name: string) =>
		access(join(folder, name)).then(
			() => true,
			() => false,
		);
	const config = (await has("tokenizer_config.json"))
		? ((await readJson(join(folder, "tokenizer_config.json"), "Fetch it again.")) as object)
		: {};
	if (await has("tokenizer.json")) {
		const path = join(folder, "tokenizer.json");
		return withSpecials(
			makeTokenizer((await readJson(path, "Fetch it again.")) as object, config, path),
			"tokenizer.json",
		);
	}
	if (await has("vocab.txt")) {
		const path = join(folder, "vocab.txt");
		const { do_lower_case = true } = parseWith(
			z.looseObject({ do_lower_case: z.boolean().optional() }),
			config,
			join(folder, "tokenizer_config.json"),
		);
		const definition = wordPiece(await readLines(path), do_lower_case, path);
		return withSpecials(
			makeTokenizer(definition, config, path),
			`vocab.txt (WordPiece, ${do_lower_case ? "lower-cased" : "cased"})`,
		);
	}
	if ((await has("vocab.json")) && (await has("merges.txt"))) {
		const path = join(folder, "vocab.json");
		const vocabulary = parseWith(
			z.record(z.string(), z.int().min(0)),
			await readJson(path, "Fetch it again."),
			path,
		);
		const merges = (await readLines(join(folder, "merges.txt"))).filter(
			(line) => line && !line.startsWith("#version"),
		);
		return withSpecials(
			makeTokenizer(byteLevel(vocabulary, merges), config, path),
			"vocab.json and merges.txt (byte-level BPE)",
		);
	}
	for (const name of ["spiece.model", "tokenizer.model", "sentencepiece.bpe.model"])
		if (await has(name))
			throw new UserError(
				`Expected \`${folder}\` to hold tokenizer.json, got ${name} alone, which is not read. Write it once with ` +
					"Python: AutoTokenizer.from_pretrained(folder).save_pretrained(folder). Or give token ids (--ids).",
			);
	throw new UserError(
		`Expected \`${folder}\` to hold tokenizer.json, vocab.txt, or vocab.json and merges.txt, got none of them. Copy the ` +
			"model's tokenizer there, or give token ids (--ids).",
	);
}

async function readLines(path: string): Promise<string[]> {
	const text = await readFile(path, "utf8").catch((error) => {
		throw asUserError(error, path);
	});
	return text.replace(/\r?\n$/, "").split(/\r?\n/);
}

/** As `BertConverter` of transformers: a line a piece, [CLS] and [SEP] around a text. */
function wordPiece(lines: readonly string[], lowercase: boolean, path: string): object {
	const vocab = Object.fromEntries(lines.map((piece, id) => [piece, id]));
	for (const piece of ["[UNK]", "[CLS]", "[SEP]"])
		if (!Object.hasOwn(vocab, piece))
			throw new UserError(
				`Expected \`${path}\` to have a line ${piece}, got none. It is no WordPiece vocabulary of BERT's.`,
			);
	const special = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"].filter((piece) =>
		Object.hasOwn(vocab, piece),
	);
	return {
		added_tokens: special.map((content) => addedToken(content, vocab[content]!)),
		normalizer: {
			type: "BertNormalizer",
			clean_text: true,
			handle_chinese_chars: true,
			strip_accents: null,
			lowercase,
		},
		pre_tokenizer: { type: "BertPreTokenizer" },
		post_processor: {
			type: "BertProcessing",
			cls: ["[CLS]", vocab["[CLS]"]],
			sep: ["[SEP]", vocab["[SEP]"]],
		},
		decoder: { type: "WordPiece", prefix: "##", cleanup: true },
		model: {
			type: "WordPiece",
			unk_token: "[UNK]",
			continuing_subword_prefix: "##",
			max_input_chars_per_word: 100,
			vocab,
		},
	};
}

/** As `RobertaConverter` of transformers if the vocabulary has <s> and </s>, else as `GPT2Converter`: nothing is added. */
function byteLevel(vocab: Readonly<Record<string, number>>, merges: readonly string[]): object {
	const isRoberta = Object.hasOwn(vocab, "<s>") && Object.hasOwn(vocab, "</s>");
	const special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>"].filter((piece) =>
		Object.hasOwn(vocab, piece),
	);
	return {
		added_tokens: special.map((content) => addedToken(content, vocab[content]!)),
		normalizer: null,
		pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
		post_processor: isRoberta
			? {
					type: "RobertaProcessing",
					cls: ["<s>", vocab["<s>"]],
					sep: ["</s>", vocab["</s>"]],
					trim_offsets: true,
					add_prefix_space: false,
				}
			: { type: "ByteLevel", add_prefix_space: true, trim_offsets: false },
		decoder: { type: "ByteLevel" },
		model: {
			type: "BPE",
			unk_token: null,
			continuing_subword_prefix: "",
			end_of_word_suffix: "",
			fuse_unk: false,
			vocab,
			merges,
		},
	};
}

const addedToken = (content: string, id: number) => ({
	id,
	content,
	single_word: false,
	lstrip: content === "<mask>",
	rstrip: false,
	normalized: false,
	special: true,
});

function withSpecials(tokenizer: Tokenizer, source: string): ModelTokenizer {
	const encode = (text: string, special: boolean): number[] =>
		tokenizer.encode(text, { add_special_tokens: special }).ids;
	/** What is put before and behind a text. */
	const [bare, dressed] = [encode("a", false), encode("a", true)];
	const before = dressed.findIndex((_, i) => bare.every((id, k) => dressed[i + k] === id));
	if (bare.length === 0 || before < 0)
		throw new UserError(
			`Expected the tokenizer (${source}) to put special tokens around a text and leave it as it is, got [${dressed}] for ` +
				`[${bare}]. Give token ids (--ids).`,
		);
	const [head, tail] = [dressed.slice(0, before), dressed.slice(before + bare.length)];
	const names = (ids: readonly number[]) => ids.map((id) => tokenizer.id_to_token(id) ?? id).join(" ");
	const added =
		head.length + tail.length === 0
			? "no special tokens"
			: `special tokens ${[names(head), "…", names(tail)].filter(Boolean).join(" ")}`;
	return {
		description: `${source}, ${added}`,
		encode(text, most) {
			const ids = encode(text, false);
			const room = Math.max(0, most - head.length - tail.length);
			return {
				ids: Int32Array.from([...head, ...ids.slice(0, room), ...tail]),
				cut: ids.length > room,
			};
		},
	};
}
