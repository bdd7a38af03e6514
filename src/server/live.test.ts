import { mkdtempSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderReport } from "../report/report.ts";
import { LiveFeed, type LiveState } from "./live.ts";
import { type Serving, serve } from "./serve.ts";

const dir = mkdtempSync(join(tmpdir(), "orrery-live-"));
const feed = new LiveFeed(join(dir, "report.html"));
let serving: Serving;

const write = (title: string) => writeFileSync(feed.path, renderReport({ title, sections: [] }));

beforeAll(async () => {
	serving = await serve({ dir, port: 0, live: feed });
});
afterAll(() => serving.close());

/** The events of `/live` as they come, until `count` of them are there. */
function listen(count: number, meanwhile: () => void = () => {}): Promise<LiveState[]> {
	return new Promise((done, fail) => {
		const call = request(`${serving.url}/live`, (response) => {
			expect(response.headers["content-type"]).toContain("text/event-stream");
			let text = "";
			let isFirst = true;
			response.on("data", (part) => {
				text += part;
				const states = [...text.matchAll(/^event: state\ndata: (.*)\n/gm)].map(([, data]) =>
					JSON.parse(data!),
				);
				if (isFirst && states.length > 0) {
					isFirst = false;
					meanwhile();
				}
				if (states.length >= count) {
					call.destroy();
					done(states);
				}
			});
		});
		call.on("error", (error) => (error.message.includes("socket hang up") ? undefined : fail(error)));
		call.end();
	});
}

test("before there is a report the page waits, and hears of the first", async () => {
	const page = await (await fetch(serving.url)).text();
	expect(page).toContain('data-version="0"');
	expect(page).toContain("Waiting for a checkpoint.");
	const states = await listen(3, () => {
		feed.tell("checkpoint-5 is being written");
		setTimeout(() => {
			write("One <b>");
			feed.tell("Step 5 is the latest.", true);
		}, 50);
	});
	expect(states.map(({ text }) => text)).toEqual([
		"Waiting for a checkpoint.",
		"checkpoint-5 is being written",
		"Step 5 is the latest.",
	]);
	expect(states.map(({ version }) => version > 0)).toEqual([false, false, true]);
});

test("the report may connect to its own server as it is served there, and to nothing as it lies on the disk", async () => {
	write("Two");
	feed.tell("<i>status</i>", true);
	const live = await (await fetch(serving.url)).text();
	expect(live).toContain(`data-version="${feed.state.version}"`);
	expect(live).toMatch(/connect-src &#39;self&#39;; script-src &#39;sha256-[^ ]+&#39; &#39;sha256-/);
	expect(live).toContain("&lt;i&gt;status&lt;/i&gt;");
	const file = await (await fetch(`${serving.url}/report.html`)).text();
	expect(file).not.toContain("connect-src");
	expect(file).not.toContain("EventSource");
});

test("events are for this machine's own pages only", async () => {
	const status = (headers: Record<string, string>) =>
		new Promise<number>((done, fail) => {
			const call = request(`${serving.url}/live`, { headers }, (response) => {
				done(response.statusCode!);
				call.destroy();
			});
			call.on("error", (error) => (call.destroyed ? undefined : fail(error)));
			call.end();
		});
	expect(await status({ host: "evil.example" })).toBe(403);
	expect(await status({ origin: "https://evil.example" })).toBe(403);
	expect(await status({ "sec-fetch-site": "cross-site" })).toBe(403);
	expect(await status({})).toBe(200);
});

test("a new version is always a later one, also after a restart within a millisecond", () => {
	const other = new LiveFeed("report.html");
	const versions = Array.from({ length: 100 }, () => {
		other.tell("", true);
		return other.state.version;
	});
	expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
	other.tell("only the text");
	expect(other.state.version).toBe(versions.at(-1));
});
