import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { writeSyntheticRun } from "../../test/support/synthetic-run.ts";
import { countVerdicts, type JudgedClaim } from "./claim.ts";
import { writeFigures } from "./figure-files.ts";
import { sqrtFits } from "./growth.ts";
import { renderReport, writeReport } from "./report.ts";
import { reportRuns } from "./report-runs.ts";
import { duration, runFacts } from "./run-facts.ts";
import { runFigures } from "./run-figures.ts";
import { readRun } from "./run-record.ts";

const folder = () => mkdtempSync(join(tmpdir(), "orrery-report-"));
const { document } = new JSDOM("").window;

async function syntheticRun(name = "pre") {
	const dir = join(folder(), name);
	writeSyntheticRun(dir, { steps: 300 });
	return { dir, run: await readRun(dir) };
}

const claim: JudgedClaim = {
	id: "norm-grows.pre",
	claim: "the norm grows",
	place: "§3",
	measured: 1.25,
	detail: "50 → 62.5.",
	expected: "> 1",
	verdict: "holds",
};

test("a run is read whole, a line still being written left out", async () => {
	const { dir, run } = await syntheticRun();
	appendFileSync(join(dir, "metrics.jsonl"), '{"step":301,"train/lo');
	expect((await readRun(dir)).rows).toEqual(run.rows);
	expect(run.name).toBe("pre");
	expect(run.rows[0]).toMatchObject({ run: "pre", step: 0 });
	expect(run.status.state).toBe("finished");
});

test("a file that is missing or damaged is named, with its line", async () => {
	const { dir } = await syntheticRun();
	await expect(readRun(join(dir, "nowhere"))).rejects.toThrow(/nowhere` to be a run's directory/);
	const metrics = join(dir, "metrics.jsonl");
	const lines = readFileSync(metrics, "utf8").split("\n");
	writeFileSync(metrics, [lines[0], "{broken", ...lines.slice(1)].join("\n"));
	await expect(readRun(dir)).rejects.toThrow(/line 2 .*metrics\.jsonl/);
	writeFileSync(join(dir, "config.json"), "{");
	await expect(readRun(dir)).rejects.toThrow(/config\.json` to be JSON, got "Expected property name/);
});

test("the report asks nothing of any network, and lets no script run but its own", async () => {
	const { run } = await syntheticRun();
	const page = renderReport({
		title: "A run",
		sections: [
			{
				name: "all",
				title: "All",
				claims: [claim],
				runs: [run],
				figures: runFigures(run.rows, { document }),
			},
		],
	});
	const report = new JSDOM(page).window.document;
	expect(report.querySelectorAll("script")).toHaveLength(1);
	for (const element of report.querySelectorAll("[src], [href]")) {
		const target = element.getAttribute("src") ?? element.getAttribute("href")!;
		expect(target).toMatch(/^(#|data:)/);
	}
	expect(page).not.toMatch(/url\(\s*['"]?(https?:)?\/\//);
	const policy = report.querySelector("meta[http-equiv]")!.getAttribute("content")!;
	const hash = createHash("sha256").update(report.querySelector("script")!.textContent).digest("base64");
	expect(policy).toContain("default-src 'none'");
	expect(policy).toContain(`script-src 'sha256-${hash}'`);
});

test("names, captions and settings are text, whatever they hold", async () => {
	const evil = `<img src=x onerror=alert(1)>"'</pre></script>&`;
	const { run } = await syntheticRun();
	const rows = run.rows.map((row) => ({ ...row, run: evil }));
	const figures = runFigures(rows, { document, caption: evil });
	const page = renderReport({
		title: evil,
		introduction: evil,
		notes: [evil],
		sections: [
			{
				name: evil,
				title: evil,
				introduction: evil,
				claims: [
					{ ...claim, id: evil, claim: evil, place: evil, detail: evil, expected: evil, caveat: evil },
				],
				runs: [{ ...run, name: evil, rows, config: { [evil]: evil } }],
				figures,
			},
		],
	});
	const report = new JSDOM(page).window.document;
	expect(report.querySelectorAll("img")).toHaveLength(0);
	expect(report.querySelectorAll("[onerror]")).toHaveLength(0);
	expect(report.querySelectorAll("script")).toHaveLength(1);
	expect(report.querySelector("h1")!.textContent).toBe(evil);
	expect(report.querySelector("figure pre")!.textContent).toContain("<img src=x");
});

test("the claims' table holds sentence, place, measured value, expectation and verdict", () => {
	const open: JudgedClaim = { ...claim, id: "other", measured: null, verdict: "not measured" };
	const page = renderReport({
		title: "t",
		sections: [
			{ name: "a", title: "Some", claims: [claim, open], figures: [] },
			{ name: "b", title: "Empty", figures: [] },
		],
	});
	const [first, second] = new JSDOM(page).window.document.querySelectorAll(".claims tbody tr");
	for (const text of ["the norm grows", "§3", "1.25", "> 1", "✓ holds", "50 → 62.5."])
		expect(first!.textContent).toContain(text);
	expect(second!.textContent).toContain("– not measured");
	expect(page).toContain("1 claim holds, 1 was not measured.");
	// A section that has nothing to show is left out.
	expect(page).not.toContain("Empty");
});

test("a statement asked of several is one row: a cell each, verdicts counted, what is outside of the hypotheses marked", () => {
	const asked = (of: string, change: Partial<JudgedClaim> = {}): JudgedClaim => ({
		...claim,
		id: `norm.${of}`,
		of,
		caveat: "The bound is ours.",
		...change,
	});
	const page = renderReport({
		title: "t",
		sections: [
			{
				name: "a",
				title: "Some",
				claims: [
					asked("S"),
					{ ...claim, id: "alone", claim: "another sentence" },
					asked("R", { expected: "> 2", detail: "Three seeds." }),
					asked("C", { verdict: "fails", measured: 0.9, outside: "n is too small." }),
				],
				figures: [],
			},
		],
	});
	const { document } = new JSDOM(page).window;
	const rows = [...document.querySelectorAll(".claims tbody tr")];
	expect(rows).toHaveLength(2);
	expect(rows[1]!.textContent).toContain("another sentence");
	const [row] = rows;
	expect(row!.querySelector(".verdict")!.textContent).toBe("✓\u00a02 outside ✗\u00a01 ");
	const cells = [...row!.querySelectorAll(".cells li")].map(({ id, className, textContent }) => [
		id,
		className,
		textContent,
	]);
	expect(cells).toEqual([
		["claim-norm.S", "holds", "S ✓ 1.25 holds"],
		["claim-norm.R", "holds", "R ✓ 1.25 holds"],
		["claim-norm.C", "fails outside", "C ✗ 0.9 fails, outside of the hypotheses"],
	]);
	// Said once what all share, and of each what they do not.
	expect(row!.textContent!.split("The bound is ours.")).toHaveLength(2);
	expect(row!.querySelector("details")!.textContent).toContain("Three seeds. Expected > 2.");
	expect(document.querySelector(".outside-note")!.textContent).toContain("n is too small.");
});

test("of many statements those that fail where the paper claims them stay in view, the others are folded", () => {
	const claims = Array.from(
		{ length: 20 },
		(_, i): JudgedClaim => ({ ...claim, id: `c${i}`, claim: `sentence ${i}` }),
	);
	claims[7] = { ...claims[7]!, verdict: "fails" };
	claims[8] = { ...claims[8]!, verdict: "fails", outside: "n is too small." };
	const page = renderReport({ title: "t", sections: [{ name: "a", title: "Some", claims, figures: [] }] });
	const { document } = new JSDOM(page).window;
	const rows = [...document.querySelectorAll(".claims tbody tr")];
	expect(rows).toHaveLength(20);
	expect(rows.filter((row) => !row.closest("details")).map(({ id }) => id)).toEqual(["claim-c7"]);
	expect(document.querySelector("summary")!.textContent).toContain("19 more statements hold wherever");
});

test("the verdicts are counted in words", () => {
	const list = (verdicts: JudgedClaim["verdict"][]) => verdicts.map((verdict) => ({ ...claim, verdict }));
	expect(countVerdicts(list(["holds", "holds", "fails", "fails", "not measured", "not measured"]))).toBe(
		"2 claims hold, 2 fail, 2 were not measured",
	);
	expect(countVerdicts(list(["fails"]))).toBe("1 fails");
	const outside = list(["holds", "fails", "fails"]).map((claim) => ({ ...claim, outside: "n is too small" }));
	expect(countVerdicts([...list(["holds"]), ...outside])).toBe(
		"1 claim holds; outside of the hypotheses 1 holds, 2 fail",
	);
	expect(countVerdicts(outside)).toBe("outside of the hypotheses 1 claim holds, 2 fail");
});

test("the √t fit of a run that follows √t is the law that made it", async () => {
	const { run } = await syntheticRun();
	const [fit] = sqrtFits(run.rows);
	expect(fit!.label).toMatch(/^0\.\d+·√t \+ \d+(\.\d+)?, r² = (0\.99\d\d|1\.0000)$/);
	// The series is 0.6·√t + 50 with a wobble of at most 0.02.
	expect(Math.abs(fit!.predict(100) - 56)).toBeLessThan(0.03);
});

test("a run's facts say how it ended, what it learned, and what measuring cost", async () => {
	const { run } = await syntheticRun();
	const facts = runFacts(run);
	expect(facts).toMatchObject({
		state: "finished",
		steps: "300",
		time: "50 s",
		"spent on measuring": "4.0 %",
	});
	expect(facts["encoder norm"]).toMatch(/^50\.00 → 60\.\d\d$/);
	const diverged = { ...run.status, state: "diverged" as const, step: 7, message: "the loss is NaN" };
	expect(runFacts({ ...run, status: diverged })).toMatchObject({
		state: "diverged: the loss is NaN",
		steps: "7 of 300",
	});
});

test("durations are in words", () => {
	expect([0, 0.83, 8, 9.97, 125, 12_000].map(duration)).toEqual([
		"0 s",
		"0.8 s",
		"8 s",
		"10 s",
		"2 min 05 s",
		"3 h 20 min",
	]);
});

test("runs of one name are told apart by their paths", async () => {
	const [a, b] = [await syntheticRun(), await syntheticRun()];
	const out = join(folder(), "new", "report.html");
	await reportRuns([a.dir, b.dir], out);
	const heads = new JSDOM(readFileSync(out, "utf8")).window.document.querySelectorAll(".runs tbody th");
	expect([...heads].map((head) => head.textContent)).toEqual(expect.arrayContaining([a.dir, b.dir]));
});

test("a report is written in one move and leaves nothing else behind", async () => {
	const dir = folder();
	const path = join(dir, "report.html");
	await writeReport(path, { title: "first", sections: [] });
	await writeReport(path, { title: "second", sections: [] });
	expect(readdirSync(dir)).toEqual(["report.html"]);
	expect(readFileSync(path, "utf8")).toContain("<title>second</title>");
});

test("each figure becomes a drawing and a table of its data", async () => {
	const { run } = await syntheticRun();
	const figures = runFigures(run.rows, { document });
	const dir = join(folder(), "figures");
	const paths = await writeFigures(dir, figures);
	expect(paths).toEqual(figures.map(({ id }) => join(dir, `${id}.svg`)));
	expect(readFileSync(join(dir, "norm.csv"), "utf8")).toMatch(/^run,step,dyn\/norm\.encoder\npre,0,50/);
});
