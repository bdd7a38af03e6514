import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ask } from "../../test/support/ask.ts";
import { syntheticRows, writeSyntheticRun } from "../../test/support/synthetic-run.ts";
import type { MetricsAnswer } from "../query/metrics-query.ts";
import { parseSweep } from "../sweep/config.ts";
import type {
	ChangeEvent,
	CompareAnswer,
	EntriesAnswer,
	EntryAnswer,
	SweepAnswer,
	WordsAnswer,
} from "./api-types.ts";
import { type Serving, serve } from "./serve.ts";

const dir = mkdtempSync(join(tmpdir(), "orrery-api-"));
const model = { layers: 2, heads: 2, width: 16, context: 8, placement: "res-post" };
const plan = {
	name: "grid",
	base: {
		model,
		data: { vocabularySize: 256 },
		optimizer: { name: "adamw" },
		training: { steps: 100, batch: 4 },
	},
	axes: { "optimizer.learningRate": [1e-3, 1e-2], "optimizer.weightDecay": [1e-2, 1e-1] },
};
const sweep = parseSweep(plan, "the test", dir);
let serving: Serving;

beforeAll(async () => {
	for (const [name, learningRate] of [
		["low", 1e-3],
		["high <b>", 1e-2],
	] as const)
		writeSyntheticRun(
			join(dir, "study", name),
			{ steps: 200, layers: 2 },
			{
				model: { layers: 2, heads: 2, width: 16, context: 8 },
				optimizer: { name: "adamw", learningRate },
				training: { steps: 200, batch: 8 },
			},
		);
	const claim = { claim: "c", place: "p", measured: 1, detail: "", expected: "1" };
	writeFileSync(
		join(dir, "study", "study.json"),
		JSON.stringify({
			study: "norm-growth",
			title: "How norms grow",
			preset: "quick",
			parts: [{ name: "dynamics", title: "Dynamics", introduction: "Norms grow." }],
			claims: [
				{ ...claim, id: "dynamics.grows", part: "dynamics", verdict: "holds" },
				{ ...claim, id: "older.part", part: "older", verdict: "fails" },
			],
			experiments: [
				{ name: "low", kind: "training", dir: "/elsewhere/low", state: "finished" },
				{ name: "formulas", kind: "analysis", dir: "/elsewhere/formulas", state: "finished" },
			],
			figures: [],
			report: "/elsewhere/report.html",
		}),
	);
	mkdirSync(join(dir, "study", "figures"));
	for (const file of ["norm.svg", "norm.csv", "notes.txt"])
		writeFileSync(join(dir, "study", "figures", file), "x");
	mkdirSync(join(dir, "grid"));
	writeFileSync(join(dir, "grid", "sweep.json"), JSON.stringify(plan));
	// Of four cells two have finished, one is damaged and one never began.
	sweep.cells.slice(0, 3).forEach(({ hash }, i) => {
		writeSyntheticRun(join(dir, "grid", "cells", hash), { steps: 100, slope: i - 0.5 });
	});
	writeFileSync(join(dir, "grid", "cells", sweep.cells[2]!.hash, "metrics.jsonl"), "no row\n");
	serving = await serve({ dir, port: 0 });
});
afterAll(() => serving.close());

const raw = (path: string) => ask(serving.port, path);
async function answer<T>(path: string): Promise<T> {
	const { status, body, headers } = await raw(path);
	expect({ status, body: status === 200 ? "" : body }, path).toEqual({ status: 200, body: "" });
	expect(headers["cache-control"]).toBe("no-store");
	return JSON.parse(body);
}
const encode = encodeURIComponent;

test("entries are runs, studies and sweeps with their parents, and say whether they may be stopped", async () => {
	const { entries, mayStop, folder } = await answer<EntriesAnswer>("/api/entries");
	expect({ mayStop, folder }).toEqual({ mayStop: false, folder: dir });
	expect(entries.map(({ path, kind, parent }) => [path, kind, parent]).sort()).toEqual(
		[
			["study", "study", undefined],
			["study/low", "training", "study"],
			["study/high <b>", "training", "study"],
			["grid", "sweep", undefined],
			...sweep.cells.slice(0, 3).map(({ hash }) => [`grid/cells/${hash}`, "training", "grid"]),
		].sort(),
	);
});

test("each run has words for what tells it from its siblings", async () => {
	const { words } = await answer<WordsAnswer>("/api/words");
	expect(words["study/low"]).toBe("lr 1e-3");
	expect(words["study/high <b>"]).toBe("lr 0.01");
});

test("an entry has its configuration, state, keys and files; a name is text and never markup or path", async () => {
	const detail = await answer<EntryAnswer>(`/api/entry?path=${encode("study/high <b>")}`);
	expect(detail.config).toMatchObject({ optimizer: { learningRate: 1e-2 } });
	expect(detail.status).toMatchObject({ state: "finished", step: 200, steps: 200 });
	expect(detail.keys).toContain("dyn/saturation.1");
	expect(detail.keys).toEqual([...detail.keys].sort());
	expect(detail.keys).not.toContain("step");
	const metrics = detail.files.find(({ name }) => name === "metrics.jsonl")!;
	expect(metrics.href).toBe("/files/study/high%20%3Cb%3E/metrics.jsonl");
	expect((await raw(metrics.href)).body.length).toBe(metrics.size);
});

test("a study has its parts in order, with claims also of parts that it gave no title", async () => {
	const { study, children, files, keys } = await answer<EntryAnswer>("/api/entry?path=study");
	expect(study).toMatchObject({ name: "norm-growth", title: "How norms grow", preset: "quick" });
	expect(study!.parts.map(({ title, claims }) => [title, claims.map(({ id }) => id)])).toEqual([
		["Dynamics", ["dynamics.grows"]],
		["older", ["older.part"]],
	]);
	expect(study!.experiments).toEqual([
		{ name: "low", kind: "training", state: "finished", path: "study/low" },
		{ name: "formulas", kind: "analysis", state: "finished" },
	]);
	const figure = { id: "norm", svg: "/files/study/figures/norm.svg", csv: "/files/study/figures/norm.csv" };
	expect(study!.figures).toEqual([figure]);
	expect(children.map(({ path }) => path).sort()).toEqual(["study/high <b>", "study/low"]);
	expect(files.map(({ name }) => name)).toEqual(["study.json", "figures/norm.csv", "figures/norm.svg"]);
	expect(keys).toEqual([]);
});

test("a study that cannot be read is shown with what is known of it", async () => {
	mkdirSync(join(dir, "broken"));
	writeFileSync(join(dir, "broken", "study.json"), "{");
	const { entry, study } = await answer<EntryAnswer>("/api/entry?path=broken");
	expect(entry.message).toContain("study.json");
	expect(study).toBeUndefined();
	rmSync(join(dir, "broken"), { recursive: true });
});

test("metrics come by glob, thinned to the points asked for, and from a step on", async () => {
	const run = "run=study%2Flow&run=study%2Fhigh%20%3Cb%3E";
	const all = await answer<MetricsAnswer>(`/api/metrics?${run}&key=train/loss&points=1000`);
	expect(all.rows.filter((row) => row.run === "study/low")).toEqual(
		syntheticRows({ steps: 200, layers: 2 })
			.filter((row) => row["train/loss"] !== undefined)
			.map((row) => ({ run: "study/low", step: row.step, "train/loss": row["train/loss"] })),
	);
	const few = await answer<MetricsAnswer>(`/api/metrics?${run}&key=dyn/norm.*&points=4&axis=linear`);
	expect(few.keys).toEqual([
		...["all", "encoder", "layer.0", "layer.1", "linear_columns"].map((name) => `dyn/norm.${name}`),
	]);
	expect(few.sampled).toBe(true);
	const late = await answer<MetricsAnswer>("/api/metrics?run=study%2Flow&key=train/loss&from=190&to=194");
	expect(late.rows.map(({ step }) => step)).toEqual([190, 191, 192, 193, 194]);
});

test("comparison tells what differs, in the order asked for", async () => {
	const { runs, differences } = await answer<CompareAnswer>(
		`/api/compare?run=${encode("study/high <b>")}&run=study%2Flow&run=study%2Flow`,
	);
	expect(runs).toEqual([
		{ path: "study/high <b>", words: "lr 0.01" },
		{ path: "study/low", words: "lr 1e-3" },
	]);
	expect(differences).toEqual([{ key: "optimizer.learningRate", values: [0.01, 0.001] }]);
});

test("a run whose configuration cannot be read is compared by its curves alone", async () => {
	const folder = join(dir, "damaged");
	mkdirSync(folder);
	try {
		writeFileSync(join(folder, "config.json"), "[]");
		writeFileSync(join(folder, "metrics.jsonl"), '{"step":0,"train/loss":2}\n');
		const { runs } = await answer<CompareAnswer>("/api/compare?run=damaged&run=study%2Flow");
		expect(runs.map(({ path }) => path)).toEqual(["damaged", "study/low"]);
	} finally {
		rmSync(folder, { recursive: true });
	}
});

test("a sweep has every cell, also those that are damaged or never began, and its phase diagram", async () => {
	const { axes, cells, phase, seeds } = await answer<SweepAnswer>("/api/sweep?path=grid");
	expect({ axes, seeds }).toEqual({ axes: plan.axes, seeds: [0] });
	expect(cells.map(({ state, path }) => [state, path !== undefined])).toEqual([
		["finished", true],
		["finished", true],
		["failed", true],
		["missing", false],
	]);
	expect(cells[2]!.message).toContain("metrics.jsonl");
	expect(cells[0]!.title).toBe("learningRate 0.001, weightDecay 0.01, seed 0");
	expect(cells[0]!.values["dyn/norm.encoder"]!.first).toBeCloseTo(50, 1);
	expect(phase!.cells.map(({ growth }) => growth && Math.sign(growth))).toEqual([
		-1,
		1,
		undefined,
		undefined,
	]);
	expect(phase!.cells[0]).toMatchObject({ learningRate: 1e-3, weightDecay: 1e-2, path: cells[0]!.path });
	const asked = await answer<SweepAnswer>("/api/sweep?path=grid&key=dyn/norm.layer.*");
	expect(Object.keys(asked.cells[0]!.values)).toEqual([0, 1, 2, 3].map((layer) => `dyn/norm.layer.${layer}`));
});

test("an export holds every row, and leaves nothing behind", async () => {
	const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith("orrery-export-")).length;
	const before = left();
	const address = (format: string) =>
		`/api/export?run=study%2Flow&run=${encode("study/high <b>")}&key=val/loss&key=train/*&format=${format}`;
	const lines = await raw(address("jsonl"));
	expect(lines.headers["content-disposition"]).toContain("metrics.jsonl");
	const rows = lines.body
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
	expect(rows).toHaveLength(2 * 201);
	const csv = await raw(address("csv"));
	expect(csv.body.split("\n")[0]).toBe("run,step,train/loss,val/loss");
	expect((await raw(address("parquet"))).body.startsWith("PAR1")).toBe(true);
	await vi.waitFor(() => expect(left()).toBe(before));
});

test("what is wrong with a question is said in a sentence", async () => {
	for (const [path, status, words] of [
		["/api/metrics?key=x", 400, "run"],
		["/api/metrics?run=study%2Flow", 400, "key"],
		["/api/metrics?run=study%2Flow&key=x&points=-3", 400, "points"],
		["/api/metrics?run=study%2Flow&key=x&points=1e400", 400, "points"],
		["/api/metrics?run=study%2Flow&key=x&axis=cubic", 400, "axis"],
		["/api/metrics?run=study%2Flow&key=x&form=3", 400, "Did you mean `from`"],
		["/api/metrics?run=nowhere&key=x", 404, "nowhere"],
		["/api/entry?path=study&path=study", 400, "path"],
		["/api/sweep?path=study", 400, "a study"],
		["/api/export?run=study%2Flow&format=xls", 400, "csv"],
		["/api/nothing", 404, "/api/nothing"],
		["/api", 404, "/api"],
	] as const) {
		const { status: got, body } = await raw(path);
		expect(got, path).toBe(status);
		expect(JSON.parse(body).error, path).toContain(words);
	}
});

test("nothing is stopped by a server that was not asked to allow it", async () => {
	const host = `127.0.0.1:${serving.port}`;
	const { status, body } = await ask(
		serving.port,
		"/api/stop?path=study%2Flow",
		{ host, origin: `http://${host}` },
		"POST",
	);
	expect(status).toBe(403);
	expect(JSON.parse(body).error).toContain("--allow-stop");
});

/** Listens to events until `enough` says so. */
async function listen(enough: (changes: readonly ChangeEvent[]) => boolean, whenReady: () => void) {
	const changes: ChangeEvent[] = [];
	await new Promise<void>((done, fail) => {
		const call = get(`${serving.url}/api/events`, (response: IncomingMessage) => {
			expect(response.headers["content-type"]).toContain("text/event-stream");
			let text = "";
			response.on("data", (part) => {
				text += part;
				const messages = text.split("\n\n");
				text = messages.pop()!;
				for (const message of messages) {
					if (message.includes("event: ready")) whenReady();
					else if (message.includes("event: change"))
						changes.push(JSON.parse(/^data: (.*)$/m.exec(message)![1]!));
				}
				if (!enough(changes)) return;
				call.destroy();
				done();
			});
		});
		call.on("error", fail);
	});
	return changes;
}

test("events tell every listener of a run that begins, grows and goes", async () => {
	const run = join(dir, "new");
	const row = { step: 300, time: 1, "train/loss": 1.25 };
	let ready = 0;
	const begin = () => {
		if (++ready === 3) writeSyntheticRun(run, { steps: 100 });
	};
	let [grown, gone] = [false, false];
	const follow = () =>
		listen((changes) => {
			const of = changes.flatMap(({ changed }) => changed).filter(({ path }) => path === "new");
			if (of.length > 0 && !grown) {
				grown = true;
				appendFileSync(join(run, "metrics.jsonl"), `${JSON.stringify(row)}\n`);
			}
			if (of.some(({ loss }) => loss === 1.25) && !gone) {
				gone = true;
				rmSync(run, { recursive: true });
			}
			return changes.some(({ removed }) => removed.includes("new"));
		}, begin);
	const all = await Promise.all([follow(), follow(), follow()]);
	for (const changes of all) {
		const paths = changes.flatMap(({ changed }) => changed.map(({ path }) => path));
		// What did not change is not told of.
		expect(new Set(paths)).toEqual(new Set(["new"]));
	}
}, 20_000);

test("fifty pages that ask at once get the same answers as one", async () => {
	const addresses = [
		"/api/entries",
		"/api/words",
		"/api/entry?path=study",
		"/api/metrics?run=study%2Flow&key=dyn/*",
		"/api/sweep?path=grid",
		`/api/compare?run=study%2Flow&run=grid%2Fcells%2F${sweep.cells[0]!.hash}`,
	];
	const alone = await Promise.all(addresses.map(async (address) => (await raw(address)).body));
	const answers = await Promise.all(
		Array.from({ length: 50 }, (_, i) => raw(addresses[i % addresses.length]!)),
	);
	answers.forEach(({ status, body }, i) => {
		expect({ status, body }).toEqual({ status: 200, body: alone[i % addresses.length] });
	});
}, 20_000);

test("a question about a thousand runs fits into an address", async () => {
	const run = `&run=${encode("study/high <b>")}`.repeat(1000).slice(1);
	const { rows } = await answer<MetricsAnswer>(`/api/metrics?${run}&key=val/loss`);
	expect(new Set(rows.map((row) => row.run))).toEqual(new Set(["study/high <b>"]));
});
