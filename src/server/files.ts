/** The plain files of a folder, and nothing outside of it: not by dots, not by encodings, not through links. */
import { open, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Context } from "hono";
import { getMimeType } from "hono/utils/mime";
import { pathWithin } from "../query/within.ts";

/** The path of the request as it was sent; Hono's own has some of its characters decoded already. */
export const pathOf = (context: Context): string => new URL(context.req.url).pathname;

/** The file that a URL's path names, as `fileWithin` finds it. */
export async function fileOfUrl(root: string, urlPath: string): Promise<string | undefined> {
	try {
		return await fileWithin(root, decodeURIComponent(urlPath));
	} catch {
		// Not an encoding.
		return undefined;
	}
}

/** The file at `path`, parts joined by `/`, if it is a plain file within the folder after all links are followed. */
export async function fileWithin(root: string, path: string): Promise<string | undefined> {
	const found = await pathWithin(root, path);
	return found !== undefined && (await stat(found)).isFile() ? found : undefined;
}

/** Where this server has a file of the runs folder; `path` as in `fileWithin`. */
export const hrefOf = (path: string): string =>
	`/files/${path.split("/").filter(Boolean).map(encodeURIComponent).join("/")}`;

/** Answers with a file, in pieces: a checkpoint may be larger than the memory. Calls `done` when it is not needed any more. */
export async function sendFile(
	context: Context,
	path: string,
	headers: Readonly<Record<string, string>>,
	done: () => unknown = () => {},
): Promise<Response> {
	const file = await open(path).catch(() => undefined);
	if (!file) return context.notFound();
	const { size } = await file.stat();
	for (const [name, value] of Object.entries({
		"Content-Length": String(size),
		"Content-Type": typeOf(path),
		"Cache-Control": "no-cache",
		...headers,
	}))
		context.header(name, value);
	if (context.req.method === "HEAD" || size === 0) {
		await file.close();
		await done();
		return context.body(null);
	}
	// Of a file that grows meanwhile, no more than was promised.
	const stream = file.createReadStream({ start: 0, end: size - 1 });
	stream.once("close", done);
	return context.body(Readable.toWeb(stream) as ReadableStream);
}

function typeOf(path: string): string {
	if (path.endsWith(".jsonl") || path.endsWith(".md")) return "text/plain; charset=utf-8";
	return getMimeType(path) ?? "application/octet-stream";
}
