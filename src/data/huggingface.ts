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
	let tokenizer: HuggingFaceTokenizer;
	let ids: number[];
	try {
		tokenizer = new HuggingFaceTokenizer(definition, config);
		ids = [...tokenizer.get_vocab().values()];
	} catch (error) {
		throw new UserError(
			`Expected \`${path}\` to be a Hugging Face tokenizer, got "${(error as Error).message}". ` +
				"Save one with `tokenizer.save_pretrained`.",
			{ cause: error },
		);
	}
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
