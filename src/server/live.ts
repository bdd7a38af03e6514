/**
 * A page that follows a report which is written anew: the report as it lies in its folder, with one more script that
 * listens to server-sent events and exchanges what the page shows, the reader's place, theme and open tables kept.
 *
 * The report itself asks nothing of any network. Only as it is served here may it connect, and only to this server.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Hono } from "hono";
import { html, raw } from "hono/html";
import { streamSSE } from "hono/streaming";
import { pageStyle } from "../report/page-style.ts";
import { liveScript } from "./live-script.ts";

export interface LiveState {
	/** Of the report: another number, another report. 0: there is none yet. */
	readonly version: number;
	/** What the watch is at, for the reader. */
	readonly text: string;
}

/** What is shown now, and those who want to know when it changes. */
export class LiveFeed {
	/** The report's file. */
	readonly path: string;
	readonly #listeners = new Set<() => void>();
	#state: LiveState = { version: 0, text: "Waiting for a checkpoint." };

	constructor(path: string) {
		this.path = path;
	}

	get state(): LiveState {
		return this.#state;
	}

	/** A new text, and with `isWritten` a new report. */
	tell(text: string, isWritten = false): void {
		// Later than any that an earlier watch of this address gave out.
		const version = isWritten ? Math.max(Date.now(), this.#state.version + 1) : this.#state.version;
		this.#state = { version, text };
		for (const listener of this.#listeners) listener();
	}

	/** Calls `listener` after every change; returns the function that ends this. */
	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}
}

/** Below what browsers and proxies take for a dead connection; milliseconds. */
const heartbeat = 15_000;

/** The routes `/`, the page, and `/live`, its events. */
export function addLiveRoutes(app: Hono, feed: LiveFeed): void {
	app.get("/", async (context) => {
		const page =
			feed.state.version > 0
				? livePage(await readFile(feed.path, "utf8"), feed.state)
				: waitingPage(feed.state);
		context.header("Cache-Control", "no-store");
		return context.html(page);
	});
	app.get("/live", (context) =>
		streamSSE(context, async (stream) => {
			let wake = () => {};
			const unsubscribe = feed.subscribe(() => wake());
			stream.onAbort(() => wake());
			let told: LiveState | undefined;
			while (!stream.aborted && !stream.closed) {
				const { state } = feed;
				await stream.writeSSE({ event: state === told ? "alive" : "state", data: JSON.stringify(state) });
				told = state;
				if (feed.state !== told) continue;
				await new Promise<void>((done) => {
					const timer = setTimeout(done, heartbeat);
					wake = () => {
						clearTimeout(timer);
						done();
					};
				});
			}
			unsubscribe();
		}),
	);
}

const hash = `'sha256-${createHash("sha256").update(liveScript).digest("base64")}'`;
const connections = `connect-src 'self'; script-src ${hash}`;

/** The report with the script and its permission in it. Throws if the report has no place for them: then it is none of ours. */
export function livePage(report: string, { version, text }: LiveState): string {
	const insert = (page: string, before: RegExp, by: string) => {
		if (!before.test(page)) throw new Error(`Expected the report to have ${before}.`);
		return page.replace(before, () => by);
	};
	const status = String(html`</header><p id="live" class="quiet" role="status">${text}</p>`);
	let page = insert(report, /<html lang="en">/, `<html lang="en" data-version="${version}">`);
	page = insert(page, /script-src /, `${connections} `.replaceAll("'", "&#39;"));
	page = insert(page, /<\/header>/, status);
	return insert(page, /<\/body>\s*<\/html>\s*$/, `<script>${liveScript}</script></body></html>\n`);
}

const waitingPage = ({ text }: LiveState): string =>
	String(html`<!doctype html>
<html lang="en" data-version="0"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; ${connections}">
<title>Orrery: watching</title><link rel="icon" href="data:,"><style>${raw(pageStyle)}</style></head>
<body><header><h1>Watching for checkpoints</h1></header><p id="live" class="quiet" role="status">${text}</p>
<script>${raw(liveScript)}</script></body></html>
`);
