/** A folder as any host of static files serves it: under some path, compressed, and nothing else. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { getMimeType } from "hono/utils/mime";

export interface StaticFiles {
	/** Of the folder, with a slash at the end. */
	readonly url: string;
	/** Bytes of each file that was asked for, compressed, by its name. */
	readonly sent: ReadonlyMap<string, number>;
	close(): void;
}

export async function serveStatic(folder: string, at = "/some/where/"): Promise<StaticFiles> {
	const sent = new Map<string, number>();
	const server = createServer(async ({ url = "" }, response) => {
		const path = new URL(url, "http://localhost").pathname;
		const file = path.endsWith("/") ? `${path}index.html` : path;
		const content =
			file.startsWith(at) && !file.includes("..")
				? await readFile(join(folder, file.slice(at.length))).catch(() => undefined)
				: undefined;
		if (!content) return response.writeHead(404).end();
		const body = gzipSync(content, { level: 9 });
		sent.set(basename(file), body.length);
		response.setHeader("Content-Type", getMimeType(file) ?? "application/octet-stream");
		response.setHeader("Content-Encoding", "gzip");
		response.end(body);
	});
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${at}`,
		sent,
		close: () => {
			server.close();
			server.closeAllConnections();
		},
	};
}
