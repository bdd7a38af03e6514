/**
 * A local server that shows a folder of runs, and lets nobody but this machine's user look.
 *
 * It listens on 127.0.0.1 alone, answers only requests addressed to this machine by name (a foreign page that had
 * its own name resolved to 127.0.0.1 is refused) and refuses what other sites' pages ask for in the background. It
 * reads and never writes; nothing outside the folder can be had, through `..` or through links.
 */
import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { secureHeaders } from "hono/secure-headers";
import { getMimeType } from "hono/utils/mime";
import { asUserError } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";
import { renderIndex } from "./index-page.ts";
import { addLiveRoutes, type LiveFeed } from "./live.ts";

export interface ServeOptions {
	/** The folder whose runs and reports are shown. */
	readonly dir: string;
	/** Exactly this port, 0 for any free one. Default: 4173, or one of the next twenty if that is taken. */
	readonly port?: number;
	/** A report in the folder that is shown in place of the first page, and follows its changes. */
	readonly live?: LiveFeed;
}

export interface Serving {
	/** Such as `http://127.0.0.1:4173`. */
	readonly url: string;
	readonly port: number;
	close(): Promise<void>;
}

const firstPort = 4173;
const portsToTry = 20;

/** Starts the server. Throws a `UserError` if the folder is missing or the port is taken. */
export async function serve({ dir, port, live }: ServeOptions): Promise<Serving> {
	const root = await realpath(dir).catch((error) => {
		throw asUserError(error, dir);
	});
	const server = createServer(getRequestListener(createApp(root, live).fetch));
	const ports = port === undefined ? Array.from({ length: portsToTry }, (_, i) => firstPort + i) : [port];
	await listenOnFirst(server, ports);
	const bound = (server.address() as AddressInfo).port;
	return {
		url: `http://127.0.0.1:${bound}`,
		port: bound,
		close: () =>
			new Promise((done) => {
				server.close(() => done());
				// A browser keeps its connections open; do not wait for it.
				server.closeAllConnections();
			}),
	};
}

async function listenOnFirst(server: Server, ports: readonly number[]): Promise<void> {
	for (const port of ports) {
		const failure = await new Promise<NodeJS.ErrnoException | undefined>((done) => {
			server.once("error", done);
			server.listen(port, "127.0.0.1", () => {
				server.off("error", done);
				done(undefined);
			});
		});
		if (!failure) return;
		if (failure.code === "EACCES")
			throw new UserError(
				`Expected \`port\` to be one that you may open, got ${port}. Choose one above 1023.`,
			);
		if (failure.code !== "EADDRINUSE") throw failure;
	}
	const [first, last] = [ports[0], ports.at(-1)];
	throw new UserError(
		`Expected \`port\` to be free, got ${first === last ? first : `${first} to ${last}`}, taken by another program. ` +
			"Choose another with --port, or 0 for any.",
	);
}

function createApp(root: string, live?: LiveFeed): Hono {
	const app = new Hono();
	app.use(
		secureHeaders({
			xFrameOptions: "DENY",
			crossOriginResourcePolicy: "same-origin",
			referrerPolicy: "no-referrer",
			strictTransportSecurity: false,
		}),
	);
	app.use(onlyFromHere);
	if (live) addLiveRoutes(app, live);
	app.get("/", async (context) => {
		const page = await renderIndex(root);
		context.header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:");
		return context.html(page);
	});
	app.get("/*", async (context) => {
		const path = await fileWithin(root, context.req.path);
		if (!path) return context.notFound();
		const { size } = await stat(path);
		const type = getMimeType(path) ?? (path.endsWith(".jsonl") ? "text/plain; charset=utf-8" : undefined);
		// In pieces: a checkpoint may be larger than the memory.
		return context.body(Readable.toWeb(createReadStream(path)) as ReadableStream, 200, {
			"Content-Length": String(size),
			"Content-Type": type ?? "application/octet-stream",
			"Cache-Control": "no-cache",
		});
	});
	app.all("*", (context) => context.text("Only GET is served here.", 405));
	return app;
}

/** Refuses requests that name another host, or that another site's page sends in the background. */
const onlyFromHere = createMiddleware(async (context, next) => {
	const host = context.req.header("host") ?? "";
	if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host))
		return context.text("Expected the host to be 127.0.0.1 or localhost.", 403);
	const origin = context.req.header("origin");
	if (origin !== undefined && origin !== `http://${host}`)
		return context.text("Expected the request to come from this server's own pages.", 403);
	const site = context.req.header("sec-fetch-site");
	const isLink = context.req.header("sec-fetch-mode") === "navigate";
	if ((site === "cross-site" || site === "same-site") && !isLink)
		return context.text("Expected the request to come from this server's own pages.", 403);
	await next();
});

/** The file that a URL's path names, if it is a plain file within the folder after all links are followed. */
async function fileWithin(root: string, urlPath: string): Promise<string | undefined> {
	let decoded: string;
	try {
		decoded = decodeURIComponent(urlPath);
	} catch {
		return undefined;
	}
	const parts = decoded.split("/").filter(Boolean);
	// Hidden files are nobody's results; locks and temporary files are among them.
	if (decoded.includes("\0") || decoded.includes("\\") || parts.some((part) => part.startsWith(".")))
		return undefined;
	try {
		const path = await realpath(resolve(join(root, ...parts)));
		if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined;
		return (await stat(path)).isFile() ? path : undefined;
	} catch {
		return undefined;
	}
}
