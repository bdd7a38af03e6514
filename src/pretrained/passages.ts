/**
 * Text to measure a pretrained model on, as passages. Merrill et al. 2021 (§4.1, Fig. 2) take the first 100 chunks of
 * the Brown corpus between blank lines that do not begin with `#`.
 *
 * A path is a text file, or a folder of the Brown corpus as NLTK ships it (`ca01` … `cr09`). Files of tagged words,
 * `The/at Fulton/np-tl County/nn-tl`, are recognised, and their tags dropped.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { asUserError } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";

export interface Passages {
	readonly texts: readonly string[];
	/** What they are and what was done to them, for people. */
	readonly description: string;
}

/** The first `most` passages. Throws UserError if the path is missing, no UTF-8, or holds none. */
export async function readPassages(path: string, most: number): Promise<Passages> {
	const isFolder = (
		await stat(path).catch((error) => Promise.reject(asUserError(error, path)))
	).isDirectory();
	const files = isFolder ? await brownFiles(path) : [path];
	const texts: string[] = [];
	let tagged = false;
	for (const file of files) {
		const text = await readText(file);
		const isTagged = looksTagged(text);
		tagged ||= isTagged;
		texts.push(...chunks(isTagged ? untagged(text) : text));
		// A hundred passages are in the first few of the corpus's 500 files.
		if (texts.length >= most) break;
	}
	if (texts.length === 0)
		throw new UserError(
			`Expected \`${path}\` to hold passages between blank lines, got none that does not begin with #. Give another text.`,
		);
	const shown = texts.slice(0, most);
	const what = `${shown.length === texts.length ? "" : "the first "}${shown.length} passages of ${path}`;
	return { texts: shown, description: `${what}${tagged ? ", part-of-speech tags dropped" : ""}` };
}

/** Pieces between blank lines, each on one line, without those that begin with `#`. */
const chunks = (text: string): string[] =>
	text
		.split(/\r?\n[^\S\n]*(?:\r?\n[^\S\n]*)+/)
		.map((chunk) => chunk.trim())
		.filter((chunk) => chunk !== "" && !chunk.startsWith("#"));

/** A word, a slash, and a tag of lower-case letters and marks: `'s/pos`, `,/,`, `not/*-hl`, `The/at`. */
const taggedWord = /^(\S+)\/([a-z][a-z0-9$*+-]*|[.,:()*-]|\*-[a-z-]+|``|''|'|--)(-hl|-tl|-nc)*$/;

function looksTagged(text: string): boolean {
	const words = text.slice(0, 20_000).split(/\s+/).filter(Boolean).slice(0, -1);
	return words.length > 0 && words.filter((word) => taggedWord.test(word)).length > 0.9 * words.length;
}

/** `The/at jury/nn said/vbd` → `The jury said`: what stands before the last slash of each word. */
const untagged = (text: string): string => text.replace(/(\S+)\/\S+/g, "$1").replace(/\t/g, "");

/** The Brown corpus's own order is that of its file names. */
async function brownFiles(folder: string): Promise<string[]> {
	const names = await readdir(folder);
	const files = names.filter((name) => /^c[a-r]\d\d$/.test(name)).sort();
	if (files.length === 0)
		throw new UserError(
			`Expected the folder \`${folder}\` to hold the Brown corpus as NLTK ships it (ca01 to cr09), got ${names.length} ` +
				"other files. Give a text file, or the folder `nltk_data/corpora/brown`.",
		);
	return files.map((name) => join(folder, name));
}

async function readText(path: string): Promise<string> {
	const bytes = await readFile(path).catch((error) => {
		throw asUserError(error, path);
	});
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch (error) {
		throw new UserError(`Expected \`${path}\` to be UTF-8 text, got other bytes. Convert it first (iconv).`, {
			cause: error,
		});
	}
}
