import {
	appendFileSync,
	mkdirSync,
	renameSync,
	rmSync,
	symlinkSync,
	unlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { writeSyntheticRun } from "../../test/support/synthetic-run.ts";
import { temporaryFolder } from "../../test/support/tiny-run.ts";
import type { RunStatus } from "../run/status.ts";
import { type Changes, openCatalogue } from "./catalogue.ts";
import type { Entry } from "./entry.ts";

let root: string;
beforeEach(() => {
	root = temporaryFolder();
});

const write = (path: string, content: unknown) => {
	mkdirSync(join(root, path, ".."), { recursive: true });
	writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
};

function run(
	path: string,
	status: Partial<RunStatus> = {},
	config: unknown = {},
	rows: unknown[] = [],
): void {
	const whole = {
		state: "finished",
		step: 10,
		steps: 10,
		seconds: 1,
		measureSeconds: 0,
		updated: "2025-01-01T00:00:00Z",
	};
	write(`${path}/status.json`, { ...whole, ...status });
	write(`${path}/config.json`, config);
	write(`${path}/metrics.jsonl`, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

const byPath = (entries: readonly Entry[]) => Object.fromEntries(entries.map((entry) => [entry.path, entry]));
const list = async () => byPath(await openCatalogue(root).list());

const claims = (["holds", "holds", "fails", "not measured"] as const).map((verdict) => ({ verdict }));

test("trainings, flows, studies, sweeps with their cells, series and reports are told apart", async () => {
	writeSyntheticRun(join(root, "alone"), { steps: 1200, finalLoss: 4 });
	run("group/flow", { step: 70, steps: 500 }, { kind: "flow" }, [{ step: 70, time: 1, "train/loss": 0.25 }]);
	write("study/study.json", {
		claims: [...claims, { verdict: "fails", outside: "Assumption 2.3" }],
		experiments: [{ state: "finished" }, { state: "diverged" }],
	});
	write("study/report.html", "<p>");
	run("study/a", { state: "diverged", message: "The loss is not finite." });
	write("study/grid/sweep.json", { axes: { x: [1, 2], y: [1] }, variants: { p: {}, q: {} }, seeds: [0] });
	for (const [i, cell] of ["c1", "c2", "c3"].entries())
		run(`study/grid/cells/${cell}`, { state: i === 2 ? "failed" : "finished" });
	write("series/inspect.json", {});
	write("series/metrics.jsonl", '{"step":3}\n{"step":143000}\n');
	write("papers/report.html", "<p>");
	run("group/.hidden/run");
	run("too/deep/for/us/to/look");
	const entries = await list();
	for (const entry of Object.values(entries)) expect(Date.now() - entry.changed).toBeLessThan(60_000);
	const told = Object.fromEntries(
		Object.entries(entries).map(([path, { path: _, changed: __, ...entry }]) => [path, entry]),
	);
	const finished = { hasReport: false, kind: "training", state: "finished", step: 10, steps: 10 };
	expect(told).toEqual({
		alone: {
			...finished,
			step: 1200,
			steps: 1200,
			loss: expect.closeTo(4, 0),
			validationLoss: expect.closeTo(4.2, 0),
		},
		"group/flow": { ...finished, kind: "flow", step: 70, steps: 500, loss: 0.25 },
		study: { hasReport: true, kind: "study", state: "finished", claims: { holds: 2, fails: 1, open: 1 } },
		"study/a": { ...finished, state: "diverged", message: "The loss is not finite.", parent: "study" },
		"study/grid": {
			hasReport: false,
			kind: "sweep",
			state: "failed",
			message: "1 of 4 cells failed.",
			step: 2,
			steps: 4,
			parent: "study",
		},
		"study/grid/cells/c1": { ...finished, parent: "study/grid" },
		"study/grid/cells/c2": { ...finished, parent: "study/grid" },
		"study/grid/cells/c3": { ...finished, state: "failed", parent: "study/grid" },
		series: { hasReport: false, kind: "series", step: 143000 },
		papers: { hasReport: true, kind: "report" },
	});
});

test("the folder itself may be a run", async () => {
	run("");
	expect(Object.keys(await list())).toEqual([""]);
});

test("what cannot be read is in the list, and says so", async () => {
	run("status", { state: "asleep" as "running" });
	run("config");
	write("config/config.json", "{");
	write("study/study.json", "[]");
	write("sweep/sweep.json", { axes: 3 });
	run("metrics", {}, {}, [{ step: 1, "train/loss": "x" }]);
	run("good");
	const entries = await list();
	expect(Object.keys(entries).sort()).toEqual(["config", "good", "metrics", "status", "study", "sweep"]);
	expect(entries["status"]).toMatchObject({
		message: expect.stringContaining("status.json` to hold a run's status"),
	});
	expect(entries["config"]).toMatchObject({
		message: expect.stringContaining("config.json"),
		state: "finished",
	});
	expect(entries["study"]!.message).toContain("study.json");
	expect(entries["sweep"]!.message).toContain("sweep.json");
	expect(entries["metrics"]!.loss).toBeUndefined();
});

test("links are not followed, of folders or of files", async () => {
	const outside = temporaryFolder();
	writeSyntheticRun(join(outside, "run"));
	symlinkSync(outside, join(root, "out"));
	run("linked");
	for (const name of ["metrics.jsonl", "status.json"]) {
		rmSync(join(root, "linked", name));
		symlinkSync(join(outside, "run", name), join(root, "linked", name));
	}
	run("plain");
	expect(Object.keys(await list())).toEqual(["plain"]);
});

test("of a running training the last row counts; once its process is gone it was interrupted", async () => {
	run("live", { state: "running", step: 5, steps: 50 }, {}, [{ step: 7, time: 0, "train/loss": 3 }]);
	write("live/run.lock", { pid: process.ppid, host: (await import("node:os")).hostname(), since: "" });
	const catalogue = openCatalogue(root);
	expect((await catalogue.list())[0]).toMatchObject({ state: "running", step: 7, steps: 50, loss: 3 });
	appendFileSync(
		join(root, "live/metrics.jsonl"),
		'{"step":8,"time":0,"train/loss":2,"val/loss":2.5}\n{"step":9,"tra',
	);
	expect((await catalogue.list())[0]).toMatchObject({ step: 8, loss: 2, validationLoss: 2.5 });
	appendFileSync(join(root, "live/metrics.jsonl"), 'in/loss":1,"time":0}\n');
	expect((await catalogue.list())[0]).toMatchObject({ step: 9, loss: 1, validationLoss: 2.5 });
	unlinkSync(join(root, "live/run.lock"));
	expect((await catalogue.list())[0]).toMatchObject({
		state: "interrupted",
		step: 5,
		message: expect.stringContaining("npx orrery resume"),
	});
});

test("losses are found far behind long rows, and in a file that was cut back", async () => {
	const long = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`param/tensor${i}.norm`, i / 7]));
	const rows = [
		{ step: 0, "val/loss": 9, "train/loss": 9.5 },
		...[1, 2, 3, 4].map((step) => ({ step, ...long })),
	];
	run("a", {}, {}, rows);
	const catalogue = openCatalogue(root);
	expect((await catalogue.list())[0]).toMatchObject({ loss: 9.5, validationLoss: 9 });
	write("a/metrics.jsonl", '{"step":0,"train/loss":1}\n');
	const [entry] = await catalogue.list();
	expect(entry).toMatchObject({ loss: 1 });
	expect(entry!.validationLoss).toBeUndefined();
});

test("an entry that has not changed is the same object, in order of the last change", async () => {
	for (const name of ["a", "b", "c"]) run(name);
	write("s/study.json", { claims, experiments: [] });
	run("s/x");
	for (const [i, name] of ["b", "s/x", "c", "a"].entries())
		for (const file of ["status.json", "config.json", "metrics.jsonl"])
			utimesSync(join(root, name, file), 1000 - i, 1000 - i);
	const catalogue = openCatalogue(root);
	const first = await catalogue.list();
	expect(first.map(({ path }) => path)).toEqual(["s", "b", "s/x", "c", "a"]);
	run("c", { state: "failed" });
	const second = await catalogue.list();
	expect(second).toEqual([...second].sort((x, y) => y.changed - x.changed));
	const old = byPath(first);
	expect(second.filter((entry) => entry !== old[entry.path]).map(({ path }) => path)).toEqual(["c"]);
});

test("changes tell what is new, what differs and what is gone, and nothing after they are closed", async () => {
	for (const name of ["a", "b", "c"]) run(name);
	const catalogue = openCatalogue(root);
	const told: Changes[] = [];
	const close = catalogue.changes((changes) => told.push(changes));
	const wait = async (count: number) => {
		const end = Date.now() + 10_000;
		while (told.length < count && Date.now() < end) await new Promise((done) => setTimeout(done, 20));
		expect(told.length).toBeGreaterThanOrEqual(count);
	};
	await catalogue.list();
	await new Promise((done) => setTimeout(done, 50));
	run("a", { state: "failed" });
	await wait(1);
	expect(told[0]!.changed.map(({ path, state }) => [path, state])).toEqual([["a", "failed"]]);
	rmSync(join(root, "b"), { recursive: true });
	renameSync(join(root, "c"), join(root, "d"));
	const start = Date.now();
	await wait(2);
	expect(Date.now() - start).toBeLessThan(2000);
	const paths = told
		.slice(1)
		.flatMap(({ changed, removed }) => [...changed.map(({ path }) => path), ...removed]);
	expect(paths.sort()).toEqual(["b", "c", "d"]);
	close();
	const count = told.length;
	run("e");
	await new Promise((done) => setTimeout(done, 1200));
	expect(told).toHaveLength(count);
});

test("a folder that is not there has nothing in it", async () => {
	expect(await openCatalogue(join(root, "nothing")).list()).toEqual([]);
});
