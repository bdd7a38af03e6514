import { get } from "svelte/store";
import { describe, expect, test } from "vitest";
import type { Row } from "../../figure/figure.ts";
import type { Entry } from "../../query/entry.ts";
import type { MetricsAnswer, MetricsQuery } from "../../query/metrics-query.ts";
import { type AskRows, LiveRows } from "./live-rows.ts";

/** A server in miniature: the steps of each run are `0 … last`, every answer is noted. */
function server() {
	const last = new Map<string, number>();
	const asked: MetricsQuery[] = [];
	const ask: AskRows = async (query) => {
		asked.push(query);
		const rows = query.runs.flatMap((run): Row[] =>
			Array.from({ length: (last.get(run) ?? -1) + 1 }, (_, step) => ({
				run,
				step,
				"train/loss": -step,
			})).slice(query.from ?? 0),
		);
		return { rows, keys: ["train/loss"], sampled: false } satisfies MetricsAnswer;
	};
	return { last, asked, ask };
}

const entry = (path: string, step: number): Entry => ({
	path,
	kind: "training",
	step,
	hasReport: false,
	changed: step,
});
const entries = (...of: [string, number][]) => new Map(of.map(([path, step]) => [path, entry(path, step)]));
const settle = () => new Promise((done) => setTimeout(done, 5));
const stepsOf = (live: LiveRows) => get(live).rows.map(({ run, step }) => `${run}${step}`);

describe("LiveRows", () => {
	test("asks for everything once and then only for steps from the last one on", async () => {
		const { last, asked, ask } = server();
		const live = new LiveRows(ask);
		const query = { runs: ["a", "b"], keys: ["*"] };
		last.set("a", 2).set("b", 1);
		live.follow(query, entries(["a", 2], ["b", 1]));
		await settle();
		expect(asked.map(({ from, runs }) => [from, ...runs])).toEqual([[undefined, "a", "b"]]);
		last.set("a", 4);
		const before = entries(["a", 4], ["b", 1]);
		live.follow(query, before);
		live.follow(query, before);
		await settle();
		// The entry `b` of this test is a new object, as one that changed.
		expect(asked[1]).toMatchObject({ from: 1, runs: ["a", "b"] });
		expect(asked).toHaveLength(2);
		expect(stepsOf(live)).toEqual(["a0", "a1", "a2", "a3", "a4", "b0", "b1"]);
	});

	test("rows of another run that was written in the place of the one shown are not mixed with its rows", async () => {
		const { last, ask } = server();
		let factor = 1;
		const live = new LiveRows(async (query, signal) => {
			const answer = await ask(query, signal);
			const rows = answer.rows.map((row) => ({ ...row, "train/loss": factor * row.step }));
			return { ...answer, rows };
		});
		const query = { runs: ["a"], keys: ["*"] };
		last.set("a", 2);
		live.follow(query, entries(["a", 2]));
		await settle();
		factor = 10;
		last.set("a", 3);
		live.follow(query, entries(["a", 3]));
		await settle();
		expect(get(live).rows.map((row) => row["train/loss"])).toEqual([0, 10, 20, 30]);
	});

	test("asks for a run alone that alone has changed", async () => {
		const { last, asked, ask } = server();
		const live = new LiveRows(ask);
		const query = { runs: ["a", "b"], keys: ["*"] };
		last.set("a", 2).set("b", 1);
		const first = entries(["a", 2], ["b", 1]);
		live.follow(query, first);
		await settle();
		last.set("b", 3);
		live.follow(query, new Map([...first, ["b", entry("b", 3)]]));
		await settle();
		expect(asked[1]).toMatchObject({ from: 1, runs: ["b"] });
		expect(stepsOf(live)).toEqual(["a0", "a1", "a2", "b0", "b1", "b2", "b3"]);
	});

	test("forgets the steps of a run that was resumed from an earlier one", async () => {
		const { last, asked, ask } = server();
		const live = new LiveRows(ask);
		const query = { runs: ["a"], keys: ["*"] };
		last.set("a", 9);
		live.follow(query, entries(["a", 9]));
		await settle();
		last.set("a", 4);
		live.follow(query, entries(["a", 4]));
		await settle();
		expect(asked[1]?.from).toBeUndefined();
		expect(stepsOf(live)).toEqual(["a0", "a1", "a2", "a3", "a4"]);
	});

	test("has rows thinned anew when more have come than a chart shows", async () => {
		const { last, asked, ask } = server();
		const live = new LiveRows(ask);
		const query = { runs: ["a"], keys: ["*"], points: 10 };
		for (const step of [1, 8, 15, 20]) {
			last.set("a", step);
			live.follow(query, entries(["a", step]));
			await settle();
		}
		expect(asked.map(({ from }) => from)).toEqual([undefined, 1, 8, undefined]);
	});

	test("an answer to an earlier question is not shown, and what cannot be read is said while rows stay", async () => {
		const { last, ask } = server();
		let isBroken = false;
		const live = new LiveRows(async (query, signal) => {
			await settle();
			if (isBroken) throw new Error("The server does not answer.");
			return ask(query, signal);
		});
		last.set("a", 1).set("b", 0);
		const all = entries(["a", 1], ["b", 0]);
		live.follow({ runs: ["a"], keys: ["*"] }, all);
		live.follow({ runs: ["b"], keys: ["*"] }, all);
		await new Promise((done) => setTimeout(done, 30));
		expect(stepsOf(live)).toEqual(["b0"]);
		isBroken = true;
		live.follow({ runs: ["b"], keys: ["*"] }, entries(["a", 1], ["b", 1]));
		await new Promise((done) => setTimeout(done, 30));
		expect(get(live)).toMatchObject({ problem: "The server does not answer." });
		expect(stepsOf(live)).toEqual(["b0"]);
	});
});
