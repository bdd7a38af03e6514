import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeStatus } from "../run/status.ts";
import { parseSweep } from "./config.ts";
import { sweepPaths } from "./paths.ts";
import { readCells } from "./read-cells.ts";
import { requireSameSweep } from "./same-sweep.ts";

const plan = {
	base: {
		model: { layers: 1, heads: 1, width: 8, context: 8 },
		training: { steps: 20, batch: 2 },
	},
	axes: { "optimizer.learningRate": [1e-3, 1e-2] },
};

function folder(): string {
	const directory = mkdtempSync(join(tmpdir(), "orrery-cells-"));
	writeFileSync(sweepPaths(directory).sweep, JSON.stringify(plan));
	return directory;
}

test("a cell whose folder was removed is missing, and one whose status is damaged is to be run again", async () => {
	const directory = folder();
	const [first, second] = (await readCells(directory)).map((cell) => cell.directory) as [string, string];
	for (const cell of [first, second]) {
		mkdirSync(cell, { recursive: true });
		await writeStatus(cell, { state: "finished", step: 20, steps: 20, seconds: 1, measureSeconds: 0 });
	}
	expect((await readCells(directory)).map(({ state }) => state)).toEqual(["finished", "finished"]);
	rmSync(first, { recursive: true });
	writeFileSync(join(second, "status.json"), "{");
	expect(await readCells(directory)).toMatchObject([
		{ state: "missing", rows: [] },
		{ state: "failed", message: expect.stringContaining("status.json` to hold a run's status") },
	]);
});

test("a sweep.json that is damaged is named, with the advice to delete it", async () => {
	const directory = folder();
	writeFileSync(sweepPaths(directory).sweep, "{");
	for (const read of [readCells, (out: string) => requireSameSweep(parseSweep(plan), out)])
		await expect(read(directory)).rejects.toThrow(/sweep\.json` to be JSON, .*Delete the file/);
});

test("a sweep may gain variants; one that loses or changes a variant is refused by its key", async () => {
	const directory = folder();
	const written = { ...plan, variants: { pre: {}, none: { "model.placement": "none" } } };
	writeFileSync(sweepPaths(directory).sweep, JSON.stringify(written));
	const again = (variants: object) => requireSameSweep(parseSweep({ ...plan, variants }), directory);
	await again({ ...written.variants, post: { "model.placement": "post" } });
	await expect(again({ pre: {} })).rejects.toThrow("Expected `variants` to be as in");
	await expect(again({ ...written.variants, none: { "model.placement": "post" } })).rejects.toThrow(
		"Expected `variants.none.model.placement` to be as in",
	);
});
