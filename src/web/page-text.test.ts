import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { pageText } from "./page-text.ts";

test("the page's text is whole articles of ASCII in at most 60 KB, and says whose it is", async () => {
	const { text, attribution } = await pageText();
	expect(gzipSync(text).length).toBeLessThan(60_000);
	expect(text.length).toBeGreaterThan(140_000);
	expect(text).toMatch(/^ = [^=]+ = \n/);
	expect(text).toMatch(/^[\n\x20-\x7e]+$/);
	expect(attribution).toMatch(/Wikipedia.*ShareAlike 3\.0/);
});
