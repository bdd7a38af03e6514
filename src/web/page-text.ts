/**
 * The text that the playground trains on, made when the page is built: the first articles of WikiText-2 that are ASCII,
 * whole and unchanged, as the module `virtual:page-text`. A bundler keeps it apart from the program.
 */
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Characters: about 55 KB gzipped. */
const length = 160_000;

const folder = new URL("../../data/wikitext-2/", import.meta.url);

export interface PageText {
	readonly name: string;
	readonly text: string;
	/** Whose it is, and its licence, in a line. */
	readonly attribution: string;
}

export async function pageText(): Promise<PageText> {
	const all = gunzipSync(await readFile(new URL("train.txt.gz", folder))).toString("utf8");
	// Articles begin with ` = Title = ` on a line and an empty one; their sections with more signs.
	const articles = all.split(/^(?= = [^=\n]+ = \n \n)/m).filter((part) => /^ =[\n\x20-\x7e]*$/.test(part));
	let text = "";
	for (const article of articles) if (text.length + article.length <= length) text += article;
	return {
		name: "WikiText-2, some of its articles",
		text,
		attribution:
			"Text: articles of Wikipedia by its contributors, in the form of WikiText-2 (Merity et al. 2016), unchanged; " +
			"licence Creative Commons Attribution-ShareAlike 3.0, https://creativecommons.org/licenses/by-sa/3.0/",
	};
}

const id = "virtual:page-text";

export const pageTextModule = (): Plugin => ({
	name: "page-text",
	resolveId: (source) => (source === id ? `\0${id}` : undefined),
	load: async (source) =>
		source === `\0${id}` ? `export default ${JSON.stringify(await pageText())};` : undefined,
});
