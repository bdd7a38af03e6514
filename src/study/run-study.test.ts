import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { syntheticRows, writeSyntheticRun } from "../../test/support/synthetic-run.ts";
import type { Row } from "../figure/figure.ts";
import { parseRunConfig } from "../run/config-file.ts";
import { startFlow } from "../run/flow/run.ts";
import type { FlowJob } from "../sweep/run-flows.ts";
import { configurations } from "./co-occurrence/configurations.ts";
import { normGrowth } from "./norm-growth/study.ts";
import { judgeStudy, type NamedPreset, presetOf, runStudy } from "./run-study.ts";
import {
	type Analysis,
	above,
	atLeast,
	atMost,
	below,
	type Flow,
	judge,
	near,
	type Study,
	type Training,
} from "./study.ts";

const folder = () => join(mkdtempSync(join(tmpdir(), "orrery-study-")), "study");

/** In the place of training: made-up metrics. What is tested here is what the study does with any metrics. */
const makeUp = async ({ config }: Training, dir: string) => writeSyntheticRun(dir, {}, config);

const training = (name: string, width = 16): Training => ({
	kind: "training",
	name,
	config: {
		name: name.split("/").at(-1)!,
		model: { layers: 1, heads: 1, width, context: 8 },
		training: { steps: 10, batch: 2 },
	},
});

let computed: string[] = [];
const analysis = (name: string, needs: readonly string[], factor = 2): Analysis => ({
	kind: "analysis",
	name,
	title: `the width times ${factor}`,
	needs,
	options: { factor },
	async compute({ run, progress }) {
		computed.push(name);
		progress(0.5);
		const widths = await Promise.all(needs.map(async (need) => (await run(need)).config.model.width));
		return widths.map((width, i) => ({ of: needs[i], width: factor * width, "not/finite": Number.NaN }));
	},
});

const preset = (factor?: number): NamedPreset => ({
	name: "small",
	summary: "Two made-up runs.",
	experiments: [training("a"), analysis("widths", ["a", "nested/b"], factor), training("nested/b", 32)],
});

const study: Study = {
	name: "widths",
	title: "Widths",
	introduction: "",
	notes: [],
	presets: {},
	parts: [
		{
			name: "all",
			title: "All",
			introduction: "",
			runs: () => true,
			claims: [
				{
					id: "wide",
					sentence: "twice the width of b",
					place: "here",
					expected: near(64, 0),
					measure(rows) {
						const row = rows.find((row) => row.run === "widths" && row["of"] === "nested/b");
						return row && { value: row["width"] as number, detail: "" };
					},
				},
			],
			figures: () => [],
		},
	],
};

test("every preset's trainings are valid configurations, in folders of their own, and analyses need what is there", () => {
	for (const { experiments } of Object.values(normGrowth.presets)) {
		const names = experiments.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		for (const experiment of experiments)
			if (experiment.kind === "training")
				expect(parseRunConfig(experiment.config).name).toBe(experiment.name.split("/").at(-1));
			else if (experiment.kind === "analysis")
				expect(names).toEqual(expect.arrayContaining([...experiment.needs]));
	}
});

test("claims have ids of their own", () => {
	const ids = normGrowth.parts.flatMap(({ claims }) => claims.map(({ id }) => id));
	expect(new Set(ids).size).toBe(ids.length);
});

test("what is missing is trained and computed, what is there is not, and an analysis waits for its runs", async () => {
	const out = folder();
	const trained: string[] = [];
	const train = async (experiment: Training, dir: string) => {
		trained.push(experiment.name);
		await makeUp(experiment, dir);
	};
	computed = [];
	const early = await runStudy(study, preset(), { out, train });
	// Its place was before its second run.
	expect([trained, computed]).toEqual([["a", "nested/b"], []]);
	expect(early.claims[0]!.verdict).toBe("not measured");
	const told: number[] = [];
	const result = await runStudy(study, preset(), {
		out,
		train,
		onAnalysis: (_, fraction) => told.push(fraction),
	});
	expect([trained, computed]).toEqual([["a", "nested/b"], ["widths"]]);
	expect(told).toEqual([0, 0.5, 1]);
	expect(result.claims).toMatchObject([{ id: "wide", part: "all", measured: 64, verdict: "holds" }]);
	expect(result.experiments.map(({ name, state }) => [name, state])).toEqual([
		["a", "finished"],
		["widths", "finished"],
		["nested/b", "finished"],
	]);
	expect(JSON.parse(readFileSync(join(out, "study.json"), "utf8"))).toEqual(result);
	expect(existsSync(result.report)).toBe(true);
	await runStudy(study, preset(), { out, train });
	expect(computed).toHaveLength(1);
	// Other options, or another run, are another result.
	expect((await runStudy(study, preset(3), { out, train })).claims[0]).toMatchObject({ measured: 96 });
	const status = join(out, "a", "status.json");
	writeFileSync(status, readFileSync(status, "utf8").replace("2025-01-01", "2025-01-02"));
	await runStudy(study, preset(3), { out, train });
	expect([trained.length, computed.length]).toEqual([2, 3]);
});

test("a damaged analysis is named", async () => {
	const out = folder();
	const both = { ...preset(), experiments: [training("a"), analysis("widths", ["a"])] };
	await runStudy(study, both, { out, train: makeUp });
	writeFileSync(join(out, "widths", "analysis.json"), '{"rows":');
	await expect(judgeStudy(study, both, out)).rejects.toThrow(/analysis\.json` to be JSON/);
	for (const damaged of ["{}", '{"rows":[null]}']) {
		writeFileSync(join(out, "widths", "analysis.json"), damaged);
		await expect(judgeStudy(study, both, out)).rejects.toThrow("Delete the file");
	}
});

test("verdicts follow the numbers: a norm that grows like √t, one that falls", () => {
	const rows = (["pre", "post", "post-seed-1"] as const).flatMap((run) =>
		syntheticRows({ slope: run === "pre" ? 0.6 : -0.1 }).map((row) => ({ ...row, run })),
	);
	const claims = new Map(
		normGrowth.parts.flatMap(({ claims }) => claims.map((claim) => [claim.id, judge(claim, rows)])),
	);
	expect(claims.get("norm-grows.pre")).toMatchObject({
		verdict: "holds",
		measured: expect.closeTo(1.416, 2),
	});
	// The mean of two seeds that are the same run.
	expect(claims.get("norm-grows.post")).toMatchObject({
		verdict: "fails",
		measured: expect.closeTo(0.931, 2),
		detail: expect.stringMatching(/^2 seeds: 0\.93\d*, 0\.93\d*; standard deviation 0\.0\. Seed 0: ‖θ‖ 50/),
	});
	expect(claims.get("norm-grows.res-post")!.verdict).toBe("not measured");
	expect(claims.get("sqrt-fits.pre")).toMatchObject({ verdict: "holds", measured: expect.closeTo(1, 3) });
	expect(claims.get("sqrt-fits-best.pre")!.verdict).toBe("holds");
});

test("the published T5 series is judged without any run, and gives the printed fits", () => {
	const claims = new Map(
		normGrowth.parts.flatMap(({ claims }) => claims.map((claim) => [claim.id, judge(claim, [])])),
	);
	for (const [id, claim] of claims)
		if (/^t5\.(sqrt|linear|quarter)\./.test(id)) expect(claim.verdict, id).toBe("holds");
	expect(claims.get("t5.sqrt.encoder-and-decoder")).toMatchObject({
		measured: expect.closeTo(0.9986, 4),
		detail: expect.stringContaining("5.41161·√t + 193.553"),
	});
	// Steps at right angles explain little more than half of the growth: the claim fails, and is shown failing.
	expect(claims.get("t5.misaligned-share")).toMatchObject({
		verdict: "fails",
		measured: expect.closeTo(0.56, 2),
	});
});

test("what did not finish proves nothing, and is trained again unless it diverged", async () => {
	const out = folder();
	const setState = (name: string, state: string) => {
		const path = join(out, name, "status.json");
		writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), state }));
	};
	await runStudy(study, preset(), { out, train: makeUp });
	await runStudy(study, preset(), { out, train: makeUp });
	setState("a", "interrupted");
	setState("nested/b", "diverged");
	expect((await judgeStudy(study, preset(), out)).claims[0]!.verdict).toBe("not measured");
	const trained: string[] = [];
	await runStudy(study, preset(), { out, train: async ({ name }) => trained.push(name) });
	expect(trained).toEqual(["a"]);
});

test("after an interruption no further run is started, and what is there is reported", async () => {
	const out = folder();
	const controller = new AbortController();
	const result = await runStudy(study, preset(), {
		out,
		signal: controller.signal,
		train: async (experiment, dir) => {
			await makeUp(experiment, dir);
			controller.abort();
		},
	});
	expect(result.experiments.map(({ name }) => name)).toEqual(["a"]);
	expect(existsSync(result.report)).toBe(true);
});

test("a folder of another preset or version is refused before anything is judged, and said to be in the way", async () => {
	const out = folder();
	await runStudy(study, preset(), { out, train: makeUp });
	const other = { ...preset(), experiments: [training("a", 64)] };
	const again = () => runStudy(study, other, { out, train: makeUp });
	await expect(again()).rejects.toThrow(/Expected `[\w.]+` to be as in `.*a`, got another value/);
	await expect(again()).rejects.toThrow(`The folder \`${out}\` was made by another preset`);
	writeFileSync(join(out, "a", "config.json"), '{"formerKey":1}');
	await expect(again()).rejects.toThrow("rename or delete it");
});

test("an unknown preset names the nearest", () => {
	expect(() => presetOf(normGrowth, "labtop")).toThrow(
		"Expected `preset` of the study norm-growth to be one of smoke, quick, laptop, paper, got `labtop`. Did you mean `laptop`?",
	);
	expect(() => presetOf(normGrowth, "constructor")).toThrow("got `constructor`");
});

test("an expectation's words and its test agree at the bound", () => {
	expect([above(1).holds(1), below(1).holds(1), atLeast(1).holds(1), atMost(1).holds(1)]).toEqual([
		false,
		false,
		true,
		true,
	]);
	expect(near(0.5, 0.25).holds(0.75)).toBe(true);
	expect(near(0.5, 0.25).holds(0.76)).toBe(false);
	expect([above(1), below(1), atLeast(1), atMost(1), near(1, 0.5)].map(({ text }) => text)).toEqual([
		"> 1",
		"< 1",
		"≥ 1",
		"≤ 1",
		"1 ± 0.5",
	]);
});

test("what is not measured, or is no number, neither holds nor fails", () => {
	const claim = { id: "x", sentence: "s", place: "p", expected: below(1) };
	for (const value of [undefined, Number.NaN, Math.max(), Number.POSITIVE_INFINITY]) {
		const measure = () => (value === undefined ? undefined : { value, detail: "d" });
		expect(judge({ ...claim, measure }, [])).toMatchObject({ verdict: "not measured", measured: null });
	}
});

test("flows are computed where they are missing or out of date, and only then", async () => {
	const out = folder();
	const flow = (name: string, seed: number): Flow => ({
		kind: "flow",
		name,
		config: {
			kind: "flow",
			name,
			seed,
			...configurations.S,
			dynamics: { name: "flow", clock: 20, guarantees: false },
		},
	});
	const computed: string[] = [];
	const options = {
		out,
		train: async () => {},
		flows: async (jobs: readonly FlowJob[]) => {
			for (const { config, directory } of jobs) {
				computed.push(config.name);
				await startFlow(config, directory);
			}
		},
	};
	const end = {
		id: "end",
		sentence: "where the flow ends",
		place: "here",
		expected: near(20, 1e-9),
		measure(rows: readonly Row[]) {
			const last = rows.findLast(({ run }) => run === "S-0");
			return last && { value: last["flow/clock"] as number, detail: "" };
		},
	};
	const flows: Study = { ...study, parts: [{ ...study.parts[0]!, claims: [end] }] };
	const of = (...experiments: Flow[]) => ({ name: "small", summary: "", experiments });
	const first = await runStudy(flows, of(flow("S-0", 0), flow("S-1", 1)), options);
	expect(first.claims).toMatchObject([{ measured: expect.closeTo(20, 9), verdict: "holds" }]);
	expect(first.experiments).toMatchObject([
		{ name: "S-0", kind: "flow", state: "finished" },
		{ name: "S-1", kind: "flow", state: "finished" },
	]);
	await runStudy(flows, of(flow("S-0", 0), flow("S-1", 7)), options);
	expect(computed).toEqual(["S-0", "S-1", "S-1"]);
	// Judged alone, a flow of another seed is none of the preset's.
	const { claims, experiments } = await judgeStudy(flows, of(flow("S-0", 5)), out);
	expect(claims).toMatchObject([{ verdict: "not measured" }]);
	expect(experiments).toEqual([]);
});
