/** Figures of the page in a real browser: cursors, play-head, keyboard, live data, downloads, and how fast they are. */
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { JSDOM } from "jsdom";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "../support/browser.ts";

const folder = mkdtempSync(join(tmpdir(), "orrery-charts-"));
let browser: Browser;
let server: Server;

beforeAll(async () => {
	await build({
		root: fileURLToPath(new URL("../support/chart-page", import.meta.url)),
		configFile: false,
		base: "./",
		logLevel: "warn",
		plugins: [svelte()],
		build: { outDir: folder, emptyOutDir: true, target: "es2023" },
	});
	const types: Record<string, string> = {
		".html": "text/html",
		".js": "text/javascript",
		".css": "text/css",
	};
	server = createServer(({ url }, response) => {
		const path = url === "/" ? "/index.html" : url!;
		response.setHeader("content-type", types[extname(path)] ?? "text/plain");
		response.end(readFileSync(join(folder, path)));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	browser = await launchChromium();
}, 120_000);
afterAll(async () => {
	await browser?.close();
	server?.close();
});

async function open(options: BrowserContextOptions = {}) {
	const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
	const troubles: string[] = [];
	page.on("console", (message) => {
		if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
	});
	page.on("pageerror", (error) => troubles.push(error.message));
	await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
	await page.locator("#norm svg").waitFor();
	return { page, troubles };
}

const chart = (page: Page, id: string) => page.locator(`#${id} [role=application]`);
const announced = (page: Page, id: string) => page.locator(`#${id} [aria-live]`).textContent();
/** How far each line of a kind is in its plot's range; null where it is hidden. */
const lines = (page: Page, what: "head" | "cursor", id: string) =>
	page.locator(`#${id} g.${what}`).evaluateAll((groups) =>
		groups.map((group) => {
			if (group.getAttribute("visibility") === "hidden") return null;
			const [, left, right] = group.parentElement!.dataset["x"]!.split(" ").map(Number);
			return (Number(group.querySelector("line")!.getAttribute("x1")) - left!) / (right! - left!);
		}),
	);

test("a pointer in one figure puts a cursor at the same step in all that are in view, and reads its values", async () => {
	const { page, troubles } = await open();
	const box = (await page.locator("#norm svg").boundingBox())!;
	await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
	await expect.poll(() => page.locator("#saturation g.cursor[visibility=visible]").count()).toBe(2);
	const reading = await page.locator("#norm .reading").innerText();
	const [, step] = /^step (\d+)/.exec(reading)!;
	expect(reading).toContain("pre");
	expect(reading).toContain((50 + 0.6 * Math.sqrt(Number(step))).toPrecision(6).slice(0, 6));
	const [here] = await lines(page, "cursor", "norm");
	for (const there of await lines(page, "cursor", "saturation")) expect(there).toBeCloseTo(here!, 2);
	expect(await page.locator(".reading").count()).toBe(1);
	await page.mouse.move(box.x + box.width / 2, box.y - 30);
	await expect.poll(() => page.locator("g.cursor[visibility=visible]").count()).toBe(0);
	expect(troubles).toEqual([]);
});

test("the keyboard walks points, series and marks, and every stop is said", async () => {
	const { page } = await open();
	await chart(page, "norm").focus();
	await page.keyboard.press("End");
	await page.keyboard.press("End");
	expect(await announced(page, "norm")).toMatch(/^pre, step 600: 64\.6969, series 1 of 2$/);
	await page.keyboard.press("ArrowLeft");
	expect(await announced(page, "norm")).toMatch(/^pre, step 550: /);
	await page.keyboard.press("ArrowDown");
	expect(await announced(page, "norm")).toMatch(/^post, step 550: .*, series 2 of 2$/);
	await page.keyboard.press("Home");
	expect(await announced(page, "norm")).toMatch(/^post, step 0: 50, /);
	expect(await page.locator("#norm [data-overlay=mark]").count()).toBe(1);
	await page.keyboard.press("Escape");
	expect(await page.locator("#norm [data-overlay=mark]").count()).toBe(0);
	await chart(page, "phase-diagram").focus();
	await page.keyboard.press("ArrowRight");
	expect(await announced(page, "phase-diagram")).toBe(
		"learning rate 0.0001, weight decay 0.001, seed 0: norm × 1, 1 of 9",
	);
	await page.keyboard.press("ArrowRight");
	await page.keyboard.press("Enter");
	expect(page.url()).toMatch(/#run-0-1$/);
});

test("the play-head moves lines, profiles and pictures, and comes back to the end", async () => {
	const { page } = await open();
	const slider = page.getByRole("slider", { name: "Training time, step" });
	await slider.fill("500");
	// Half of √t is a quarter of the steps.
	expect(await slider.getAttribute("aria-valuetext")).toBe("step 150");
	for (const share of await lines(page, "head", "norm")) expect(share).toBeCloseTo(0.5, 2);
	await expect.poll(() => page.locator("#saturation-by-layer").textContent()).toContain("at step 150");
	await slider.fill("1000");
	await expect.poll(() => page.locator("#saturation-by-layer").textContent()).toContain("trained");
	expect(await lines(page, "head", "norm")).toEqual([null]);
	const maps = page.locator("[id^=attention] [data-frame][visibility=visible]");
	await page.locator("figure[id^=attention]").scrollIntoViewIfNeeded();
	await page.getByRole("slider", { name: "Training time, κ₀t" }).fill("100");
	await expect.poll(() => maps.first().getAttribute("data-frame")).not.toBe("3.5");
});

test("it plays by itself, in large steps where less motion is wanted, and pauses", async () => {
	const { page } = await open({ reducedMotion: "reduce" });
	const button = page.getByRole("group", { name: "Play-head" }).first().getByRole("button");
	await button.click();
	await expect.poll(() => page.locator("#norm g.head[visibility=visible]").count()).toBe(1);
	await page.waitForTimeout(1200);
	await button.click();
	const [share] = await lines(page, "head", "norm");
	expect(share).toBeGreaterThan(0.03);
	expect(share).toBeLessThan(0.5);
	await page.waitForTimeout(700);
	expect(await lines(page, "head", "norm")).toEqual([share]);
});

test("new rows are drawn where they are in view, and the others when they come into view", async () => {
	const { page } = await open();
	await page.locator("#saturation-heat-map svg").waitFor();
	const last = (id: string) =>
		page
			.locator(`#${id} g[data-x]`)
			.last()
			.evaluate((group) => Number((group as SVGElement).dataset["x"]!.split(" ").at(-1)));
	expect(await last("norm")).toBe(600);
	await page.evaluate(() => (window as unknown as { grow(steps: number): void }).grow(800));
	await expect.poll(() => last("norm")).toBe(800);
	expect(await last("saturation-heat-map")).toBe(600);
	await page.locator("#saturation-heat-map").scrollIntoViewIfNeeded();
	await expect.poll(() => last("saturation-heat-map")).toBe(800);
});

test("the axis of steps is chosen for all figures", async () => {
	const { page, troubles } = await open();
	for (const [axis, kind] of Object.entries({ linear: "linear", log: "log1p", sqrt: "sqrt" })) {
		await page.locator("select").selectOption(axis);
		for (const id of ["norm", "saturation"])
			await expect.poll(() => page.locator(`#${id} g[data-x^="${kind} "]`).count()).toBeGreaterThan(0);
	}
	expect(troubles).toEqual([]);
});

test("a figure is saved as SVG, PNG and CSV, without cursor and play-head", async () => {
	const { page } = await open();
	await page.getByRole("slider", { name: "Training time, step" }).fill("500");
	const save = async (format: string) => {
		const [download] = await Promise.all([
			page.waitForEvent("download"),
			page.locator("#norm").getByRole("button", { name: format }).click(),
		]);
		return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
	};
	const svg = await save("SVG");
	expect(svg.name).toBe("norm.svg");
	const root = new JSDOM(svg.bytes.toString(), { contentType: "image/svg+xml" }).window.document;
	expect(root.querySelectorAll("[data-overlay]")).toHaveLength(0);
	expect(svg.bytes.toString()).not.toContain("var(");
	const png = await save("PNG");
	expect(png.bytes.subarray(0, 8)).toEqual(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"));
	expect(png.bytes.readUInt32BE(16)).toBe(1320);
	const csv = await save("CSV");
	const [head, ...body] = csv.bytes.toString().trim().split("\n");
	expect(head).toBe("run,step,dyn/norm.encoder");
	expect(body).toHaveLength(38);
	await page.locator("#norm summary").click();
	await expect.poll(() => page.locator("#norm tbody tr").count()).toBe(38);
});

test("figures of 10⁴ points follow the pointer and are drawn within a fraction of a second each", async () => {
	const { page, troubles } = await open();
	await page.evaluate(() => (window as unknown as { fill(points: number): void }).fill(10_000));
	await expect.poll(() => page.locator("#norm").textContent(), { timeout: 30_000 }).toContain("many");
	const box = (await page.locator("#norm svg").boundingBox())!;
	const begin = performance.now();
	for (let i = 0; i < 60; i++) await page.mouse.move(box.x + box.width * (0.2 + i / 100), box.y + 150);
	expect((performance.now() - begin) / 60).toBeLessThan(100);
	expect(await page.locator("#norm .reading").innerText()).toMatch(/^step \d+/);
	expect(troubles).toEqual([]);
});
