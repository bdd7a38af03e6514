import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { listCheckpoints } from "../src/checkpoint/checkpoint.ts";
import { readStatus } from "../src/run/status.ts";
import type { EntryAnswer } from "../src/server/api-types.ts";
import { type Serving, serve } from "../src/server/serve.ts";
import { ask } from "./support/ask.ts";
import { main, requireBuild, start } from "./support/cli.ts";
import { temporaryFolder, tinyOptions } from "./support/tiny-run.ts";

const folder = temporaryFolder();
const runs = join(folder, "runs");
let serving: Serving;

beforeAll(async () => {
	requireBuild();
	mkdirSync(runs);
	serving = await serve({ dir: runs, port: 0, allowStop: true });
});
afterAll(() => serving.close());

async function stop(path: string, origin = `http://127.0.0.1:${serving.port}`) {
	const headers = { host: `127.0.0.1:${serving.port}`, origin };
	const { status, body } = await ask(
		serving.port,
		`/api/stop?path=${encodeURIComponent(path)}`,
		headers,
		"POST",
	);
	return { status, ...JSON.parse(body) } as { status: number; stopping?: true; error?: string };
}

test("a training is stopped from its page as by one Ctrl-C, however often the button is pressed", async () => {
	// Whoever asks twice of a terminal ends the process at once; then the last step would not be saved.
	const options = { ...tinyOptions(folder, 1_000_000), checkpoints: { every: 1_000_000 } };
	writeFileSync(join(folder, "tiny.json"), JSON.stringify(options));
	const run = join(runs, "tiny");
	const { ended } = start(process.execPath, [main, "train", "tiny.json", "--out", run], folder);
	await vi.waitFor(
		async () => {
			const { body } = await ask(serving.port, "/api/entry?path=tiny");
			const { entry, mayStop } = JSON.parse(body) as EntryAnswer;
			expect(entry).toMatchObject({ state: "running" });
			expect(entry.step).toBeGreaterThan(5);
			expect(mayStop).toBe(true);
		},
		{ timeout: 20_000, interval: 50 },
	);

	expect(await stop("tiny", "https://evil.example")).toMatchObject({ status: 403 });
	expect((await readStatus(run)).state).toBe("running");

	const answers = await Promise.all([stop("tiny"), stop("tiny"), stop("tiny")]);
	for (const answer of answers) expect(answer).toEqual({ status: 202, stopping: true });
	expect(await ended).toMatchObject({ code: 130 });
	const { state, step } = await readStatus(run);
	expect(state).toBe("interrupted");
	expect((await listCheckpoints(run)).at(-1)!.step).toBe(step);

	expect(await stop("tiny")).toMatchObject({
		status: 400,
		error: expect.stringContaining("no process that runs it"),
	});
}, 60_000);

test("a lock can name any process; only an orrery command of this machine is interrupted", async () => {
	const run = join(runs, "forged");
	mkdirSync(run);
	for (const file of ["config.json", "metrics.jsonl", "status.json"])
		writeFileSync(join(run, file), readFileSync(join(runs, "tiny", file)));
	const other = spawn("sleep", ["60"]);
	// `node` with our words in its arguments is none of our commands yet.
	const node = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", "orrery", "train"]);
	const lock = (pid: number, host = hostname()) =>
		writeFileSync(join(run, "run.lock"), JSON.stringify({ pid, host, since: new Date().toISOString() }));
	for (const [pid, host, words] of [
		[other.pid!, hostname(), "none that can be interrupted"],
		[node.pid!, hostname(), "none that can be interrupted"],
		[process.pid, hostname(), "no process that runs it"],
		[1, hostname(), "none that can be interrupted"],
		[other.pid!, "another-machine", "another-machine"],
	] as const) {
		lock(pid, host);
		expect(await stop("forged")).toMatchObject({ status: 400, error: expect.stringContaining(words) });
	}
	for (const child of [other, node]) {
		expect(child.signalCode ?? child.exitCode).toBeNull();
		child.kill("SIGKILL");
		await once(child, "exit");
	}
});

test("a cell is stopped through its sweep, which ends with all its cells saved", async () => {
	const { name: _, seed: __, ...base } = tinyOptions(folder, 1_000_000);
	const sweep = { name: "grid", base, axes: { "optimizer.learningRate": [1e-3, 1e-2] } };
	writeFileSync(join(folder, "grid.json"), JSON.stringify(sweep));
	const args = ["sweep", "grid.json", "--out", join(runs, "grid"), "--processes", "2"];
	const { ended } = start(process.execPath, [main, ...args], folder);
	const cells = await vi.waitFor(
		async () => {
			const { body } = await ask(serving.port, "/api/entry?path=grid");
			const { entry, children } = JSON.parse(body) as EntryAnswer;
			expect(entry.state).toBe("running");
			expect(children.filter(({ step = 0 }) => step > 0)).toHaveLength(2);
			return children;
		},
		{ timeout: 30_000, interval: 50 },
	);
	expect(await stop(cells[0]!.path)).toMatchObject({
		status: 400,
		error: expect.stringContaining("Stop that sweep"),
	});
	expect(await stop("grid")).toEqual({ status: 202, stopping: true });
	expect(await ended).toMatchObject({ code: 130 });
	for (const { path } of cells)
		expect(await readStatus(join(runs, path))).toMatchObject({ state: "interrupted" });
}, 60_000);
