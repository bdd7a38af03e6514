/** Builds the page: the dashboard, and the playground, as static files that work from any folder of any host. */
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { docsFiles } from "./docs-files.ts";
import { pageTextModule } from "./page-text.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
	root: at("."),
	base: "./",
	plugins: [svelte(), docsFiles()],
	worker: { format: "es", plugins: () => [pageTextModule()] },
	build: {
		outDir: at("../../dist/web"),
		emptyOutDir: true,
		target: "es2023",
		rolldownOptions: { input: { play: at("play/index.html") } },
	},
});
