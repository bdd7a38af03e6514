import { JSDOM } from "jsdom";
import { describe, expect, test } from "vitest";
import { syntheticRows } from "../../../test/support/synthetic-run.ts";
import type { Row } from "../../figure/figure.ts";
import { matchingKeys } from "../../run/key-glob.ts";
import { figureKeys, globsOf, keyDrawing, labelled, labelsOf, sharedFigures } from "./compare.ts";

const { document } = new JSDOM().window;

describe("runs in a legend", () => {
	const namesOf = (...runs: [path: string, words: string][]) => [
		...labelsOf(runs.map(([path, words]) => ({ path, words }))).values(),
	];
	test("are called by what tells them apart, and by no more than is needed", () => {
		expect(namesOf(["a/pre", "pre"], ["a/post", "post"])).toEqual(["pre", "post"]);
		expect(namesOf(["a", "lr 1, wd 0, pre, …"], ["b", "lr 1, wd 1, post, …"], ["c", "lr 2, wd 1"])).toEqual([
			"lr 1, wd 0",
			"lr 1, wd 1",
			"lr 2, wd 1",
		]);
	});
	test("by their names where nothing does, and by all of the path where names are alike", () => {
		expect(namesOf(["a/one", ""], ["a/two", ""])).toEqual(["one", "two"]);
		expect(namesOf(["a/one", "lr 1"], ["a/two", "lr 1"])).toEqual(["one", "two"]);
		expect(namesOf(["a/run", "lr 1"], ["b/run", ""])).toEqual(["run, lr 1", "run"]);
		expect(namesOf(["a/run", ""], ["b/run", ""])).toEqual(["a/run", "b/run"]);
		expect(namesOf(["", ""])).toEqual(["."]);
	});
	test("are never called alike", () => {
		const labels = namesOf(["a/x", "b/x"], ["b/x", "w"], ["c", "w"]);
		expect(new Set(labels).size).toBe(3);
	});
});

test("globs are told apart by spaces and commas", () => {
	expect(globsOf(" train/loss,  dyn/* dyn/*, ")).toEqual(["train/loss", "dyn/*"]);
});

describe("figures of several runs", () => {
	const rowsOf = (run: string, slope: number): Row[] =>
		syntheticRows({ steps: 400, slope }).map((row) => ({ run, ...row }));
	const rows = labelled(
		[...rowsOf("a/pre", 0.5), ...rowsOf("a/post", 0.8)],
		new Map([
			["a/pre", "pre"],
			["a/post", "post"],
		]),
	);

	test("lay them over each other by their labels, from the keys that are asked for", () => {
		const asked = rows.map(({ run, step, ...values }) => {
			const keys = new Set(matchingKeys(Object.keys(values), figureKeys));
			return { run, step, ...Object.fromEntries(Object.entries(values).filter(([key]) => keys.has(key))) };
		});
		for (const [id, draw] of sharedFigures) {
			const figure = draw(rows, { document });
			expect(figure?.rows.length ?? 0, id).toBe(draw(asked, { document })?.rows.length ?? 0);
		}
		const drawn = sharedFigures.flatMap(([, draw]) => draw(asked, { document }) ?? []);
		expect(drawn.length).toBeGreaterThan(5);
		expect(drawn.find(({ id }) => id === "norm")!.svg.textContent).toContain("post");
	});

	test("of a key hold its values, and its function is the same each time", () => {
		const figure = keyDrawing("dyn/norm.encoder")(rows, { document, axis: "log" })!;
		expect(figure).toMatchObject({ id: "key-dyn-norm-encoder", title: "dyn/norm.encoder" });
		expect(new Set(figure.rows.map(({ run }) => run))).toEqual(new Set(["pre", "post"]));
		expect(keyDrawing("dyn/norm.encoder")).toBe(keyDrawing("dyn/norm.encoder"));
		expect(keyDrawing("no/such")(rows, { document })).toBeUndefined();
	});
});
