/** The built page: static files of `dist/web`, under `/` and `/play/`. */
import { realpath } from "node:fs/promises";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Context } from "hono";
import { html, raw } from "hono/html";
import { pageStyle } from "../report/page-style.ts";
import { fileOfUrl, pathOf, sendFile } from "./files.ts";

/** Beside this file's folder where the program is built, in `dist/` where it is not. */
export const builtPage = fileURLToPath(
	new URL(extname(import.meta.url) === ".ts" ? "../../dist/web" : "../web", import.meta.url),
);

const policy =
	"default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; worker-src 'self' blob:; connect-src 'self'; " +
	"object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The file of the page that the request names; undefined if it names none. */
export async function sendPage(context: Context, folder: string): Promise<Response | undefined> {
	const path = pathOf(context);
	const root = await realpath(folder).catch(() => undefined);
	const file = root && (await fileOfUrl(root, path.endsWith("/") ? `${path}index.html` : path));
	if (file)
		return sendFile(context, file, {
			"Content-Security-Policy": policy,
			// Isolated, a page may share memory between threads, and WebAssembly in the playground uses all cores.
			"Cross-Origin-Embedder-Policy": "require-corp",
			// Their names change with their content.
			...(path.startsWith("/assets/") && { "Cache-Control": "max-age=31536000, immutable" }),
		});
	if (path !== "/" && path !== "/play/") return undefined;
	context.header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:");
	return context.html(notBuilt, 503);
}

const notBuilt = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Orrery: not built</title><link rel="icon" href="data:,"><style>${raw(pageStyle)}</style></head>
<body><header><h1>The page is not built yet</h1></header>
<p>Build it once with <code>npm run build</code> in Orrery's folder, then load this page again. The server may go on running.</p>
</body></html>
`;
