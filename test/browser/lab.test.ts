/** The playground's worker in a real browser: the same source, the same seed, and the same losses as the native engine. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkRunConfig } from "../../src/run/config.ts";
import { parseFlowConfig } from "../../src/run/flow/config.ts";
import { solveFlow } from "../../src/run/flow/solve.ts";
import type { MetricsRow } from "../../src/run/metrics-row.ts";
import { openSession } from "../../src/run/open-session.ts";
import { isMeasured } from "../../src/run/schedule.ts";
import { Training } from "../../src/run/training.ts";
import { pageText } from "../../src/web/page-text.ts";
import { withDefaults } from "../../src/web/play/worker/defaults.ts";
import type { FlowLab, FromWorker, Lab, LabRow, TrainingLab } from "../../src/web/play/worker/protocol.ts";
import { launchChromium } from "../support/browser.ts";
import type { LabPage } from "./lab-page/page.ts";

declare const labPage: LabPage;

const root = fileURLToPath(new URL("./lab-page/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "orrery-lab-"));
const steps = 50;
const lab = {
	kind: "training",
	device: "wasm",
	text: "wikitext-2",
	config: {
		seed: 3,
		model: { layers: 2, heads: 2, width: 32, context: 32 },
		training: { steps, batch: 8 },
		optimizer: { name: "adamw", learningRate: 3e-3 },
		probes: { schedule: { doublingUntil: 16, every: 25 } },
	},
} satisfies TrainingLab;

/** As `orrery serve` sends it. */
const policy =
	"default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"worker-src 'self' blob:; connect-src 'self'";

let server: PreviewServer;
let url: string;
/** What the native engine makes of the same configuration, on the same text. */
let native: MetricsRow[];

beforeAll(async () => {
	const outDir = join(folder, "page");
	const input = join(root, "index.html");
	await build({
		root,
		configFile: fileURLToPath(new URL("../../src/web/vite.config.ts", import.meta.url)),
		logLevel: "error",
		build: { outDir, rolldownOptions: { input } },
	});
	server = await preview({
		root,
		configFile: false,
		build: { outDir },
		preview: { port: 0, host: "127.0.0.1", headers: { "Content-Security-Policy": policy } },
	});
	url = server.resolvedUrls!.local[0]!;
	native = await trainNatively();
}, 120_000);
afterAll(() => server?.close());

async function trainNatively(): Promise<MetricsRow[]> {
	const train = join(folder, "text.txt");
	writeFileSync(train, (await pageText()).text);
	const options = withDefaults(lab);
	const config = checkRunConfig({
		...options,
		data: { ...options.data, source: { train } },
		engine: { device: "cpu", threads: 1 },
	});
	const session = await openSession(config);
	const rows: MetricsRow[] = [];
	const training = new Training(session, (row) => {
		rows.push(row);
	});
	for (let step = 0; step <= steps; step++) {
		const measured = isMeasured(step, config.probes.schedule, steps);
		if (measured) await training.measure(step);
		if (step === steps) break;
		await training.update(step);
		await training.log(step, !measured);
	}
	await session.close();
	return rows;
}

/** Everything that the worker says of a lab until it has ended. */
async function inPage(of: Lab, gpu = false): Promise<FromWorker[]> {
	const browser = await launchChromium({ webgpu: gpu });
	try {
		const page = await browser.newPage();
		const troubles: string[] = [];
		page.on("console", (message) => troubles.push(message.text()));
		page.on("pageerror", (error) => troubles.push(error.message));
		await page.goto(url);
		await page.evaluate((wanted) => {
			labPage.tell({ type: "open", lab: 1, of: wanted });
			labPage.tell({ type: "play" });
		}, of);
		await page.waitForFunction(
			() =>
				labPage.said.some(
					(message) =>
						message.type === "failed" ||
						(message.type === "state" && (message.state === "finished" || message.state === "diverged")),
				),
			undefined,
			{ timeout: 110_000 },
		);
		expect(troubles).toEqual([]);
		return await page.evaluate(() => labPage.said);
	} finally {
		await browser.close();
	}
}

const rowsOf = (said: readonly FromWorker[]): LabRow[] =>
	said.flatMap((message) => (message.type === "rows" ? message.rows : []));
const openedOf = (said: readonly FromWorker[]) => said.find((message) => message.type === "opened")?.of;

function expectAgreement(rows: readonly LabRow[]): void {
	expect(rows.map(({ step }) => step)).toEqual(native.map(({ step }) => step));
	const differences = rows.map((row, i) => Math.abs(row["train/loss"]! - native[i]!["train/loss"]!));
	expect(Math.max(...differences)).toBeLessThan(1e-4);
	const falls = rows[0]!["train/loss"]! - rows.at(-1)!["train/loss"]!;
	expect(falls).toBeGreaterThan(0.5);
	// What was measured is the same too: float32 on two roads, 50 updates apart from the start.
	for (const key of ["val/loss", "dyn/norm.encoder", "dyn/saturation.1", "dyn/direction.initial"])
		expect(rows.at(-1)![key], key).toBeCloseTo(native.at(-1)![key]!, 3);
}

describe("50 steps have the native engine's losses to 1e-4", () => {
	test("on WebAssembly", async () => {
		const said = await inPage(lab);
		expect(openedOf(said)).toMatchObject({ device: "wasm", tokensPerStep: 256 });
		expectAgreement(rowsOf(said));
	}, 120_000);

	test("on WebGPU", async () => {
		const said = await inPage({ ...lab, device: "webgpu" }, true);
		expect(openedOf(said)).toMatchObject({ device: "webgpu", deviceName: "WebGPU, google swiftshader" });
		expectAgreement(rowsOf(said));
	}, 120_000);
});

test("a browser without a GPU, or with one of software, trains on WebAssembly and says why", async () => {
	const short: TrainingLab = {
		...lab,
		device: "auto",
		config: { ...lab.config, training: { steps: 2, batch: 2 } },
	};
	expect(openedOf(await inPage(short))).toMatchObject({
		device: "wasm",
		deviceName: "WebAssembly, one thread",
		fallback: "This browser offers no GPU to pages (WebGPU).",
	});
	expect(openedOf(await inPage(short, true))).toMatchObject({
		device: "wasm",
		fallback: "The only WebGPU device here is software, which is slower than WebAssembly.",
	});
}, 120_000);

test("a flow has the rows that it has in Node", async () => {
	const flow: FlowLab = {
		kind: "flow",
		config: {
			kind: "flow",
			data: { samples: 24, length: 3 },
			model: { width: 64, neurons: 8 },
			initialisation: { name: "gaussian", mlp: 0.1, value: 0.03, attention: 0.1 },
			dynamics: { name: "flow", clock: 1000, guarantees: false },
		},
	};
	const said = await inPage(flow);
	const rows = rowsOf(said);
	const expected = (await solveFlow(parseFlowConfig(flow.config))).rows;
	expect(rows).toHaveLength(expected.length);
	for (const [i, row] of rows.entries()) {
		const { time: _, ...values } = row;
		// Exponentials of two versions of V8 may differ in the last bit.
		for (const [key, value] of Object.entries(values))
			expect(Math.abs(value - expected[i]![key]!), `${key} of row ${i}`).toBeLessThan(
				1e-8 * (1 + Math.abs(value)),
			);
	}
	const phases = said.find((message) => message.type === "phases")!.phases;
	expect(phases.map(({ name }) => name)).toEqual(["T0.5", "T1", "threshold"]);
}, 120_000);

test("what is wanted no more is closed, and of the next lab everything comes", async () => {
	const browser = await launchChromium();
	const page = await browser.newPage();
	await page.goto(url);
	await page.evaluate((wanted) => {
		for (const [i, seed] of [0, 1, 2, 3].entries())
			labPage.tell({ type: "open", lab: i, of: { ...wanted, config: { ...wanted.config, seed } } });
		labPage.tell({ type: "step", count: 2 });
		labPage.tell({ type: "open", lab: 9, of: { ...wanted, text: { name: "mine", own: "" } } });
	}, lab);
	await page.waitForFunction(() => labPage.said.some(({ lab: of }) => of === 9 && true));
	await page.waitForFunction(() => labPage.said.some(({ type }) => type === "failed"));
	const said = await page.evaluate(() => labPage.said);
	const last = said.at(-1)!;
	expect(last).toMatchObject({ type: "failed", lab: 9, user: true });
	// At most the first had begun when the others came.
	expect(said.filter(({ type }) => type === "opened").length).toBeLessThanOrEqual(2);
	await browser.close();
}, 60_000);
