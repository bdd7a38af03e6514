import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeSyntheticRun } from "../../test/support/synthetic-run.ts";
import { parseRunConfig } from "../run/config.ts";
import { normGrowth } from "./norm-growth/study.ts";
import { judgeStudy, presetOf, runStudy, type StudyResult } from "./run-study.ts";
import { above, atLeast, atMost, below, type Experiment, judge, near } from "./study.ts";

const folder = () => join(mkdtempSync(join(tmpdir(), "orrery-study-")), "study");

/** In the place of training: made-up metrics. What is tested here is what the study does with any metrics. */
const makeUp = async ({ config }: Experiment, dir: string) => writeSyntheticRun(dir, {}, config);

const claimsOf = (result: StudyResult) => new Map(result.claims.map((claim) => [claim.id, claim]));

test("every preset's experiments are valid configurations", () => {
	for (const { experiments } of Object.values(normGrowth.presets))
		for (const { name, config } of experiments) expect(parseRunConfig(config).name).toBe(name);
});

test("claims have ids of their own", () => {
	const ids = normGrowth.claims.map(({ id }) => id);
	expect(new Set(ids).size).toBe(ids.length);
});

test("a study trains each experiment once, judges every claim and writes what it found", async () => {
	const out = folder();
	const trained: string[] = [];
	const train = async (experiment: Experiment, dir: string) => {
		trained.push(experiment.name);
		await makeUp(experiment, dir);
	};
	const result = await runStudy(normGrowth, "laptop", { out, train });
	expect(trained).toEqual(["pre", "res-post", "post"]);
	await runStudy(normGrowth, "laptop", { out, train });
	expect(trained).toHaveLength(3);
	expect(JSON.parse(readFileSync(join(out, "study.json"), "utf8"))).toEqual(result);
	expect(result.claims.map(({ id }) => id)).toEqual(normGrowth.claims.map(({ id }) => id));
	expect(result.runs.map(({ state }) => state)).toEqual(["finished", "finished", "finished"]);
	for (const path of [...result.figures, result.report]) expect(existsSync(path)).toBe(true);
	expect(readFileSync(result.report, "utf8")).toContain("Growth laws of the norm");
});

test("verdicts follow the numbers: a norm that grows like √t, one that falls, a saturation short of 1", async () => {
	const out = folder();
	const result = await runStudy(normGrowth, "laptop", {
		out,
		train: async ({ name, config }, dir) =>
			writeSyntheticRun(dir, { slope: name === "post" ? -0.1 : 0.6, saturation: 0.9 }, config),
	});
	const claims = claimsOf(result);
	expect(claims.get("norm-grows.pre")).toMatchObject({
		verdict: "holds",
		measured: expect.closeTo(1.416, 2),
	});
	expect(claims.get("norm-grows.post")).toMatchObject({
		verdict: "fails",
		measured: expect.closeTo(0.931, 2),
	});
	expect(claims.get("sqrt-fits.pre")).toMatchObject({ verdict: "holds", measured: expect.closeTo(1, 3) });
	expect(claims.get("sqrt-fits-best.pre")!.verdict).toBe("holds");
	expect(claims.get("saturation-rises.pre")).toMatchObject({ verdict: "holds" });
	expect(claims.get("saturation-rises.pre")!.detail).toContain("validation loss 8.80 → 5.41");
	expect(claims.get("saturation-is-one.pre")!.verdict).toBe("fails");
});

test("the published T5 series is judged without any run, and gives the printed fits", async () => {
	const out = folder();
	const claims = claimsOf(await runStudy(normGrowth, "smoke", { out, train: makeUp }));
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
	await runStudy(normGrowth, "laptop", { out, train: makeUp });
	setState("pre", "interrupted");
	setState("post", "diverged");
	const claims = claimsOf(await judgeStudy(normGrowth, "laptop", out));
	expect(claims.get("norm-grows.pre")!.verdict).toBe("not measured");
	expect(claims.get("norm-grows.post")!.verdict).toBe("not measured");
	expect(claims.get("norm-grows.res-post")!.verdict).toBe("holds");
	const trained: string[] = [];
	await runStudy(normGrowth, "laptop", { out, train: async ({ name }) => trained.push(name) });
	expect(trained).toEqual(["pre"]);
});

test("after an interruption no further run is started, and what is there is reported", async () => {
	const out = folder();
	const controller = new AbortController();
	const result = await runStudy(normGrowth, "laptop", {
		out,
		signal: controller.signal,
		train: async (experiment, dir) => {
			await makeUp(experiment, dir);
			controller.abort();
		},
	});
	expect(result.runs.map(({ name }) => name)).toEqual(["pre"]);
	expect(existsSync(result.report)).toBe(true);
});

test("a folder of another preset or version is refused before anything is judged, and said to be in the way", async () => {
	const out = folder();
	await runStudy(normGrowth, "smoke", { out, train: makeUp });
	const again = () => runStudy(normGrowth, "laptop", { out, train: makeUp });
	await expect(again()).rejects.toThrow(/Expected `[\w.]+` to be as in `.*pre`, got another value/);
	await expect(again()).rejects.toThrow(`The folder \`${out}\` was made by another preset`);
	writeFileSync(join(out, "pre", "config.json"), '{"formerKey":1}');
	await expect(again()).rejects.toThrow("rename or delete it");
});

test("an unknown preset names the nearest", () => {
	expect(() => presetOf(normGrowth, "labtop")).toThrow(
		"Expected `preset` of the study norm-growth to be one of smoke, laptop, paper, got `labtop`. Did you mean `laptop`?",
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
	const claim = { id: "x", sentence: "s", place: "p", expected: above(1), measure: () => undefined };
	expect(judge(claim, [])).toMatchObject({ verdict: "not measured", measured: null });
});
