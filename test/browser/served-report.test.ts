/** Reports behind the server: what they can do as a file they can do here, and what a stranger's page would do it cannot. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JSDOM } from "jsdom";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeReport } from "../../src/report/report.ts";
import { runFigures } from "../../src/report/run-figures.ts";
import { readRun } from "../../src/report/run-record.ts";
import { type Serving, serve } from "../../src/server/serve.ts";
import { launchChromium } from "../support/browser.ts";
import { writeSyntheticRun } from "../support/synthetic-run.ts";
import { temporaryFolder } from "../support/tiny-run.ts";

const dir = temporaryFolder();
let browser: Browser;
let serving: Serving;

beforeAll(async () => {
	writeSyntheticRun(join(dir, "run"), { steps: 100 });
	const run = await readRun(join(dir, "run"));
	const { document } = new JSDOM("").window;
	const figures = runFigures(run.rows, { document });
	const sections = [{ name: "run", title: "Run", runs: [run], figures }];
	await writeReport(join(dir, "run", "report.html"), { title: "A run", sections });
	serving = await serve({ dir, port: 0, allowStop: true });
	browser = await launchChromium();
}, 60_000);
afterAll(async () => {
	await browser?.close();
	await serving?.close();
});

test("a served report opens without complaint, and saves its figures", async () => {
	const page = await browser.newPage();
	const troubles: string[] = [];
	page.on("console", (message) => {
		if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
	});
	page.on("pageerror", (error) => troubles.push(error.message));
	await page.goto(`${serving.url}/files/run/report.html`);
	for (const [kind, begins] of [
		["svg", "<svg"],
		["csv", "run,step"],
		["png", "\x89PNG"],
	] as const) {
		const download = page.waitForEvent("download");
		await page.locator(`#norm [data-download=${kind}]`).click();
		const path = await (await download).path();
		expect(readFileSync(path, "latin1").slice(0, 100)).toContain(begins);
	}
	const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const before = await ground();
	await page.locator("#theme").click();
	expect(await ground()).not.toBe(before);
	expect(troubles).toEqual([]);
	await page.close();
}, 30_000);

test("a page that somebody put into the folder can neither read the API nor press its buttons", async () => {
	const script = `(async () => {
		const tries = { read: () => fetch("/api/entries").then((answer) => answer.text()),
			stop: () => fetch("/api/stop?path=run", { method: "POST" }).then((answer) => answer.text()),
			beacon: () => { if (!navigator.sendBeacon("/api/stop?path=run")) throw new Error("no beacon"); return "sent"; },
			open: () => open("/").document.title,
			store: () => localStorage.length };
		const results = {};
		for (const [name, run] of Object.entries(tries))
			results[name] = await Promise.resolve().then(run).then(() => "done", () => "refused");
		document.title = JSON.stringify(results);
	})();`;
	writeFileSync(join(dir, "hostile.html"), `<!doctype html><title></title><script>${script}</script>`);
	const page = await browser.newPage();
	const asked: string[] = [];
	page.on("response", (response) => asked.push(`${new URL(response.url()).pathname} ${response.status()}`));
	await page.goto(`${serving.url}/files/hostile.html`);
	await page.waitForFunction(() => document.title !== "");
	const { beacon: _, ...results } = JSON.parse(await page.title());
	expect(results).toEqual({ read: "refused", stop: "refused", open: "refused", store: "refused" });
	expect(asked).toEqual(["/files/hostile.html 200"]);
	await page.close();
}, 30_000);
