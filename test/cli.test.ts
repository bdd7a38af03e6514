import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readStatus } from "../src/run/status.ts";
import { main, orrery, requireBuild, start } from "./support/cli.ts";
import { temporaryFolder, tinyOptions } from "./support/tiny-run.ts";

beforeAll(requireBuild);

let folder: string;
beforeEach(() => {
	folder = temporaryFolder();
	writeFileSync(join(folder, "tiny.json"), JSON.stringify(tinyOptions(folder)));
});

describe("what is typed wrong is an error that names the nearest right word, with exit code 2", () => {
	test.each([
		[["trian"], "Did you mean train?"],
		[["train", "tiny.json", "--otu", "x"], "Did you mean --out?"],
		[["train", "tiny.json", "--set", "steps"], "Expected key=value"],
		[["serve", "runs", "extra"], "too many arguments"],
		[["serve", "--port", "65536"], "from 0 to 65535"],
		[[], "Usage: orrery"],
	])("orrery %j", async (args, message) => {
		const { code, stdout, stderr } = await orrery(folder, ...args);
		expect(stderr).toContain(message);
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
	});
});

describe("what a user can mend is an error without a stack, with exit code 1", () => {
	test.each([
		[["train", "none.json"], "Expected `none.json` to exist"],
		[["train", "tiny.json", "--set", "model.widht=3"], "Did you mean `model.width`? (tiny.json)"],
		[
			["train", "tiny.json", "--set", "optimizer.learningRate=NaN"],
			"`optimizer.learningRate` to be a number",
		],
		[["resume", "nowhere"], "Expected `nowhere` to be a run's directory"],
		[["study", "norm-grwth"], "Did you mean norm-growth?"],
		[["study", "norm-growth", "--preset", "lap"], "to be one of smoke, quick, laptop, paper"],
	])("orrery %j", async (args, message) => {
		const { code, stdout, stderr } = await orrery(folder, ...args);
		expect(stderr).toContain(message);
		expect(stderr).not.toContain("    at ");
		expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
	});
});

test("help and version succeed, and the version is the package's", async () => {
	const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
	expect(await orrery(folder, "--version")).toMatchObject({ code: 0, stdout: `${version}\n` });
	const help = await orrery(folder, "train", "--help");
	expect(help.code).toBe(0);
	expect(help.stdout).toContain("--set <key=value>");
});

test("a reader of the output who leaves early is no error", async () => {
	const { child, ended } = start(process.execPath, [main, "--help"], folder);
	child.stdout!.destroy();
	expect(await ended).toMatchObject({ code: 0, stderr: "" });
});

test("train, report: one JSON document each on stdout, progress in plain lines on stderr", async () => {
	const trained = await orrery(folder, "train", "tiny.json", "--json");
	expect(trained).toMatchObject({ code: 0 });
	expect(JSON.parse(trained.stdout)).toMatchObject({ directory: "runs/tiny", state: "finished", step: 40 });
	expect(trained.stderr).toMatch(/tiny: step 0\/40, loss \d\.\d+, … tokens\/s, … left/);
	expect(trained.stderr).toMatch(/tiny: step 40\/40, loss \d\.\d+, [\d,]+ tokens\/s, 0 s left/);
	// No colours and no cursor movements where there is no terminal.
	expect(trained.stderr).not.toContain("\u001b");

	const again = await orrery(folder, "train", "tiny.json");
	expect(again.code).toBe(1);
	expect(again.stderr).toContain("orrery resume runs/tiny");
	expect((await orrery(folder, "train", "tiny.json", "--resume")).stderr).toContain(
		"has finished its 40 steps",
	);
	const other = await orrery(folder, "train", "tiny.json", "--resume", "--set", "training.steps=50");
	expect(other.stderr).toContain("Expected `training.steps` to be as in `runs/tiny`");

	const reported = await orrery(folder, "report", "runs/tiny", "--json");
	expect(JSON.parse(reported.stdout)).toEqual({ report: "runs/tiny/report.html", runs: ["runs/tiny"] });
	expect(existsSync(join(folder, "runs/tiny/report.html"))).toBe(true);
});

test("Ctrl-C saves, says how to resume and exits with 130; the resumed run finishes", async () => {
	const run = join(folder, "run");
	const { child, ended } = start(
		process.execPath,
		[main, "train", "tiny.json", "--out", run, "--set", "training.steps=3000"],
		folder,
	);
	await once(child.stderr!, "data");
	child.kill("SIGINT");
	const { code, stderr } = await ended;
	expect(code).toBe(130);
	expect(stderr).toContain(`orrery resume ${run}`);
	const status = await readStatus(run);
	expect(status).toMatchObject({ state: "interrupted", steps: 3000 });
	const checkpoint = `step-${String(status.step).padStart(8, "0")}`;
	expect(existsSync(join(run, "checkpoints", checkpoint, "model.safetensors"))).toBe(true);

	const config = join(run, "config.json");
	writeFileSync(config, readFileSync(config, "utf8").replace('"steps": 3000', `"steps": ${status.step + 5}`));
	expect(await orrery(folder, "resume", run)).toMatchObject({ code: 0 });
});

test("a second Ctrl-C ends the process at once", async () => {
	// A step of this, with its checkpoint, takes long enough that the second signal arrives within it.
	const set = [
		"model.width=256",
		"model.feedForward=1024",
		"training.batch=512",
		"probes.evaluationBatches=1",
	];
	const { child, ended } = start(
		process.execPath,
		[main, "train", "tiny.json", ...set.flatMap((pair) => ["--set", pair])],
		folder,
	);
	await once(child.stderr!, "data");
	child.kill("SIGINT");
	await setTimeout(20);
	child.kill("SIGINT");
	const { code, stderr } = await ended;
	expect(code).toBe(130);
	expect(stderr).not.toContain("orrery resume");
});

test("a diverging run is told with exit code 1, and its result is still a document", async () => {
	const { code, stdout, stderr } = await orrery(
		folder,
		...["train", "tiny.json", "--json", "--set", "optimizer.learningRate=1e30"],
	);
	expect(code).toBe(1);
	expect(stderr).toContain("training diverged. Lower `optimizer.learningRate`");
	expect(JSON.parse(stdout)).toMatchObject({ state: "diverged" });
});

test("serve answers at the address that it prints, and ends with Ctrl-C", async () => {
	const { child, ended } = start(process.execPath, [main, "serve", ".", "--port", "0", "--json"], folder);
	const [data] = await once(child.stdout!, "data");
	const { url } = JSON.parse(String(data));
	expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
	expect((await fetch(url)).status).toBe(200);
	child.kill("SIGINT");
	expect(await ended).toMatchObject({ code: 0 });
});

test("doctor says which devices are here, how fast they are, and what is missing", async () => {
	const { code, stdout } = await orrery(folder, "doctor", "--json");
	expect(code).toBe(0);
	const { cores, writable, devices } = JSON.parse(stdout);
	expect(cores).toBeGreaterThan(0);
	expect(writable).toBe(true);
	expect(devices.map((x: { device: string }) => x.device)).toEqual(["cpu", "webgpu", "cuda", "wasm"]);
	for (const device of devices)
		if (device.available) {
			expect(device.gigaflops).toBeGreaterThan(0.1);
			expect(device.stepMilliseconds).toBeGreaterThan(0);
		} else expect(device.reason).toContain("Expected");
	expect(devices[3].available).toBe(true);
});
