/**
 * Opens the weights of one checkpoint, wherever and however they are stored: a file, a folder as a trainer leaves it,
 * or an http(s) address of either.
 */
import { readdir, stat } from "node:fs/promises";
import { UserError } from "../error.ts";
import { type ByteSource, openSource } from "./byte-source.ts";
import { asUserError } from "./disk.ts";
import { besides, indexFile, unfinished } from "./file-names.ts";
import { isAddress, isMissing, nameOf, within } from "./location.ts";
import { openSafetensorsWeights } from "./safetensors-weights.ts";
import { openShards } from "./shards.ts";
import { weightsFile } from "./step-of.ts";
import { byteSizes } from "./stored-type.ts";
import { openTorch } from "./torch/open.ts";
import type { Ignored, StoredTensor, Weights } from "./weights.ts";
import { widen } from "./widen.ts";

/** The names of a folder's weights; the first that is there counts. The order is that of Hugging Face transformers. */
const known = [
	"model.safetensors",
	"model.safetensors.index.json",
	"pytorch_model.bin",
	"pytorch_model.bin.index.json",
	"model.pt",
	"model.pth",
	"model.bin",
];

const shardFile = /-\d+-of-\d+\.\w+$/;

/**
 * Opens a file (`.safetensors`; `.pt`, `.pth`, `.bin`, `.ckpt` as PyTorch writes them; the `.index.json` of shards), a
 * folder with one of these, or an address. Only headers and indexes are read. Of several candidates in a folder
 * safetensors are preferred, and the others are in `ignored`. Throws UserError, naming file, field and tensor, if
 * there are none, if it is not clear which are meant, or if what a file says about itself cannot be true.
 */
export async function openWeights(location: string): Promise<Weights> {
	if (weightsFile.test(nameOf(location)) || indexFile.test(nameOf(location))) {
		if (isAddress(location) || !(await isFolder(location))) return openFile(location);
	} else if (isAddress(location)) return openRemoteFolder(location);
	else if (!(await isFolder(location)))
		throw new UserError(
			`Expected \`${location}\` to be a folder or a file that ends in .safetensors, .pt, .pth, .bin, .ckpt or .index.json, got another file.`,
		);
	return openFolder(location);
}

/** All values of a tensor, row-major, widened as `widen` does. Throws UserError if they are more than memory holds. */
export async function valuesOf(tensor: StoredTensor): Promise<Float32Array | Float64Array> {
	const size = tensor.shape.reduce((a, b) => a * b, byteSizes[tensor.dtype]);
	let bytes: Uint8Array;
	try {
		bytes = new Uint8Array(size);
	} catch (error) {
		throw new UserError(
			`Expected tensor \`${tensor.name}\` of \`${tensor.file}\` to fit in memory, got ${size} bytes.`,
			{ cause: error },
		);
	}
	await tensor.readBytes(bytes, 0);
	return widen(bytes, tensor);
}

async function isFolder(path: string): Promise<boolean> {
	const status = await stat(path).catch((error) => {
		throw asUserError(error, path);
	});
	return status.isDirectory();
}

async function openFile(location: string): Promise<Weights> {
	const source = await openSource(location);
	let opened: Weights | undefined;
	try {
		await refusePointer(source);
		if (indexFile.test(nameOf(location))) return await openShards(source, openFile);
		opened = /\.safetensors$/i.test(nameOf(location))
			? await openSafetensorsWeights(source)
			: await openTorch(source);
		return opened;
	} finally {
		// Of the weights of one file the source is closed with them.
		if (!opened) await source.close();
	}
}

/** What `git clone` leaves in place of a large file where Git LFS is not installed. */
async function refusePointer(source: ByteSource): Promise<void> {
	const beginning = "version https://git-lfs";
	// Its specification has them shorter than a kibibyte.
	if (source.size < beginning.length || source.size >= 1024) return;
	const bytes = new Uint8Array(beginning.length);
	await source.read(bytes, 0);
	if (Buffer.from(bytes).toString("latin1") === beginning)
		throw new UserError(
			`Expected \`${source.path}\` to hold tensors, got a pointer of Git LFS. Fetch the file itself: git lfs pull.`,
		);
}

async function openRemoteFolder(location: string): Promise<Weights> {
	let reason = "";
	for (const name of known) {
		try {
			return { ...(await openFile(within(location, name))), location };
		} catch (error) {
			if (!isMissing(error)) throw error;
			reason ||= (error as Error).message;
		}
	}
	const hint = /^https?:\/\/huggingface\.co\/(?!.*\/resolve\/)/i.test(location)
		? " Files of Hugging Face are at https://huggingface.co/<organisation>/<model>/resolve/<revision>."
		: "";
	throw new UserError(
		`Expected \`${location}\` to hold one of ${known.join(", ")}, got none of them.${hint} (${reason})`,
	);
}

async function openFolder(folder: string): Promise<Weights> {
	const names = (
		await readdir(folder).catch((error) => {
			throw asUserError(error, folder);
		})
	).sort();
	const chosen = choose(folder, names);
	const weights = await openFile(within(folder, chosen));
	const read = new Set(weights.files);
	const ignored: Ignored[] = [...weights.ignored];
	for (const name of names) {
		const path = within(folder, name);
		if (name !== chosen && !read.has(path)) {
			const reason = reasonOf(name, chosen);
			if (reason) ignored.push({ path, reason });
		}
	}
	return { ...weights, location: folder, ignored };
}

/** The file of the folder that holds the weights, or their index. */
function choose(folder: string, names: readonly string[]): string {
	const named = known.find((name) => names.includes(name));
	if (named) return named;
	const candidates = names.filter(
		(name) => (weightsFile.test(name) || indexFile.test(name)) && !besides.test(name),
	);
	const shards = candidates.filter((name) => shardFile.test(name));
	const whole = candidates.filter((name) => !shardFile.test(name));
	const safe = whole.filter((name) => /\.safetensors(\.index\.json)?$/i.test(name));
	const choice = safe.length ? safe : whole;
	if (choice.length === 1) return choice[0]!;
	if (choice.length === 0 && shards.length)
		throw new UserError(
			`Expected \`${folder}\` to hold an index beside \`${shards[0]}\`, such as model.safetensors.index.json, got none. ` +
				"The checkpoint is not whole: fetch or write it again.",
		);
	const found = (choice.length ? choice : names).slice(0, 5).join(", ");
	throw new UserError(
		`Expected \`${folder}\` to hold one of ${known.join(", ")}, got ${found || "nothing"}. ` +
			`Name ${choice.length ? "one of these files" : "a folder with weights, or a file"}.`,
	);
}

/** Why a file beside the weights is not read, or undefined if it does not look like weights. */
function reasonOf(name: string, chosen: string): string | undefined {
	if (unfinished.test(name)) return "unfinished: a program is writing it, or was killed";
	if (!weightsFile.test(name) && !indexFile.test(name)) return undefined;
	if (besides.test(name)) return "state of the training, no weights";
	if (shardFile.test(name) && indexFile.test(chosen)) return `not named by \`${chosen}\``;
	return `the weights are read from \`${chosen}\``;
}
