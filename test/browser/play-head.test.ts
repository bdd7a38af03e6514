/** The play-head of a report in a real browser: it moves lines and pictures, by hand, by keys and by itself. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { JSDOM } from "jsdom";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawAttentionMaps } from "../../src/figure/co-occurrence/attention-maps.ts";
import { drawLosses } from "../../src/figure/co-occurrence/losses.ts";
import { drawScores } from "../../src/figure/co-occurrence/scores.ts";
import { drawWords } from "../../src/figure/co-occurrence/words.ts";
import { drawLoss } from "../../src/figure/loss.ts";
import { writeReport } from "../../src/report/report.ts";
import { launchChromium } from "../support/browser.ts";
import { syntheticFlow } from "../support/synthetic-flow.ts";

let browser: Browser;
const report = join(mkdtempSync(join(tmpdir(), "orrery-play-head-")), "report.html");

beforeAll(async () => {
	const { document } = new JSDOM("").window;
	// The second run is shorter: its plots end before the slider does.
	const rows = [...syntheticFlow("S-0", { begin: 0.1 }), ...syntheticFlow("R-0", { begin: 0.1, end: 100 })];
	// A flow that is not right yet at the end.
	const late = syntheticFlow("X-0").map((row) => ({ ...row, "event/T1": undefined }));
	const figures = [
		drawScores(rows, { document, run: "S-0" })!,
		drawLosses(rows, { document, run: "R-0" })!,
		drawAttentionMaps(rows, { document, run: "S-0" })!,
	];
	await writeReport(report, {
		title: "play-head",
		sections: [
			{ name: "flows", title: "Flows", figures },
			{
				name: "late",
				title: "Late",
				figures: [
					drawWords([...rows, ...late], {
						document,
						flows: ["S-0", "X-0"].map((run) => ({ run, label: run })),
					})!,
				],
			},
			{ name: "steps", title: "No clock", figures: [drawLoss(rows, { document })!] },
		],
	});
	browser = await launchChromium();
});
afterAll(() => browser?.close());

async function open(options: BrowserContextOptions = {}) {
	const page = await browser.newPage({ viewport: { width: 1200, height: 700 }, ...options });
	const troubles: string[] = [];
	page.on("console", (message) => troubles.push(message.text()));
	page.on("pageerror", (error) => troubles.push(error.message));
	await page.goto(pathToFileURL(report).href);
	return { page, troubles };
}

/** That of the first section. */
const control = (page: Page) => page.locator(".clock").first();
const setTo = (page: Page, value: number) => control(page).getByRole("slider").fill(String(value));
const readOut = (page: Page) => control(page).locator(".read-out").textContent();
/** How far each line is between left and right edge of its plot; null where it is hidden. */
const shares = (page: Page) =>
	page.locator("[aria-labelledby=section-flows] .play-head").evaluateAll((lines) =>
		lines.map((line) => {
			if (line.getAttribute("visibility") === "hidden") return null;
			const [, left, right] = line.parentElement!.dataset["x"]!.split(" ").map(Number);
			return (Number(line.getAttribute("x1")) - left!) / (right! - left!);
		}),
	);
const framesShown = (page: Page) =>
	page
		.locator("[data-frame]")
		.evaluateAll((groups) => [
			...new Set(
				groups
					.filter((group) => getComputedStyle(group).visibility === "visible")
					.map((group) => Number((group as SVGElement).dataset["frame"])),
			),
		]);

test("a section with clocks has one control, which waits at T1 and has moved nothing; one without has none", async () => {
	const { page, troubles } = await open();
	expect(await page.locator(".clock").count()).toBe(2);
	expect(await page.locator("section", { hasText: "Late" }).locator(".clock").count()).toBe(1);
	expect(await page.locator("section", { hasText: "No clock" }).locator(".clock").count()).toBe(0);
	expect(await readOut(page)).toBe("κ₀t = 12.9, at T1");
	expect(await shares(page)).toEqual([null, null, null]);
	expect(await framesShown(page)).toEqual([12.9]);
	expect(troubles).toEqual([]);
	await page.close();
});

test("the slider moves every line to its place on a logarithmic axis, and chooses the picture", async () => {
	const { page, troubles } = await open();
	// Half of 0.1 to 1000 on a logarithmic scale is 10.
	await setTo(page, 500);
	expect(await readOut(page)).toBe("κ₀t = 10, between T0.5 and T1");
	const [scores, ...losses] = await shares(page);
	expect(scores).toBeCloseTo(1 / 2, 2);
	// The shorter run's axis is 0.1 to 100.
	for (const loss of losses) expect(loss).toBeCloseTo(2 / 3, 2);
	const [frame, ...others] = await framesShown(page);
	expect(others).toEqual([]);
	expect(frame).toBeGreaterThan(7);
	expect(frame).toBeLessThanOrEqual(10);
	await setTo(page, 0);
	expect(await readOut(page)).toBe("κ₀t = 0.1, before T0.5");
	await setTo(page, 1000);
	expect(await readOut(page)).toBe("κ₀t = 1000, after T1");
	expect(await shares(page)).toEqual([expect.closeTo(1, 3), null, null]);
	expect(await framesShown(page)).toEqual([1000]);
	expect(troubles).toEqual([]);
	await page.close();
});

test("arrow keys move it, and its value is told in words", async () => {
	const { page, troubles } = await open();
	const slider = control(page).getByRole("slider", { name: "Training time κ₀t" });
	await slider.focus();
	await page.keyboard.press("End");
	await page.keyboard.press("ArrowLeft");
	expect(await slider.getAttribute("aria-valuetext")).toBe("κ₀t = 991, after T1");
	expect((await shares(page))[0]).toBeCloseTo(0.999, 3);
	expect(troubles).toEqual([]);
	await page.close();
});

test("runs that are in different phases are told apart, and sections move on their own", async () => {
	const { page, troubles } = await open();
	const late = page.locator("[aria-labelledby=section-late] .clock");
	await late.getByRole("slider").fill("1000");
	expect(await late.locator(".read-out").textContent()).toBe("κ₀t = 1000, after T1 (S‑0), after T0.5 (X‑0)");
	expect(await shares(page)).toEqual([null, null, null]);
	expect(troubles).toEqual([]);
	await page.close();
});

for (const reducedMotion of ["no-preference", "reduce"] as const)
	test(`play begins at the beginning, advances, and stops when asked, with motion: ${reducedMotion}`, async () => {
		const { page, troubles } = await open({ reducedMotion });
		const slider = control(page).getByRole("slider");
		const value = async () => Number(await slider.inputValue());
		await control(page).getByRole("button", { name: "Play" }).click();
		await page.waitForFunction(
			() => document.querySelectorAll(".play-head[visibility=visible]").length === 3,
		);
		const before = await value();
		await page.waitForFunction(
			(before) => Number(document.querySelector<HTMLInputElement>(".clock input")!.value) > before + 50,
			before,
		);
		await control(page).getByRole("button", { name: "Pause" }).click();
		const stopped = await value();
		expect((await shares(page))[0]).toBeCloseTo(stopped / 1000, 2);
		await page.waitForTimeout(700);
		expect(await value()).toBe(stopped);
		expect(troubles).toEqual([]);
		await page.close();
	});

test("the control stays in view while its figures are read, also on a telephone", async () => {
	for (const width of [1200, 400]) {
		const { page, troubles } = await open({ viewport: { width, height: 500 } });
		await page.locator("#attention-S-0").evaluate((figure) => figure.scrollIntoView({ block: "end" }));
		await expect.poll(async () => (await control(page).boundingBox())!.y).toBeGreaterThanOrEqual(0);
		expect((await control(page).boundingBox())!.y).toBeLessThan(100);
		expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
		expect(troubles).toEqual([]);
		await page.close();
	}
});

test("without script there is no control, and the still shows T1", async () => {
	const { page } = await open({ javaScriptEnabled: false });
	expect(await control(page).isVisible()).toBe(false);
	expect(await page.locator(".play-head:visible").count()).toBe(0);
	expect(await page.getByText("T1, κ₀t = 12.9").isVisible()).toBe(true);
	await page.close();
});
