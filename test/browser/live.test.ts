/** The page of `orrery watch` in a real browser: it takes over a new report and leaves the reader where he was. */
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lintSeries } from "../../src/inspect/lint-series.ts";
import { reportSeries } from "../../src/report/series-report.ts";
import { LiveFeed } from "../../src/server/live.ts";
import { type Serving, serve } from "../../src/server/serve.ts";
import { measureSynthetic, rates, schedules, walk } from "../support/synthetic-series.ts";
import { temporaryFolder } from "../support/tiny-run.ts";

const dir = temporaryFolder();
const feed = new LiveFeed(join(dir, "report.html"));
const series = walk({ steps: schedules.even, rate: rates.cosine, seed: 1, persistence: 0.03 });
let browser: Browser;
let serving: Serving;

beforeAll(async () => {
	serving = await serve({ dir, port: 0, live: feed });
	browser = await chromium.launch({
		executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
		args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
	});
}, 60_000);
afterAll(async () => {
	await browser?.close();
	await serving?.close();
});

async function publish(count: number): Promise<void> {
	const measure = measureSynthetic({
		steps: series.steps.slice(0, count),
		checkpoints: series.checkpoints.slice(0, count),
	});
	await reportSeries(measure, lintSeries(measure), feed.path);
	feed.tell(`Step ${measure.steps.at(-1)} is the latest.`, true);
}

async function open(): Promise<{ page: Page; troubles: string[] }> {
	const page = await browser.newPage({ viewport: { width: 1200, height: 800 }, colorScheme: "light" });
	const troubles: string[] = [];
	page.on("console", (message) => {
		if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
	});
	page.on("pageerror", (error) => troubles.push(error.message));
	page.on("request", (request) => {
		if (!request.url().startsWith(serving.url) && !/^(data|blob):/.test(request.url()))
			troubles.push(request.url());
	});
	await page.goto(serving.url);
	return { page, troubles };
}

const status = (page: Page, text: string) =>
	page.getByText(text, { exact: true }).waitFor({ timeout: 15_000 });

test("the waiting page becomes the report, which follows, scroll, theme, open tables and focus kept", async () => {
	const { page, troubles } = await open();
	await status(page, "Waiting for a checkpoint.");
	await publish(30);
	await page.locator("h1").filter({ hasText: "Checkpoints of" }).waitFor({ timeout: 15_000 });
	await page.locator("#theme").click();
	const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	expect(await ground()).toBe("rgb(20, 23, 28)");
	const figures = await page.locator("figure").evaluateAll((nodes) => nodes.map(({ id }) => id));
	const id = figures[2]!;
	await page.locator(`#${id} summary`).click();
	await page.locator(`#${id} [data-download=png]`).focus();
	await page
		.locator(`#${id}`)
		.evaluate((node) => scrollTo(0, node.getBoundingClientRect().top + scrollY - 60));
	await page.locator(`#${id} .scroll`).evaluate((node) => {
		node.scrollTop = 40;
	});
	const place = () =>
		page.locator(`#${id}`).evaluate((node) => ({
			top: Math.round(node.getBoundingClientRect().top),
			isOpen: node.querySelector("details")!.open,
			scrolled: node.querySelector(".scroll")!.scrollTop,
			focused: node.querySelector("[data-download=png]") === document.activeElement,
		}));
	const rows = () => page.locator(`#${id} tbody tr`).count();
	const [before, rowsBefore] = [await place(), await rows()];
	expect(before).toMatchObject({ top: 60, isOpen: true, scrolled: 40, focused: true });
	await publish(40);
	await status(page, "Step 19500 is the latest.");
	await expect.poll(rows).toBeGreaterThan(rowsBefore);
	expect(await place()).toEqual(before);
	expect(await ground()).toBe("rgb(20, 23, 28)");
	// The button still works, and downloads too.
	await page.locator("#theme").click();
	expect(await ground()).toBe("rgb(255, 255, 255)");
	const [file] = await Promise.all([
		page.waitForEvent("download"),
		page.locator(`#${id} [data-download=csv]`).click(),
	]);
	expect(file.suggestedFilename()).toBe(`${id}.csv`);
	expect(troubles).toEqual([]);
	if (process.env["ORRERY_SCREENSHOTS"]) {
		await page.evaluate(() => scrollTo(0, 0));
		await page.screenshot({ path: join(process.env["ORRERY_SCREENSHOTS"], "live-light.png") });
		await page.locator("#theme").click();
		await page.screenshot({ path: join(process.env["ORRERY_SCREENSHOTS"], "live-dark.png") });
	}
	await page.close();
});

test("when the watch ends the page says so, and keeps what it shows", async () => {
	await publish(5);
	const { page } = await open();
	await status(page, "Step 2000 is the latest.");
	await serving.close();
	await status(page, "The watch does not answer. It has ended, or will be back.");
	expect(await page.locator("figure").count()).toBeGreaterThan(2);
	serving = await serve({ dir, port: serving.port, live: feed });
	await status(page, "Step 2000 is the latest.");
	await page.close();
});
