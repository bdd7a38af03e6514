import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { main, orrery, requireBuild, start } from "./support/cli.ts";
import { contentOf, temporaryFolder, tinyOptions } from "./support/tiny-run.ts";

beforeAll(requireBuild);
// Each starts several processes, one after the other.
vi.setConfig({ testTimeout: 180_000 });

interface Plan {
	readonly axes: Record<string, unknown>;
	readonly steps?: number;
	readonly seeds?: number[];
}

/** Writes `sweep.json` of tiny runs into `folder`. */
function writeSweep(folder: string, { axes, steps = 40, seeds = [0] }: Plan): void {
	const { seed: _, name: __, ...base } = tinyOptions(folder, steps);
	const { source, ...data } = base["data"] as Record<string, object>;
	const plan = {
		base: { ...base, data: { ...data, source: { ...source, train: "rhyme.txt" } } },
		axes,
		seeds,
		keepCheckpoints: true,
	};
	writeFileSync(join(folder, "sweep.json"), JSON.stringify(plan));
}

const grid = {
	"optimizer.learningRate": [1e-3, 1e-2],
	"optimizer.weightDecay": { from: 1e-4, to: 1, count: 2, scale: "log" },
};
const sweep = ["sweep", "sweep.json", "--out", "out", "--processes", "2", "--json"];

const cellsIn = (folder: string): string[] => {
	const cells = join(folder, "out", "cells");
	return existsSync(cells) ? readdirSync(cells).map((hash) => join(cells, hash)) : [];
};
const stateOf = (cell: string): string | undefined => {
	try {
		return JSON.parse(readFileSync(join(cell, "status.json"), "utf8")).state;
	} catch {
		return undefined;
	}
};
const finishedIn = (folder: string) => cellsIn(folder).filter((cell) => stateOf(cell) === "finished");

/** Who wrote a cell's files, and when: a run done again, or only continued, replaces its status. */
const stampOf = (cell: string) =>
	["config.json", "status.json", "metrics.parquet"].map((file) => {
		const { ino, mtimeMs } = statSync(join(cell, file));
		return { file, ino, mtimeMs };
	});

const alive = (pid: number): boolean => {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
};

async function until(condition: () => boolean): Promise<void> {
	for (let waited = 0; !condition(); waited += 10) {
		if (waited > 40_000) throw new Error("Waited for 40 s in vain.");
		await setTimeout(10);
	}
}

/** The processes that run cells now. */
const workersOf = (folder: string): number[] =>
	cellsIn(folder).flatMap((cell) => {
		try {
			return [JSON.parse(readFileSync(join(cell, "run.lock"), "utf8")).pid as number];
		} catch {
			return [];
		}
	});

test("a sweep runs every cell once; run again, nothing", async () => {
	const folder = temporaryFolder();
	writeSweep(folder, { axes: grid, seeds: [0, 1] });
	const first = await orrery(folder, ...sweep);
	expect(first).toMatchObject({ code: 0 });
	const { cells } = JSON.parse(first.stdout);
	expect(cells).toHaveLength(8);
	expect(new Set(cells.map(({ hash }: { hash: string }) => hash)).size).toBe(8);
	for (const { state, directory, last } of cells) {
		expect(state).toBe("finished");
		expect(last.step).toBe(40);
		expect(existsSync(join(folder, directory, "report.html"))).toBe(true);
	}
	const stamps = cellsIn(folder).map(stampOf);
	const again = await orrery(folder, ...sweep);
	expect(again).toMatchObject({ code: 0, stdout: first.stdout });
	expect(cellsIn(folder).map(stampOf)).toEqual(stamps);
});

test("killed with SIGKILL and started again, a sweep runs only what is missing, and its cells equal those of one never stopped", async () => {
	const folder = temporaryFolder();
	writeSweep(folder, { axes: grid, steps: 400 });
	const { child, ended } = start(process.execPath, [main, ...sweep], folder);
	await until(() => finishedIn(folder).length >= 1 && workersOf(folder).length > 0);
	const workers = workersOf(folder);
	child.kill("SIGKILL");
	expect((await ended).code).toBeNull();
	await until(() => !workers.some(alive));
	const before = finishedIn(folder);
	expect(before.length).toBeLessThan(4);
	const stamps = before.map(stampOf);

	expect(await orrery(folder, ...sweep)).toMatchObject({ code: 0 });
	expect(before.map(stampOf)).toEqual(stamps);
	expect(finishedIn(folder)).toHaveLength(4);
	const whole = temporaryFolder();
	writeSweep(whole, { axes: grid, steps: 400 });
	expect(await orrery(whole, ...sweep)).toMatchObject({ code: 0 });
	const contents = (where: string) => Promise.all(cellsIn(where).sort().map(contentOf));
	// The text of `whole` lies in another folder, so its cells have other names.
	const sorted = async (where: string) => (await contents(where)).map((x) => JSON.stringify(x)).sort();
	expect(await sorted(folder)).toEqual(await sorted(whole));
});

test("a worker that is killed costs its cell nothing: another process resumes it", async () => {
	const folder = temporaryFolder();
	writeSweep(folder, { axes: grid, steps: 400 });
	const { ended } = start(process.execPath, [main, ...sweep], folder);
	await until(() => workersOf(folder).length > 0);
	process.kill(workersOf(folder)[0]!, "SIGKILL");
	expect(await ended).toMatchObject({ code: 0 });
	expect(finishedIn(folder)).toHaveLength(4);
});

test("a cell whose loss is no number is recorded as diverged, and not run again", async () => {
	const folder = temporaryFolder();
	writeSweep(folder, { axes: { "optimizer.learningRate": [1e-3, 1e4], "optimizer.weightDecay": [1] } });
	const first = await orrery(folder, ...sweep);
	expect(first.code).toBe(0);
	const { cells } = JSON.parse(first.stdout);
	expect(cells.map(({ state }: { state: string }) => state)).toEqual(["finished", "diverged"]);
	expect(cells[1].message).toMatch(/Expected `.*` to be finite, got .* at step \d+: training diverged/);
	const stamp = statSync(join(folder, cells[1].directory, "status.json")).mtimeMs;
	expect(await orrery(folder, ...sweep)).toMatchObject({ code: 0, stdout: first.stdout });
	expect(statSync(join(folder, cells[1].directory, "status.json")).mtimeMs).toBe(stamp);
});

test("axes and seeds may be extended, and old cells stay; what loses cells is refused by its key", async () => {
	const folder = temporaryFolder();
	const axes = { "optimizer.learningRate": [1e-3, 1e-2] };
	writeSweep(folder, { axes });
	expect(await orrery(folder, ...sweep)).toMatchObject({ code: 0 });
	const before = cellsIn(folder);
	const stamps = before.map(stampOf);
	const longer = { "optimizer.learningRate": [1e-4, 1e-3, 1e-2] };
	writeSweep(folder, { axes: longer, seeds: [0, 7] });
	expect(await orrery(folder, ...sweep)).toMatchObject({ code: 0 });
	expect(finishedIn(folder)).toHaveLength(6);
	expect(before.map(stampOf)).toEqual(stamps);

	writeSweep(folder, { axes, seeds: [0, 7] });
	expect(await orrery(folder, ...sweep)).toMatchObject({
		code: 1,
		stderr: expect.stringContaining("Expected `optimizer.learningRate` to be as in `out/sweep.json`"),
	});
	writeSweep(folder, { axes: longer, seeds: [0] });
	expect((await orrery(folder, ...sweep)).stderr).toContain("Expected `seeds` to be as in");
	writeSweep(folder, { axes: longer, seeds: [0, 7], steps: 41 });
	expect((await orrery(folder, ...sweep)).stderr).toContain("Expected `base.training.steps` to be as in");
});

test("cells that failed say why, and are run alone once the cause is mended", async () => {
	const folder = temporaryFolder();
	writeSweep(folder, { axes: { "optimizer.learningRate": [1e-4, 1e-3, 1e-2, 1e-1] } });
	const text = join(folder, "rhyme.txt");
	renameSync(text, join(folder, "away.txt"));
	const failed = await orrery(folder, ...sweep);
	expect(failed.code).toBe(1);
	expect(failed.stderr).toContain("3 in a row that failed alike: Expected `");
	expect(failed.stderr).toContain("rhyme.txt` to exist");
	expect(cellsIn(folder).filter((cell) => stateOf(cell) === "failed").length).toBeGreaterThanOrEqual(3);
	renameSync(join(folder, "away.txt"), text);
	expect(await orrery(folder, ...sweep)).toMatchObject({ code: 0 });
	expect(finishedIn(folder)).toHaveLength(4);
});

test("Ctrl-C saves the running cells and ends with 130; a second process is refused meanwhile", async () => {
	const folder = temporaryFolder();
	writeSweep(folder, { axes: grid, steps: 20_000 });
	const { child, ended } = start(process.execPath, [main, ...sweep], folder);
	await until(() => cellsIn(folder).filter((cell) => stateOf(cell) === "running").length === 2);
	const second = await orrery(folder, ...sweep);
	expect(second.code).toBe(1);
	expect(second.stderr).toContain("Expected `out/sweep.lock` to be free");
	child.kill("SIGINT");
	expect((await ended).code).toBe(130);
	const states = cellsIn(folder).map(stateOf);
	expect(states).toEqual(["interrupted", "interrupted"]);
	for (const cell of cellsIn(folder)) expect(readdirSync(join(cell, "checkpoints")).length).toBe(1);
});

describe("what is wrong with a sweep is said with its key", () => {
	for (const [title, change, message] of [
		["an axis", { axes: { "optimizer.learningRat": [1] } }, "Did you mean `optimizer.learningRate`?"],
		["a section", { axis: {} }, "Did you mean `axes`?"],
		["a seed", { axes: { seed: [1, 2] } }, "List seeds in `seeds`"],
		[
			"a log scale",
			{ axes: { "optimizer.weightDecay": { from: 0, to: 1, count: 3, scale: "log" } } },
			"above 0",
		],
		["a key that reaches outside", { axes: { "__proto__.polluted": [1] } }, "dotted key"],
	] as const)
		test(title, async () => {
			const folder = temporaryFolder();
			writeSweep(folder, { axes: grid });
			const path = join(folder, "sweep.json");
			writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }));
			const { code, stderr } = await orrery(folder, ...sweep);
			expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
			expect(existsSync(join(folder, "out"))).toBe(false);
		});
});
