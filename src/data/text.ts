/**
 * Texts: read from disk, plain or gzipped, and split into training, validation and test.
 *
 * The hash over all of them goes into the run's configuration, so that a run is never resumed on another text.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { asUserError } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";
import type { TextSource } from "./config.ts";
import { type Split, splitOff, type Texts } from "./split.ts";

/** A text longer than this does not fit into one string. */
const largestText = 2 ** 29 - 25;

const wikitext2 = (name: string): string =>
	fileURLToPath(new URL(`../../data/wikitext-2/${name}.txt.gz`, import.meta.url));

/**
 * Reads the texts of a data set. Throws UserError, naming the file, if one is missing, empty, damaged, not UTF-8 or
 * longer than 512 MiB.
 */
export async function readTexts(source: TextSource): Promise<Texts> {
	const paths =
		source === "wikitext-2"
			? { train: wikitext2("train"), validation: wikitext2("valid"), test: wikitext2("test") }
			: { train: source.train, validation: source.validation, test: source.test };
	const splits = new Map<Split, string>();
	for (const split of ["train", "validation", "test"] as const)
		if (paths[split] !== undefined) splits.set(split, await readText(paths[split]));
	if (source !== "wikitext-2" && source.validation === undefined)
		splitOff(splits, source.validationFraction ?? 0.1);

	const hash = createHash("sha256");
	for (const [split, text] of splits) hash.update(`${split} ${text.length}\n`).update(text);
	return { name: source === "wikitext-2" ? "WikiText-2" : source.train, splits, hash: hash.digest("hex") };
}

async function readText(path: string): Promise<string> {
	const file = await readFile(path).catch((error) => {
		throw asUserError(error, path);
	});
	const zipped = file[0] === 0x1f && file[1] === 0x8b;
	const bytes = zipped ? unzip(file, path) : file;
	if (bytes.length > largestText) throw tooLong(path);
	let text: string;
	try {
		text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch (error) {
		throw new UserError(`Expected \`${path}\` to be UTF-8 text, got other bytes. Convert it first (iconv).`, {
			cause: error,
		});
	}
	if (!/\S/.test(text))
		throw new UserError(
			`Expected \`${path}\` to hold text, got ${bytes.length} bytes of nothing. Check the file.`,
		);
	return text;
}

function unzip(file: Buffer, path: string): Buffer {
	try {
		return gunzipSync(file, { maxOutputLength: largestText });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLong(path);
		throw new UserError(
			`Expected \`${path}\` to be a complete gzip file, got "${(error as Error).message}". Fetch it again.`,
			{ cause: error },
		);
	}
}

const tooLong = (path: string): UserError =>
	new UserError(`Expected \`${path}\` to be at most 512 MiB of text, got more. Cut it into a smaller file.`);
