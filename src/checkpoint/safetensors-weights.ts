/** A safetensors file as the weights of a checkpoint, of any stored type, read by range. */
import type { ByteSource } from "./byte-source.ts";
import { readHeader } from "./header.ts";
import type { StoredTensor, Weights } from "./weights.ts";

/** Throws UserError, naming file and field, if the header cannot be believed. The weights close the source. */
export async function openSafetensorsWeights(source: ByteSource): Promise<Weights> {
	const { tensors: entries, metadata, start } = await readHeader(source);
	const file = source.path;
	const tensors = new Map<string, StoredTensor>();
	for (const [name, { dtype, shape, begin, end }] of entries)
		tensors.set(name, {
			name,
			dtype,
			shape,
			file,
			async readBytes(into, from) {
				if (from < 0 || from + into.length > end - begin)
					throw new RangeError(
						`Expected a range within the ${end - begin} bytes of \`${name}\`, got ${from} + ${into.length}`,
					);
				await source.read(into, start + begin + from);
			},
		});
	return {
		location: file,
		tensors,
		files: [file],
		ignored: [],
		numbers: numbersOf(metadata),
		close: () => source.close(),
	};
}

/** What the metadata say in decimal, such as the `step` of our own checkpoints. */
function numbersOf(metadata: Readonly<Record<string, string>>): Record<string, number> {
	const numbers = Object.entries(metadata).filter(([, text]) => /^-?\d{1,15}(\.\d{1,15})?$/.test(text));
	return Object.fromEntries(numbers.map(([key, text]) => [key, Number(text)]));
}
