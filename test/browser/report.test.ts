/** The report in a real browser: it opens without errors or requests, fits a telephone, and its buttons work. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StudyResult } from "../../src/study/run-study.ts";
import { launchChromium } from "../support/browser.ts";
import { orrery, requireBuild } from "../support/cli.ts";
import { temporaryFolder } from "../support/tiny-run.ts";

let browser: Browser;
let result: StudyResult;

beforeAll(async () => {
	requireBuild();
	const { code, stdout, stderr } = await orrery(
		temporaryFolder(),
		...["study", "norm-growth", "--preset", "smoke", "--json"],
		...["--out", join(temporaryFolder(), "study")],
	);
	if (code !== 0) throw new Error(stderr);
	result = JSON.parse(stdout);
	browser = await launchChromium();
}, 300_000);
afterAll(() => browser?.close());

/** Opens the report and collects whatever goes wrong, and whatever is asked of a network. */
async function open(width: number, colorScheme: "light" | "dark") {
	const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
	const troubles: string[] = [];
	page.on("console", (message) => {
		if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
	});
	page.on("pageerror", (error) => troubles.push(error.message));
	page.on("request", (request) => {
		if (!/^(file|data|blob):/.test(request.url())) troubles.push(request.url());
	});
	await page.goto(pathToFileURL(result.report).href);
	return { page, troubles };
}

const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

for (const width of [1200, 400])
	for (const scheme of ["light", "dark"] as const)
		test(`the report opens without errors, requests or sideways scrolling, ${scheme}, ${width} px wide`, async () => {
			const { page, troubles } = await open(width, scheme);
			expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
			const ids = await page.locator("[id]").evaluateAll((nodes) => nodes.map(({ id }) => id));
			expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
			expect(await page.locator("figure").count()).toBe(result.figures.length);
			expect(await page.locator("[id^=claim-]").count()).toBe(result.claims.length);
			expect(await ground(page)).toBe(scheme === "light" ? "rgb(255, 255, 255)" : "rgb(20, 23, 28)");
			// Text of figures stays readable: 12 units of a drawing 440 wide.
			const scale = await page
				.locator("figure svg")
				.first()
				.evaluate((svg) => svg.getBoundingClientRect().width / 440);
			expect(12 * scale).toBeGreaterThanOrEqual(9.5);
			expect(troubles).toEqual([]);
			await page.close();
		});

test("the button turns the theme, and series change their colours with it", async () => {
	const { page, troubles } = await open(1200, "light");
	const colour = () =>
		page
			.locator("#norm svg [fill^='var(--series-1']")
			.first()
			.evaluate((node) => getComputedStyle(node).fill);
	const before = [await ground(page), await colour()];
	await page.locator("#theme").click();
	const after = [await ground(page), await colour()];
	expect(after[0]).not.toBe(before[0]);
	expect(after[1]).not.toBe(before[1]);
	await page.locator("#theme").click();
	expect([await ground(page), await colour()]).toEqual(before);
	expect(troubles).toEqual([]);
	await page.close();
});

test("each figure can be had as SVG, PNG and CSV", async () => {
	const { page, troubles } = await open(1200, "dark");
	const download = async (format: string) => {
		const [file] = await Promise.all([
			page.waitForEvent("download"),
			page.locator(`#norm [data-download=${format}]`).click(),
		]);
		expect(file.suggestedFilename()).toBe(`norm.${format}`);
		return readFileSync(await file.path());
	};
	const svg = (await download("svg")).toString();
	expect(svg).toMatch(/^<svg[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
	expect(svg).not.toContain("var(");
	const png = await download("png");
	expect(png.subarray(1, 4).toString()).toBe("PNG");
	// Width of the image, in its header: three pixels a unit.
	expect(png.readUInt32BE(16)).toBe(440 * 3);
	const csv = (await download("csv")).toString();
	expect(csv).toBe(readFileSync(join(result.report, "..", "figures", "norm.csv"), "utf8"));
	expect(troubles).toEqual([]);
	await page.close();
});
