/**
 * PyTorch's files (`.pt`, `.pth`, `.bin`, `.ckpt`) as weights: a zip archive of a pickle, `data.pkl`, and a file for
 * each storage. The pickle is read by a machine that executes nothing (pickle.ts).
 *
 * A training program stores more than a model: `{model, optimizer, iter_num, …}` (nanoGPT), `{state_dict, …}`
 * (Lightning). The tensors of the model are the weights, the numbers are kept, the rest is listed as ignored.
 */
import { UserError } from "../../error.ts";
import type { ByteSource } from "../byte-source.ts";
import { refusal } from "../header.ts";
import { byteSizes } from "../stored-type.ts";
import type { StoredTensor, Weights } from "../weights.ts";
import { readPickle } from "./pickle.ts";
import { modelOf } from "./state-dict.ts";
import { readStrided } from "./strided.ts";
import type { TensorView } from "./values.ts";
import { openZip, type ZipEntry } from "./zip.ts";

/** Longer pickles are refused before they are read; those of 10,000 tensors are of 1 MB. */
const largestPickle = 100_000_000;

/**
 * The weights in a file of PyTorch's, from version 1.6 on. Nested dictionaries give names joined by dots; the prefixes
 * `module.` and `_orig_mod.` that wrappers put before all names are dropped. Throws UserError, naming file and byte,
 * entry or tensor, if the file is damaged, names anything that is not a tensor, number, text or container, or is of
 * another kind. The weights close the source.
 */
export async function openTorch(source: ByteSource): Promise<Weights> {
	const file = source.path;
	const fail = refusal(file);
	await checkBeginning(source);
	const entries = await openZip(source);
	const pickle = [...entries.values()].find(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
	if (!pickle)
		return fail(
			"the zip archive",
			"one of PyTorch's, with data.pkl in a folder",
			[...entries.keys()].slice(0, 4),
		);
	const folder = pickle.name.slice(0, -"data.pkl".length);
	if (entries.has(`${folder}constants.pkl`))
		throw new UserError(
			`Expected \`${file}\` to hold tensors, got a TorchScript program. Load it by torch.jit.load and save its state_dict().`,
		);
	if (pickle.size > largestPickle) fail("data.pkl", `at most ${largestPickle} bytes`, pickle.size);
	const order = entries.get(`${folder}byteorder`);
	if (order && order.size <= 8) {
		const text = Buffer.from(await whole(order)).toString("latin1");
		if (text !== "little") fail("`byteorder`", "little", text);
	}
	const root = readPickle(await whole(pickle), `${file}/${pickle.name}`);
	const { tensors: views, numbers, ignored } = modelOf(root, file);
	const tensors = new Map<string, StoredTensor>();
	for (const [name, view] of views) tensors.set(name, storedTensor(name, view, folder, entries, file));
	return {
		location: file,
		tensors,
		files: [file],
		ignored,
		numbers,
		close: () => source.close(),
	};
}

async function whole(entry: ZipEntry): Promise<Uint8Array> {
	const bytes = new Uint8Array(entry.size);
	await entry.read(bytes, 0);
	return bytes;
}

function storedTensor(
	name: string,
	view: TensorView,
	folder: string,
	entries: ReadonlyMap<string, ZipEntry>,
	file: string,
): StoredTensor {
	const { storage, dtype, shape } = view;
	const entry = entries.get(`${folder}data/${storage.key}`);
	const size = storage.length * (storage.dtype ? byteSizes[storage.dtype] : 1);
	if (size && !entry)
		refusal(file)(`the storage of tensor \`${name}\``, `in data/${storage.key}`, "no such entry");
	if (entry && entry.size !== size)
		refusal(file)(
			`the storage of tensor \`${name}\``,
			`${size} bytes, as data.pkl says`,
			`${entry.size} bytes`,
		);
	return {
		name,
		dtype,
		shape,
		file,
		async readBytes(into, begin) {
			await readStrided(view, async (part, at) => entry?.read(part, at), into, begin);
		},
	};
}

/** The kind of a file that is no zip archive, by its first bytes. */
async function checkBeginning(source: ByteSource): Promise<void> {
	const bytes = Buffer.alloc(Math.min(16, source.size));
	await source.read(bytes, 0);
	if (bytes.subarray(0, 2).toString("latin1") === "PK") return;
	const isPickle = bytes[0] === 0x80 && bytes[1]! <= 5;
	throw new UserError(
		isPickle
			? `Expected \`${source.path}\` to be a zip archive, as PyTorch writes since 1.6, got a pickle of its older format or of another program. Load it in PyTorch and save it again, best as safetensors.`
			: `Expected \`${source.path}\` to be a file of PyTorch's, which begins with PK, got ${bytes.length ? `the bytes ${bytes.subarray(0, 8).toString("hex")}` : "an empty file"}. The file is damaged or incomplete, or of another kind.`,
	);
}
