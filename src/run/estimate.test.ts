import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { temporaryFolder, tinyConfig } from "../../test/support/tiny-run.ts";
import { estimateSeconds } from "./estimate.ts";

test("a run's length is estimated from a few of its steps, and nothing is written", async () => {
	const folder = temporaryFolder();
	const config = tinyConfig(folder, 1000);
	const before = readdirSync(folder);
	const seconds = await estimateSeconds(config);
	// A step of this model takes a fraction of a millisecond; under any load, less than a second.
	expect(seconds).toBeGreaterThan(0);
	expect(seconds).toBeLessThan(1000);
	expect(await estimateSeconds({ ...config, training: { ...config.training, steps: 0 } })).toBe(0);
	expect(readdirSync(folder)).toEqual(before);
});
