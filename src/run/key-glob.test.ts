import fc from "fast-check";
import { expect, test } from "vitest";
import { isGlob, matchesGlob, matchingKeys } from "./key-glob.ts";

test("a star stands for any characters, dots and slashes too; a question mark for one", () => {
	const key = "param/blocks.0.attention.query.weight.norm";
	for (const glob of ["*", "param/*", "param/blocks.0.*.norm", "*norm", "param/blocks.?.*", key])
		expect(matchesGlob(key, glob), glob).toBe(true);
	for (const glob of ["param", "*.weight", "param/blocks.??.*", "grad/*", "", `${key}?`])
		expect(matchesGlob(key, glob), glob).toBe(false);
	expect(isGlob("val/loss")).toBe(false);
	expect(matchingKeys(["val/loss", "dyn/a", "train/loss"], ["*loss", "val/*"])).toEqual([
		"val/loss",
		"train/loss",
	]);
});

test("any pattern says the same as the regular expression that it stands for", () => {
	const letters = fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "?"), maxLength: 12 });
	const escaped = (glob: string) => glob.replace(/\./g, "\\.").replace(/\*/g, ".*").replace(/\?/g, ".");
	fc.assert(
		fc.property(fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 12 }), letters, (key, glob) => {
			expect(matchesGlob(key, glob)).toBe(new RegExp(`^${escaped(glob)}$`).test(key));
		}),
		{ numRuns: 2000 },
	);
});

test("a pattern made to be slow is not", () => {
	const start = performance.now();
	expect(matchesGlob("a".repeat(5000), `${"*a".repeat(100)}*b`)).toBe(false);
	expect(performance.now() - start).toBeLessThan(500);
});
