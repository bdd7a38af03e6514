/** One click on a cell of the phase diagram opens its run, from a file and from the server. */
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { JSDOM } from "jsdom";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawPhaseDiagram, type PhaseCell } from "../../src/figure/phase-diagram.ts";
import { writeReport } from "../../src/report/report.ts";
import { serve } from "../../src/server/serve.ts";
import { launchChromium } from "../support/browser.ts";

let browser: Browser;
const out = mkdtempSync(join(tmpdir(), "orrery-phase-"));
const rates = [1e-4, 1e-3, 1e-2];

beforeAll(async () => {
	const cells = rates.flatMap((learningRate) =>
		[1e-3, 1e-2, 1e-1].map((weightDecay): PhaseCell => {
			const href = `phase-diagram/cells/${learningRate}-${weightDecay}/report.html`;
			return {
				learningRate,
				weightDecay,
				seed: 0,
				state: "finished",
				growth: Math.log(learningRate / weightDecay),
				href,
			};
		}),
	);
	for (const { href, learningRate, weightDecay } of cells) {
		mkdirSync(join(out, dirname(href!)), { recursive: true });
		await writeReport(join(out, href!), { title: `run ${learningRate} ${weightDecay}`, sections: [] });
	}
	const points = rates.map((learningRate) => ({ learningRate, weightDecay: learningRate }));
	const figure = drawPhaseDiagram({
		document: new JSDOM("").window.document,
		cells,
		// The middle of a cell is where lines, signs and the triangle lie on it.
		boundaries: [{ label: "measured", dash: "none", points }],
		defaults: { learningRate: 1e-3, weightDecay: 1e-2 },
	})!;
	await writeReport(join(out, "report.html"), {
		title: "study",
		sections: [{ name: "phase-diagram", title: "Phase diagram", figures: [figure] }],
	});
	browser = await launchChromium();
});
afterAll(() => browser?.close());

async function clickThrough(url: string) {
	const page = await browser.newPage();
	const troubles: string[] = [];
	page.on("console", (message) => troubles.push(message.text()));
	page.on("pageerror", (error) => troubles.push(error.message));
	for (const [rate, decay] of [
		[1e-3, 1e-2],
		[1e-2, 1e-2],
		[1e-4, 1e-1],
	]) {
		await page.goto(url);
		const cell = page
			.locator(`a[href*="/${rate}-${decay}/"] path, a[href*="/${rate}-${decay}/"] rect`)
			.first();
		const box = (await cell.boundingBox())!;
		await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
		await page.waitForURL(`**/${rate}-${decay}/report.html`);
		expect(await page.title()).toBe(`run ${rate} ${decay}`);
	}
	expect(troubles).toEqual([]);
	await page.close();
}

test("in a report opened as a file", () => clickThrough(pathToFileURL(join(out, "report.html")).href));

test("in a report that is served", async () => {
	const server = await serve({ dir: out, port: 0 });
	await clickThrough(`${server.url}/files/report.html`);
	await server.close();
});
