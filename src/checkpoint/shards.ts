/**
 * Weights in several files, with an index that says which tensor lies in which: `model.safetensors.index.json` and
 * `pytorch_model.bin.index.json`.
 *
 *     { "weight_map": { "model.norm.weight": "model-00002-of-00002.safetensors", … }, "metadata": … }
 *
 * An index comes from the network as files do. The shards that it names are files beside it, and nothing else: no
 * path, no folder above, no other host.
 */
import type { ByteSource } from "./byte-source.ts";
import { refusal } from "./header.ts";
import { beside } from "./location.ts";
import { weightsFile } from "./step-of.ts";
import { isRecord, parseStrictJson } from "./strict-json.ts";
import type { Ignored, StoredTensor, Weights } from "./weights.ts";

/** Longer ones are refused, as headers are. */
const longestIndex = 100_000_000;
/** The index, its map or metadata, and lists that other programs put into the metadata. */
const deepest = 6;

/** A name as the shards of any program have it; no separators, no drives, no escapes, no hidden files. */
const plainName = /^[\p{L}\p{N}_][\p{L}\p{N}_.+=@ -]{0,254}$/u;

/**
 * The names of the tensors by the name of their file, files in the order of their names.
 * Throws UserError, naming index and field, if it is no such index or names something that is no file beside it.
 */
export async function readIndex(source: ByteSource): Promise<ReadonlyMap<string, readonly string[]>> {
	const fail = refusal(source.path);
	if (source.size > longestIndex) fail("the size", `at most ${longestIndex} bytes`, source.size);
	const bytes = new Uint8Array(source.size);
	await source.read(bytes, 0);
	let index: unknown;
	try {
		index = parseStrictJson(bytes, deepest);
	} catch (error) {
		fail("the index", "valid JSON in UTF-8", (error as Error).message);
	}
	const map = isRecord(index) ? index["weight_map"] : undefined;
	if (!isRecord(map)) return fail("`weight_map`", "an object of file names by tensor", map);
	const files = new Map<string, string[]>();
	for (const [tensor, file] of Object.entries(map)) {
		if (typeof file !== "string" || !plainName.test(file) || !weightsFile.test(file))
			return fail(
				`\`weight_map\` of tensor \`${tensor.slice(0, 200)}\``,
				"the name of a file of tensors beside the index, without a path",
				file,
			);
		const names = files.get(file);
		if (names) names.push(tensor);
		else files.set(file, [tensor]);
	}
	if (files.size === 0) fail("`weight_map`", "an object with at least one tensor", map);
	return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The weights that the index at `location` lists; `openFile` opens a shard. Tensors that lie in a shard but are not
 * listed are left aside. Throws UserError, naming index, shard and tensor, if one is missing or cannot be believed. The caller closes
 * the index.
 */
export async function openShards(
	source: ByteSource,
	openFile: (location: string) => Promise<Weights>,
): Promise<Weights> {
	const location = source.path;
	const tensors = new Map<string, StoredTensor>();
	const ignored: Ignored[] = [];
	const numbers: Record<string, number> = {};
	const shards: Weights[] = [];
	const close = async () => {
		for (const shard of shards) await shard.close();
	};
	try {
		for (const [name, listed] of await readIndex(source)) {
			const file = beside(location, name);
			const shard = await openFile(file);
			shards.push(shard);
			const wanted = new Set(listed);
			for (const tensor of shard.tensors.values())
				if (wanted.delete(tensor.name)) tensors.set(tensor.name, tensor);
				else
					ignored.push({
						path: file,
						reason: `its tensor \`${tensor.name}\` is not of this file in the index`,
					});
			for (const missing of wanted)
				refusal(location)(
					`\`weight_map\` of tensor \`${missing.slice(0, 200)}\``,
					"the file that holds it",
					name,
				);
			ignored.push(...shard.ignored);
			Object.assign(numbers, shard.numbers);
		}
		return { location, tensors, files: shards.flatMap(({ files }) => files), ignored, numbers, close };
	} catch (error) {
		await close();
		throw error;
	}
}
