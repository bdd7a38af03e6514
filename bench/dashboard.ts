/**
 * The dashboard over 1,000 synthetic runs of 2,000 steps, and one run of a million rows: the list, a question about the loss
 * of all runs, the server's memory, the first paint in Chromium, and how long the page is deaf while a figure of the
 * million points is drawn.
 *
 *     npm run bench:dashboard -- [--json] [--runs 1000] [--folder build/dashboard-runs]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { type Browser, chromium } from "playwright-core";
import { openCatalogue } from "../src/query/catalogue.ts";
import { configDifferences } from "../src/query/differences.ts";
import { queryMetrics } from "../src/query/metrics.ts";
import { writeParquet } from "../src/run/parquet.ts";
import { writeSyntheticRun } from "../test/support/synthetic-run.ts";

const { values: options } = parseArgs({
	options: {
		json: { type: "boolean" },
		runs: { type: "string", default: "1000" },
		folder: { type: "string", default: "build/dashboard-runs" },
	},
});
const count = Number(options.runs);
const root = resolve(options.folder);
const log = (text: string) => void process.stderr.write(`${text}\n`);

/** Made once: a tenth of the runs have lines alone, as those that never finished. */
async function makeRuns(): Promise<void> {
	const steps = 2000;
	for (let i = 0; i < count; i++) {
		const directory = join(root, `run-${i}`);
		if (existsSync(join(directory, "status.json"))) continue;
		writeSyntheticRun(
			directory,
			{ steps, slope: 0.3 + (0.6 * i) / count, finalLoss: 4 + (i % 37) / 20 },
			{
				seed: i % 10,
				model: { layers: 4, heads: 4, width: 128, context: 64 },
				optimizer: { name: "adamw", learningRate: 1e-4 * (1 + (i % 9)), weightDecay: (i % 7) / 100 },
				training: { steps, batch: 8 },
			},
		);
		if (i % 10 > 0) await writeParquet(join(directory, "metrics.jsonl"), join(directory, "metrics.parquet"));
	}
}

const million = 1_000_000;

async function makeLongRun(name: string, withTable: boolean): Promise<void> {
	const directory = join(root, "long", name);
	if (existsSync(join(directory, "status.json"))) return;
	mkdirSync(directory, { recursive: true });
	function* lines() {
		for (let step = 0; step < million; step++)
			yield `{"step":${step},"time":${step / 10},"train/loss":${3 + Math.exp(-step / 1e5) + Math.sin(step * 12.9898) / 9}}\n`;
	}
	await pipeline(Readable.from(lines()), createWriteStream(join(directory, "metrics.jsonl")));
	if (withTable) await writeParquet(join(directory, "metrics.jsonl"), join(directory, "metrics.parquet"));
	const status = JSON.parse(readFileSync(join(root, "run-0/status.json"), "utf8"));
	copyFileSync(join(root, "run-0/config.json"), join(directory, "config.json"));
	writeFileSync(
		join(directory, "status.json"),
		JSON.stringify({ ...status, step: million - 1, steps: million - 1 }),
	);
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
	const start = performance.now();
	const value = await work();
	return { value, ms: performance.now() - start };
}

const median = (values: readonly number[]) =>
	[...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function repeated(times: number, work: () => Promise<unknown>): Promise<number> {
	const ms: number[] = [];
	for (let i = 0; i < times; i++) ms.push((await timed(work)).ms);
	return median(ms);
}

log(`Making ${count} runs in ${root}, if they are not there …`);
await makeRuns();
await makeLongRun("finished", true);
await makeLongRun("running", false);

const results: Record<string, number> = {};
const note = (name: string, value: number) => {
	results[name] = value;
	log(`${name.padEnd(58)} ${value < 10 ? value.toFixed(2) : value.toFixed(0)}`);
};

// In this process.
const catalogue = openCatalogue(root);
const cold = await timed(() => catalogue.list());
note("list, cold, ms", cold.ms);
note("list, warm, ms", await repeated(9, () => catalogue.list()));
const configs = cold.value.map(({ path }) =>
	JSON.parse(readFileSync(join(root, path, "config.json"), "utf8")),
);
note("differences of all configurations, ms", await repeated(3, async () => configDifferences(configs)));
const runs = Array.from({ length: count }, (_, i) => `run-${i}`);
const loss = (points: number) => () => queryMetrics(root, { runs, keys: ["train/loss"], points });
note("loss of all runs, first time, ms", (await timed(loss(60))).ms);
note("loss of all runs, 60 points each, ms", await repeated(3, loss(60)));
note("loss of all runs, 200 points each, ms", await repeated(3, loss(200)));
for (const name of ["finished", "running"]) {
	const ask = { runs: [`long/${name}`], keys: ["train/loss"], points: 1000 };
	note(`a million rows of a ${name} run, ms`, await repeated(3, () => queryMetrics(root, ask)));
}

// Of a server of its own.
const server = spawn(process.execPath, ["dist/cli/main.js", "serve", root, "--port", "0", "--json"], {
	stdio: ["ignore", "pipe", "inherit"],
});
let browser: Browser | undefined;
try {
	const url = new URL(await addressOf(server)).origin;
	const megabytes = (field: string) =>
		Number(readFileSync(`/proc/${server.pid}/status`, "utf8").match(new RegExp(`${field}:\\s+(\\d+)`))![1]) /
		1000;
	const get = async (path: string) => {
		const response = await fetch(`${url}${path}`);
		if (!response.ok) throw new Error(`${path.slice(0, 80)}: ${response.status} ${await response.text()}`);
		return response.text();
	};
	note("server, idle, MB", megabytes("VmRSS"));
	browser = await chromium.launch({
		executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
		args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
	});
	for (const visit of ["first", "second"]) {
		const { painted, listed, deaf } = await open(`${url}/`, 'a[href*="page=run"]');
		note(`${visit} visit: first contentful paint, ms`, painted);
		note(`${visit} visit: first run in the list, ms`, listed);
		note(`${visit} visit: longest task, ms`, deaf);
	}
	const { listed, deaf } = await open(`${url}/?page=run&path=long/finished`, "figure svg path");
	note("figure of a million points: drawn after, ms", listed);
	note("figure of a million points: longest task, ms", deaf);
	const query = runs.map((run) => `run=${run}`).join("&");
	const asked = await timed(() => get(`/api/metrics?${query}&key=train/loss&points=200`));
	note("server: loss of all runs, ms", asked.ms);
	note("server: loss of all runs, MB of JSON", asked.value.length / 1e6);
	await get("/api/words");
	note("server, most memory, MB", megabytes("VmHWM"));
	await Promise.all(Array.from({ length: 4 }, () => get(`/api/metrics?${query}&key=*&points=60`)));
	note("server, most memory, all keys of all runs four at once, MB", megabytes("VmHWM"));
} finally {
	await browser?.close();
	server.kill("SIGINT");
}

async function addressOf(child: ChildProcess): Promise<string> {
	let text = "";
	for await (const line of createInterface({ input: child.stdout! })) {
		text += line;
		if (line === "}") return JSON.parse(text).url;
	}
	throw new Error("The server has ended.");
}

/** Milliseconds from the navigation to the first paint and to `wanted`; and the longest that the page was deaf. */
async function open(address: string, wanted: string) {
	const page = await browser!.newPage({ viewport: { width: 1280, height: 900 } });
	await page.addInitScript(() => {
		const tasks: number[] = [0];
		Object.assign(window, { tasks });
		new PerformanceObserver((list) => {
			for (const { duration } of list.getEntries()) tasks.push(duration);
		}).observe({ type: "longtask", buffered: true });
	});
	await page.goto(address);
	const listed = await page
		.waitForSelector(wanted, { state: "attached", timeout: 20_000 })
		.then(() => page.evaluate(() => performance.now()))
		.catch(() => Number.NaN);
	await page.waitForTimeout(1500);
	const seen = await page.evaluate(() => ({
		painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
		deaf: Math.max(...(window as unknown as { tasks: number[] }).tasks),
	}));
	await page.close();
	return { ...seen, listed };
}

if (server.exitCode === null) await once(server, "exit");
if (options.json)
	process.stdout.write(
		`${JSON.stringify({ machine: cpus()[0]?.model, cores: cpus().length, results }, undefined, "\t")}\n`,
	);
