/** Debian's Chromium for tests, and pages in it that remember what went wrong. */
import axe, { type Result } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** WebGPU is that of a software driver: Debian's Chromium brings SwiftShader, which needs libvulkan1. */
export const launchChromium = ({ webgpu = false } = {}): Promise<Browser> =>
	chromium.launch({
		executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
		args: [
			"--no-sandbox",
			"--disable-background-networking",
			...(webgpu ? ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"] : ["--disable-gpu"]),
		],
	});

/**
 * A page of its own at an address, 1280 × 900 unless told otherwise. `troubles` are its errors and warnings, what its
 * policy refused, what was not found, and every request to another host; a good page has none.
 */
export async function openPage(
	browser: Browser,
	url: string,
	options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly troubles: string[] }> {
	const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
	const troubles: string[] = [];
	page.on("console", (message) => {
		if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
	});
	page.on("pageerror", (error) => troubles.push(error.stack ?? error.message));
	page.on("response", (response) => {
		if (response.status() >= 400) troubles.push(`${response.status()} ${response.url()}`);
	});
	const { origin } = new URL(url);
	page.on("request", (request) => {
		const address = request.url();
		if (!/^(data|blob):/.test(address) && new URL(address).origin !== origin) troubles.push(address);
	});
	await page.goto(url);
	return { page, troubles };
}

/** What axe finds serious, in a line each: the rule, and where. Best practices that no rule of WCAG asks for are not counted. */
export async function seriousViolations(page: Page): Promise<string[]> {
	// Not by a script element, which the page's policy would refuse.
	await page.evaluate(axe.source);
	const violations: Result[] = await page.evaluate(async () => {
		const { axe } = window as unknown as { axe: typeof import("axe-core") };
		return (await axe.run(document, { resultTypes: ["violations"] })).violations;
	});
	return violations
		.filter(({ impact }) => impact === "serious" || impact === "critical")
		.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** How far the page goes beyond its window to the right, in pixels. */
export const sidewaysScroll = (page: Page): Promise<number> =>
	page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
