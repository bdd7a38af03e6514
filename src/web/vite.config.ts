/** Builds the page: the dashboard, and the playground, as static files that work from any folder of any host. */
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
	root: at("."),
	base: "./",
	plugins: [svelte()],
	worker: { format: "es" },
	build: {
		outDir: at("../../dist/web"),
		emptyOutDir: true,
		target: "es2023",
		rolldownOptions: { input: { index: at("index.html"), play: at("play/index.html") } },
	},
});
