/**
 * A local server that shows a folder of runs, and lets nobody but this machine's user look.
 *
 *     /, /play/, /assets/…    the built page (site.ts)
 *     /api/…                  what it asks for (api.ts, api-types.ts)
 *     /files/…                the folder's own files: reports, metrics, figures
 *
 * It listens on 127.0.0.1 alone, answers only requests addressed to this machine by name (a foreign page that had
 * its own name resolved to 127.0.0.1 is refused) and refuses what other sites' pages ask for in the background. It
 * reads and never writes; nothing outside the folder can be had, through `..` or through links.
 */
import { realpath } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { asUserError } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";
import { createApi } from "./api.ts";
import { fileOfUrl, pathOf, sendFile } from "./files.ts";
import { onlyFromHere } from "./guard.ts";
import { addLiveRoutes, type LiveFeed } from "./live.ts";
import { builtPage, sendPage } from "./site.ts";

export interface ServeOptions {
	/** The folder whose runs and reports are shown. */
	readonly dir: string;
	/** Exactly this port, 0 for any free one. Default: 4173, or one of the next twenty if that is taken. */
	readonly port?: number;
	/** A report in the folder that is shown in place of the first page, and follows its changes. */
	readonly live?: LiveFeed;
	/** Whether its pages may stop trainings, as Ctrl-C does. Default: no, nothing can be changed. */
	readonly allowStop?: boolean;
	/** The folder of the built page. Default: the one that `npm run build` makes. */
	readonly page?: string;
}

export interface Serving {
	/** Such as `http://127.0.0.1:4173`. */
	readonly url: string;
	readonly port: number;
	close(): Promise<void>;
}

/**
 * A report brings a stricter policy of its own. What else lies in the folder may come from anywhere: it is shown as of an
 * origin of its own, from where it can ask this server for nothing.
 */
const filePolicy =
	"sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline'; " +
	"style-src 'unsafe-inline'; img-src data: blob:; frame-ancestors 'none'";

const firstPort = 4173;
const portsToTry = 20;

/** Starts the server. Throws a `UserError` if the folder is missing or the port is taken. */
export async function serve(options: ServeOptions): Promise<Serving> {
	const { dir, port } = options;
	const root = await realpath(dir).catch((error) => {
		throw asUserError(error, dir);
	});
	const app = createApp(root, options);
	// The address of a question about a thousand runs is long.
	const server = createServer({ maxHeaderSize: 1 << 18 }, getRequestListener(app.fetch));
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

function createApp(root: string, { live, page = builtPage, allowStop = false }: ServeOptions): Hono {
	const app = new Hono();
	app.use(
		secureHeaders({
			xFrameOptions: "DENY",
			crossOriginResourcePolicy: "same-origin",
			referrerPolicy: "no-referrer",
			strictTransportSecurity: false,
			// Files have an origin of their own (below), of which a browser would complain here.
			originAgentCluster: false,
		}),
	);
	app.use(onlyFromHere);
	if (live) addLiveRoutes(app, live);
	app.route("/api", createApi({ root, allowStop }));
	app.get("/files/*", async (context) => {
		const file = await fileOfUrl(root, pathOf(context).slice("/files".length));
		return file
			? sendFile(context, file, { "Content-Security-Policy": filePolicy })
			: context.text("Expected the address of a file, got one where nothing is.", 404);
	});
	app.get("/play", (context) => context.redirect("/play/"));
	app.get("/*", async (context) => {
		const answer = await sendPage(context, page);
		if (answer) return answer;
		// Before there was a page, files had these addresses.
		const path = pathOf(context);
		if (await fileOfUrl(root, path)) return context.redirect(`/files${path}`);
		return context.text("Expected the address of a page, got one where nothing is.", 404);
	});
	app.all("*", (context) => context.json({ error: "Only GET is served here." }, 405));
	return app;
}
