/** The dashboard in a real browser, over a folder where a real training begins, grows and is stopped. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JSDOM } from "jsdom";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Serving, serve } from "../../src/server/serve.ts";
import { launchChromium, openPage, seriousViolations, sidewaysScroll } from "../support/browser.ts";
import { main, requireBuild, start } from "../support/cli.ts";
import { writeRunsFolder } from "../support/runs-folder.ts";
import { temporaryFolder, tinyOptions } from "../support/tiny-run.ts";

const dir = temporaryFolder();
let browser: Browser;
let serving: Serving;

beforeAll(async () => {
	requireBuild();
	await writeRunsFolder(dir);
	serving = await serve({ dir, port: 0, allowStop: true });
	browser = await launchChromium();
});
afterAll(async () => {
	await browser?.close();
	await serving?.close();
});

const open = (query = "", options = {}) => openPage(browser, `${serving.url}/${query}`, options);
const pathOf = (page: Page) => new URL(page.url()).searchParams.get("path");
/** The last step that a figure has room for. */
const lastStep = (page: Page, id: string) =>
	page
		.locator(`#${id} g[data-x]`)
		.first()
		.evaluate((group) => Number((group as SVGElement).dataset["x"]!.split(" ").at(-1)));
/** Of a table without quotes: its rows as objects. */
function rowsOfCsv(text: string): Record<string, string>[] {
	const [names, ...lines] = text
		.trim()
		.split("\n")
		.map((line) => line.split(","));
	return lines.map((cells) => Object.fromEntries(names!.map((name, i) => [name, cells[i]!])));
}
const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

test("a training that begins is in the list, its curves grow as it goes on, and the page ends it as Ctrl-C does", async () => {
	const { page, troubles } = await open();
	await page.getByRole("link", { name: "pre", exact: true }).waitFor();
	const folder = temporaryFolder();
	// Steps without end, as far as this test goes.
	writeFileSync(join(folder, "tiny.json"), JSON.stringify(tinyOptions(folder, 1_000_000)));
	const training = start(process.execPath, [main, "train", "tiny.json", "--out", join(dir, "live")], folder);
	try {
		const row = page.getByRole("row", { name: /live/ });
		await row.getByText("running").waitFor({ timeout: 30_000 });
		await row.getByRole("link").click();
		// Figures out of sight wait with their drawing.
		await page.locator("#loss svg").scrollIntoViewIfNeeded();
		for (let grown = 0; grown < 2; grown++) {
			const before = await lastStep(page, "loss");
			await expect.poll(() => lastStep(page, "loss"), { timeout: 20_000 }).toBeGreaterThan(before);
		}
		// The heat map of a quantity by layer has the same steps.
		const map = page.locator("figure[id$=heat-map]").first();
		await map.scrollIntoViewIfNeeded();
		await map.locator("svg").waitFor();
		await page.getByRole("button", { name: "Stop…" }).click();
		await page.getByRole("button", { name: "Stop it" }).click();
		await page.getByText("interrupted").first().waitFor({ timeout: 20_000 });
		expect((await training.ended).stderr).toContain("resume");
	} finally {
		training.child.kill("SIGKILL");
	}
	expect(troubles).toEqual([]);
	await page.close();
});

test("chosen runs are laid over each other beside what differs between them", async () => {
	const { page, troubles } = await open();
	for (const run of ["pre", "post"]) await page.getByRole("checkbox", { name: `Select ${run}` }).check();
	await page.getByRole("link", { name: "Compare" }).click();
	const table = page.getByRole("region", { name: "Runs and what differs between them" }).locator("table");
	await table.getByText("optimizer.learningRate").waitFor();
	const rows = await table.locator("tbody tr").allInnerTexts();
	expect(rows[0]).toMatch(/^.*lr 1e-3.*pre/s);
	expect(rows[1]).toMatch(/3e-4.*post/s);
	const figure = page.locator("#norm");
	await figure.scrollIntoViewIfNeeded();
	await figure.locator("svg").waitFor();
	expect(await figure.innerText()).toMatch(/lr 1e-3.*lr 3e-4/s);
	// A key that is typed is drawn, and the address remembers it.
	await page.getByRole("textbox", { name: "Keys" }).fill("dyn/norm.layer.*");
	await page.locator("#key-dyn-norm-layer-3 svg").waitFor();
	await expect.poll(() => new URL(page.url()).searchParams.get("key")).toBe("dyn/norm.layer.*");
	await page.reload();
	await page.locator("#key-dyn-norm-layer-3 svg").waitFor();
	expect(await table.locator("tbody tr").count()).toBe(2);
	expect(troubles).toEqual([]);
	await page.close();
});

test("a figure is saved as SVG, PNG and CSV, and all values of a run as a table", async () => {
	const { page, troubles } = await open("?page=run&path=pre");
	await page.locator("#norm svg").waitFor();
	const save = async (name: string, within = "#norm") => {
		const [download] = await Promise.all([
			page.waitForEvent("download"),
			page.locator(within).getByText(name, { exact: true }).click(),
		]);
		return readFileSync(await download.path());
	};
	const svg = new JSDOM((await save("SVG")).toString(), { contentType: "image/svg+xml" }).window.document;
	expect(svg.documentElement.localName).toBe("svg");
	expect(svg.querySelectorAll("path, circle").length).toBeGreaterThan(10);
	const png = await save("PNG");
	expect(png.subarray(0, 8)).toEqual(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"));
	const rows = rowsOfCsv((await save("CSV")).toString());
	const written = readFileSync(join(dir, "pre", "metrics.jsonl"), "utf8")
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line) as Record<string, number>)
		.filter((row) => row["dyn/norm.encoder"] !== undefined);
	expect(rows.map((row) => [row["run"], Number(row["step"]), Number(row["dyn/norm.encoder"])])).toEqual(
		written.map((row) => ["pre", row["step"], row["dyn/norm.encoder"]]),
	);
	const all = rowsOfCsv((await save("CSV", ".exports")).toString());
	expect(all.length).toBe(1201);
	expect(troubles).toEqual([]);
	await page.close();
});

test("a cell of the phase diagram opens its run, and one goes back from there", async () => {
	const { page, troubles } = await open();
	await page.getByRole("link", { name: "grid", exact: true }).click();
	await page.locator("#phase-diagram svg").waitFor();
	const cell = page.locator('#phase-diagram a:has([aria-label^="learning rate 0.01, weight decay 0.001"])');
	const href = await cell.getAttribute("href");
	const box = (await cell.boundingBox())!;
	await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
	await page.locator("#norm svg").waitFor();
	expect(pathOf(page)).toMatch(/^grid\/cells\/[0-9a-f]{16}$/);
	expect(href).toContain(pathOf(page));
	await page.getByText(/^Configuration/).click();
	expect(await page.getByRole("row", { name: "optimizer.learningRate" }).innerText()).toContain("0.01");
	await page.goBack();
	await page.locator("#phase-diagram svg").waitFor();
	// The keyboard opens a cell too; the drawing that has the focus goes away with its page.
	await page.locator("#phase-diagram [role=application]").focus();
	await page.keyboard.press("ArrowRight");
	await page.keyboard.press("Enter");
	await page.locator("#norm svg").waitFor();
	await page.goBack();
	await page.locator("#phase-diagram svg").waitFor();
	// The table beside it opens the same run.
	await page.getByRole("link", { name: /^Open the run of learningRate 0\.01, weightDecay 0\.001/ }).click();
	await page.locator("#norm svg").waitFor();
	expect(href).toContain(pathOf(page));
	expect(troubles).toEqual([]);
	await page.close();
});

test("a study's page has its claims with their verdicts, and its runs", async () => {
	const { page, troubles } = await open("?page=run&path=study");
	await page.getByRole("heading", { name: "How norms grow" }).waitFor();
	await page.getByText("1 claim holds, 1 fails").first().waitFor();
	const verdict = (id: string) => page.locator(`[id="claim-${id}"]`).innerText();
	expect(await verdict("growth.pre")).toMatch(/holds/);
	expect(await verdict("growth.post")).toMatch(/fails/);
	await page.getByRole("link", { name: "flow", exact: true }).click();
	await page.getByRole("slider", { name: "Training time, κ₀t" }).waitFor();
	expect(pathOf(page)).toBe("study/flow");
	expect(troubles).toEqual([]);
	await page.close();
});

describe("the address is the whole state", () => {
	test("of the list: filter, order, groups and choice", async () => {
		const { page, troubles } = await open();
		await page.getByRole("searchbox").fill("training -grid");
		await page.getByRole("button", { name: "Loss" }).click();
		await page.getByRole("checkbox", { name: "Under their study or sweep" }).uncheck();
		await page.getByRole("checkbox", { name: "Select pre" }).check();
		const names = () => page.locator("tbody th a").allInnerTexts();
		const before = (await names()).filter((name) => name !== "live");
		expect(before.toSorted()).toEqual(["post", "pre", "study/res-post"]);
		expect(before.at(-1)).toBe("post");
		await expect.poll(() => page.url()).toMatch(/filter=.*run=pre/);
		await page.reload();
		await expect.poll(async () => (await names()).filter((name) => name !== "live")).toEqual(before);
		expect(await page.getByRole("checkbox", { name: "Select pre" }).isChecked()).toBe(true);
		expect(await page.getByRole("searchbox").inputValue()).toBe("training -grid");
		expect(troubles).toEqual([]);
		await page.close();
	});

	test("of a run: axis, play-head and filter of tensors", async () => {
		const { page, troubles } = await open("?page=run&path=live");
		await page.locator("#norm svg").waitFor();
		await page.getByRole("radio", { name: "log" }).check();
		await page.getByLabel("Filter by name").fill("param/blocks.0.*");
		const slider = page.getByRole("slider", { name: "Training time, step" });
		await slider.fill("500");
		const state = async () => ({
			head: await slider.getAttribute("aria-valuetext"),
			axis: await page.getByRole("radio", { name: "log" }).isChecked(),
			tensors: await page.getByLabel("Filter by name").inputValue(),
			matched: await page.getByText(/tensors and gradients/).innerText(),
		});
		await expect.poll(() => page.url()).toMatch(/axis=log.*at=|at=.*axis=log/);
		const before = await state();
		expect(before.matched).toMatch(/^[1-9]/);
		await page.reload();
		await page.locator("#norm g.head[visibility=visible]").first().waitFor();
		expect(await state()).toEqual(before);
		await page.locator("#norm g[data-x^='log1p ']").first().waitFor();
		// One play-head for all figures: those of one moment show it too.
		const layers = page.locator("#saturation-by-layer");
		await layers.scrollIntoViewIfNeeded();
		await expect.poll(() => layers.textContent()).toMatch(/at step \d+/);
		expect(troubles).toEqual([]);
		await page.close();
	});
});

test("keys go to the filter, play training time, turn the theme and list themselves, but not while one types", async () => {
	const { page, troubles } = await open("", { colorScheme: "light" });
	await page.getByRole("link", { name: "pre", exact: true }).waitFor();
	const light = await ground(page);
	await page.keyboard.press("/");
	await page.keyboard.type("t?");
	expect(await page.getByRole("searchbox").inputValue()).toBe("t?");
	expect(await ground(page)).toBe(light);
	await page.keyboard.press("Escape");
	await page.keyboard.press("t");
	await expect.poll(() => ground(page)).not.toBe(light);
	await page.keyboard.press("?");
	const dialog = page.getByRole("dialog", { name: "Keys" });
	await dialog.waitFor();
	expect(await dialog.innerText()).toContain("go to the filter");
	await page.keyboard.press("Escape");
	await dialog.waitFor({ state: "hidden" });

	await page.goto(`${serving.url}/?page=run&path=pre`);
	await page.locator("#norm svg").waitFor();
	// The theme was chosen, and stays.
	expect(await ground(page)).not.toBe(light);
	const slider = page.getByRole("slider", { name: "Training time, step" });
	const at = () => slider.getAttribute("aria-valuetext");
	await page.keyboard.press("ArrowLeft");
	const step = async () => Number(/^step ([\d,]+)$/.exec((await at())!)?.[1]?.replace(",", "") ?? 1200);
	await expect.poll(step).toBeLessThan(1200);
	const near = await step();
	await page.keyboard.press("Shift+ArrowLeft");
	await expect.poll(step).toBeLessThan(near - 50);
	const far = await step();
	await page.keyboard.press(" ");
	await expect.poll(step).toBeGreaterThan(far);
	await page.keyboard.press(" ");
	expect(troubles).toEqual([]);
	await page.close();
});

test("what a server says no more is said, and when it is back the page goes on", async () => {
	const { page } = await open();
	await page.getByText("Live", { exact: true }).waitFor();
	const { port } = serving;
	await serving.close();
	await page.getByText("No connection. Trying again.").waitFor();
	serving = await serve({ dir, port, allowStop: true });
	await page.getByText("Live", { exact: true }).waitFor({ timeout: 20_000 });
	await page.close();
});

const pages = {
	"the list": "?run=pre&open=study",
	"a run": "?page=run&path=pre",
	"a study": "?page=run&path=study",
	"a sweep": "?page=run&path=grid",
	"a comparison": "?page=compare&run=pre&run=post",
};
for (const [name, query] of Object.entries(pages))
	test(`${name} has no serious fault of accessibility, light and dark, and fits a telephone`, async () => {
		const { page, troubles } = await open(query, { colorScheme: "light", reducedMotion: "reduce" });
		await page.locator("figure svg, tbody tr").first().waitFor();
		expect(await seriousViolations(page)).toEqual([]);
		await page.keyboard.press("t");
		await page.setViewportSize({ width: 400, height: 800 });
		expect(await seriousViolations(page)).toEqual([]);
		expect(await sidewaysScroll(page)).toBe(0);
		expect(troubles).toEqual([]);
		await page.close();
	});
