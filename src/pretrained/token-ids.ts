/**
 * Token ids from a JSON file, for models whose tokenizer is not at hand: a list of lists, or `input_ids` with
 * `attention_mask` or `lengths`, as Hugging Face's tokenizers return them and as the fixtures store them.
 */
import { z } from "zod";
import { readJson } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";
import { parseWith } from "../explain.ts";

const rows = z
	.array(
		z.array(
			z
				.int()
				.min(0)
				.max(2 ** 31 - 1),
		),
	)
	.min(1);
const padded = z.object({
	input_ids: rows,
	attention_mask: z.array(z.array(z.union([z.literal(0), z.literal(1)]))).optional(),
	lengths: z.array(z.int().min(1)).optional(),
});
const idsFile = z.union([rows, padded, z.object({ inputs: padded })]);

/** Sequences without their padding, on whichever side it stands. Throws UserError naming the file and the field. */
export async function readTokenIds(path: string): Promise<Int32Array[]> {
	const parsed = parseWith(idsFile, await readJson(path, "Write token ids as JSON: a list of lists."), path);
	if (Array.isArray(parsed)) return whole(parsed, path);
	const { input_ids, attention_mask, lengths } = "inputs" in parsed ? parsed.inputs : parsed;
	if (attention_mask) {
		requireRows("attention_mask", attention_mask.length, input_ids.length, path);
		return whole(
			input_ids.map((ids, i) => {
				const mask = attention_mask[i]!;
				requireRows(`attention_mask[${i}]`, mask.length, ids.length, path);
				return ids.filter((_, t) => mask[t] === 1);
			}),
			path,
		);
	}
	if (!lengths) return whole(input_ids, path);
	requireRows("lengths", lengths.length, input_ids.length, path);
	return whole(
		input_ids.map((ids, i) => {
			if (lengths[i]! > ids.length)
				throw new UserError(
					`Expected \`lengths[${i}]\` to be at most ${ids.length}, the ids of its row, got ${lengths[i]} (${path}).`,
				);
			return ids.slice(0, lengths[i]);
		}),
		path,
	);
}

function whole(sequences: readonly (readonly number[])[], path: string): Int32Array[] {
	const empty = sequences.findIndex((ids) => ids.length === 0);
	if (empty >= 0)
		throw new UserError(`Expected sequence ${empty} to hold token ids, got none. Leave it out (${path}).`);
	return sequences.map((ids) => Int32Array.from(ids));
}

function requireRows(field: string, got: number, expected: number, path: string): void {
	if (got !== expected)
		throw new UserError(
			`Expected \`${field}\` to have ${expected} entries, as \`input_ids\`, got ${got} (${path}).`,
		);
}
