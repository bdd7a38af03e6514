/**
 * A Hugging Face `tokenizer.json`, with the `tokenizer_config.json` beside it if there is one.
 *
 * Long texts are encoded in pieces of whole lines, which bounds the memory; only a token that would span the break
 * between two pieces, one in 64 KiB of text, can differ. No special tokens are added.
 */
import { dirname, join } from "node:path";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { readJson } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Throws UserError if the file is missing, is not JSON, or is no tokenizer that the library knows. */
export async function openTokenizer(path: string): Promise<Tokenizer> {
	const read = (file: string) => readJson(file, "Fetch it again.") as Promise<object>;
	const definition = await read(path);
	const config = await read(join(dirname(path), "tokenizer_config.json")).catch((error) => {
		if (error.cause?.code === "ENOENT") return {};
		throw error;
	});
	const tokenizer = makeTokenizer(definition, config, path);
	const ids = [...tokenizer.get_vocab().values()];
	return {
		vocabularySize: ids.reduce((a, b) => Math.max(a, b), -1) + 1,
		encode(text) {
			const found: number[] = [];
			for (let begin = 0; begin < text.length; ) {
				const line = text.indexOf("\n", begin + 2 ** 16) + 1;
				const end = line > 0 ? line : text.length;
				const { ids } = tokenizer.encode(text.slice(begin, end), { add_special_tokens: false });
				for (const id of ids) found.push(id);
				begin = end;
			}
			return Int32Array.from(found);
		},
		decode: (ids) => tokenizer.decode(Array.from(ids), { clean_up_tokenization_spaces: false }),
	};
}

/** The library's tokenizer for the content of a `tokenizer.json` and of a `tokenizer_config.json`; `path` is for messages. */
export function makeTokenizer(definition: object, config: object, path: string): HuggingFaceTokenizer {
	try {
		const tokenizer = new HuggingFaceTokenizer(definition, config);
		tokenizer.get_vocab();
		return tokenizer;
	} catch (error) {
		throw new UserError(
			`Expected \`${path}\` to be a Hugging Face tokenizer, got "${(error as Error).message}". ` +
				"Save one with `tokenizer.save_pretrained`.",
			{ cause: error },
		);
	}
}
