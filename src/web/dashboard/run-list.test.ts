import { describe, expect, test } from "vitest";
import type { Entry } from "../../query/entry.ts";
import { readState } from "../shell/query-state.ts";
import { ago, arrange, type ListView, listParameters, matcher, tallyOf } from "./run-list.ts";

const entry = (path: string, of: Partial<Entry> = {}): Entry => ({
	path,
	kind: "training",
	hasReport: false,
	changed: 0,
	...of,
});
const listing = (...entries: Entry[]) => new Map(entries.map((each) => [each.path, each]));
const initial = readState(listParameters, new URLSearchParams());
const namesOf = (entries: ReadonlyMap<string, Entry>, view: Partial<ListView> = {}, words = {}) =>
	arrange(entries, words, { ...initial, ...view }).map(({ depth, name }) => "  ".repeat(depth) + name);

const study = listing(
	entry("growth", { kind: "study", changed: 5 }),
	entry("growth/pre", { parent: "growth", changed: 1, loss: 3, state: "finished" }),
	entry("growth/post", { parent: "growth", changed: 9, loss: 2, state: "running" }),
	entry("growth/phase", { kind: "sweep", parent: "growth", changed: 2 }),
	entry("growth/phase/cells/0a", { parent: "growth/phase", changed: 3, loss: 1, state: "diverged" }),
	entry("alone", { changed: 7, loss: 2.5, state: "interrupted" }),
);

describe("groups", () => {
	test("are closed at first, stand where the latest of their runs would, and say what is in them", () => {
		const lines = arrange(study, {}, initial);
		expect(lines.map(({ name }) => name)).toEqual(["growth", "alone"]);
		expect(lines[0]!.group).toEqual({ isOpen: false, size: 4, tally: "1 running, 1 diverged, 1 finished" });
	});

	test("show what is in them when they are open, each level by its own names", () => {
		expect(namesOf(study, { open: ["growth", "growth/phase"], sort: "name" })).toEqual([
			"alone",
			"growth",
			"  phase",
			"    cells/0a",
			"  post",
			"  pre",
		]);
	});

	test("are opened by a filter that finds something within, and hold only that", () => {
		expect(namesOf(study, { filter: "diverged" })).toEqual(["growth", "  phase", "    cells/0a"]);
		expect(namesOf(study, { filter: "growth" })).toEqual(["growth"]);
	});

	test("are left out of a plain list, and a run without its study in view stands by itself", () => {
		expect(namesOf(study, { group: false, sort: "loss" })).toEqual([
			"growth/phase/cells/0a",
			"growth/post",
			"alone",
			"growth/pre",
			"growth",
			"growth/phase",
		]);
		expect(namesOf(listing(entry("growth/pre", { parent: "growth" })))).toEqual(["growth/pre"]);
	});
});

describe("order", () => {
	const runs = listing(
		entry("run-10", { loss: 2, validationLoss: 1, state: "finished", changed: 1 }),
		entry("run-9", { loss: 1, state: "running", changed: 2 }),
		entry("none", { changed: 3 }),
	);
	test.each([
		["changed", ["none", "run-9", "run-10"], ["run-10", "run-9", "none"]],
		["name", ["none", "run-9", "run-10"], ["run-10", "run-9", "none"]],
		["state", ["run-9", "run-10", "none"], ["run-10", "run-9", "none"]],
		["loss", ["run-9", "run-10", "none"], ["run-10", "run-9", "none"]],
		["validation", ["run-10", "none", "run-9"], ["run-10", "none", "run-9"]],
	] as const)("by %s; what has no value comes last either way", (sort, forwards, backwards) => {
		expect(namesOf(runs, { sort })).toEqual(forwards);
		expect(namesOf(runs, { sort, reverse: true })).toEqual(backwards);
	});

	test("of a thousand runs is ready within a frame or two", () => {
		const many = listing(
			...Array.from({ length: 1000 }, (_, i) =>
				entry(`study/run-${i}`, { loss: (i * 7919) % 1000, changed: i }),
			),
		);
		const started = performance.now();
		expect(namesOf(many, { sort: "loss", filter: "run" })).toHaveLength(1000);
		expect(performance.now() - started).toBeLessThan(200);
	});
});

describe("the filter", () => {
	const words = { "a/pre": "lr 1e-3, wd 0.1" };
	const pre = entry("a/pre", { state: "running" });
	test.each([
		["", true],
		["PRE running", true],
		["pre finished", false],
		['"lr 1e-3"', true],
		['"lr 1e-4"', false],
		["-diverged", true],
		["-running", false],
		["a/*", true],
		["*/post", false],
		["training", true],
		["-", true],
		["-*pre", false],
		['"', true],
	])("%j", (filter, isFound) => expect(matcher(filter, words)(pre)).toBe(isFound));
});

test("a tally counts states and leaves out what is not there", () => {
	expect(tallyOf([entry("a", { state: "finished" }), entry("b")])).toBe("1 finished");
	expect(tallyOf([])).toBe("");
});

test("times are told as people tell them", () => {
	const now = Date.parse("2026-03-01T12:00:00Z");
	const before = (minutes: number) => ago(now - minutes * 60_000, now);
	expect([0, 5, 61, 1500, 2 * 1440].map(before)).toEqual([
		"now",
		"5 min ago",
		"1 h ago",
		"1 day ago",
		"2 days ago",
	]);
	expect(before(60 * 1440)).toContain("Dec 2025");
});
