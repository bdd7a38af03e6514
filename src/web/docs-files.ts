/** The manual beside the page, as its files are: what the playground links to, wherever the page is put. */
import { readdir, readFile } from "node:fs/promises";
import type { Plugin } from "vite";

const folder = new URL("../../docs/", import.meta.url);

export const docsFiles = (): Plugin => ({
	name: "docs-files",
	async generateBundle() {
		for (const name of await readdir(folder))
			if (name.endsWith(".md"))
				this.emitFile({
					type: "asset",
					fileName: `docs/${name}`,
					source: await readFile(new URL(name, folder)),
				});
	},
});
