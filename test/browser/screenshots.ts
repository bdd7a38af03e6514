/**
 * Pictures of every page of the dashboard and of the playground, light and dark, wide and narrow, to be looked at:
 *
 *     npm run screenshots -- [--out build/screenshots] [--only playground]
 *
 * It says whatever a page complains of, and what axe finds serious.
 */
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { serve } from "../../src/server/serve.ts";
import { launchChromium, openPage, seriousViolations, sidewaysScroll } from "../support/browser.ts";
import { writeRunsFolder } from "../support/runs-folder.ts";

const { values } = parseArgs({
	options: { out: { type: "string", default: "build/screenshots" }, only: { type: "string", default: "" } },
});
const out = resolve(values.out);

/** Some seconds of training, so that there is something to see. */
const train = async (page: Page): Promise<void> => {
	await page.waitForTimeout(8000);
	await page
		.getByRole("group", { name: "Training", exact: true })
		.getByRole("button", { name: "Pause" })
		.click();
};

const views: readonly { name: string; path: string; act?: (page: Page) => Promise<void> }[] = [
	{ name: "list", path: "?run=pre&run=post&open=study" },
	{ name: "run", path: "?page=run&path=pre&at=300" },
	{ name: "study", path: "?page=run&path=study" },
	{ name: "flow", path: "?page=run&path=study/flow" },
	{ name: "sweep", path: "?page=run&path=grid" },
	{ name: "compare", path: "?page=compare&run=pre&run=post&run=study/res-post" },
	{ name: "help", path: "", act: (page) => page.keyboard.press("?") },
	{ name: "playground-norm-growth", path: "play/?study=norm-growth", act: train },
	{
		name: "playground-co-occurrence",
		path: "play/?study=co-occurrence",
		act: (page) => page.waitForTimeout(4000),
	},
	{ name: "playground-shortcuts", path: "play/?study=shortcuts", act: train },
];

mkdirSync(out, { recursive: true });
const dir = mkdtempSync(join(tmpdir(), "orrery-screenshots-"));
await writeRunsFolder(dir);
const serving = await serve({ dir, port: 0, allowStop: true, page: resolve("dist/web") });
const browser = await launchChromium();
for (const { name, path, act } of views.filter((view) => view.name.includes(values.only)))
	for (const [theme, width] of [
		["light", 1280],
		["dark", 400],
		["dark", 1280],
		["light", 400],
	] as const) {
		// Only the colours of the second pair differ from the first: training anew would show nothing new.
		if (act === train && width === (theme === "dark" ? 1280 : 400)) continue;
		const { page, troubles } = await openPage(browser, `${serving.url}/${path}`, {
			colorScheme: theme,
			viewport: { width, height: 900 },
			deviceScaleFactor: 1,
		});
		await page.waitForTimeout(1500);
		await act?.(page);
		// What comes into view is drawn then.
		for (let y = 0; y < 12_000; y += 700) {
			await page.evaluate((to) => scrollTo(0, to), y);
			await page.waitForTimeout(60);
		}
		await page.evaluate(() => scrollTo(0, 0));
		await page.waitForTimeout(200);
		await page.screenshot({ path: join(out, `${name}-${theme}-${width}.png`), fullPage: true });
		const sideways = await sidewaysScroll(page);
		const found = [
			...troubles,
			...(await seriousViolations(page)),
			...(sideways > 0 ? [`${sideways} px sideways`] : []),
		];
		process.stderr.write(`${name}, ${theme}, ${width} px: ${found.join("\n\t") || "fine"}\n`);
		await page.close();
	}
await browser.close();
await serving.close();
process.stderr.write(`${out}\n`);
