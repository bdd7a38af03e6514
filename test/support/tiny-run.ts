/**
 * A run so small that whole trainings fit into a test: two layers of width 16 that learn the characters of a rhyme.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listCheckpoints } from "../../src/checkpoint/checkpoint.ts";
import type { RunConfig } from "../../src/run/config.ts";
import { parseRunConfig } from "../../src/run/config-file.ts";
import { readMetrics } from "../../src/run/metrics.ts";
import { resumeRun, startRun, type TrainOptions, type TrainResult } from "../../src/run/train.ts";
import { device } from "./device.ts";

const rhyme = [
	"Twinkle, twinkle, little star,",
	"how I wonder what you are,",
	"up above the world so high,",
	"like a diamond in the sky.",
];

/** A folder of its own under the system's temporary folder. */
export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), "orrery-test-"));

/** The configuration as a user would write it; the text is put into `folder`. */
export function tinyOptions(folder: string, steps = 40): Record<string, unknown> {
	writeFileSync(join(folder, "rhyme.txt"), `${Array(6).fill(rhyme.join("\n")).join("\n")}\n`);
	return {
		name: "tiny",
		seed: 1,
		model: { context: 8, layers: 2, heads: 2, width: 16, feedForward: 16 },
		data: { source: { train: join(folder, "rhyme.txt"), validationFraction: 0.3 }, tokenizer: "characters" },
		optimizer: { name: "adamw", learningRate: 1e-2 },
		training: { steps, batch: 4, logEvery: 5 },
		probes: { schedule: { doublingUntil: 8, every: 13 }, evaluationBatches: 2, saturationTokens: 32 },
		checkpoints: { every: 10 },
		engine: { device, threads: 1 },
	};
}

export const tinyConfig = (folder: string, steps?: number): RunConfig =>
	parseRunConfig(tinyOptions(folder, steps));

/** Whether a key is a wall-clock reading, exempt from the promise that a resumed run repeats its numbers. */
const isWallClock = (key: string): boolean => key === "time" || key.startsWith("perf/");

/**
 * What two runs must have in common to be equal bit for bit: their rows of metrics, wall-clock readings aside, and
 * the bytes of their last checkpoint.
 */
export async function contentOf(run: string) {
	const rows = await readMetrics(join(run, "metrics.jsonl"));
	const last = (await listCheckpoints(run)).at(-1)!;
	const hash = (file: string) =>
		createHash("sha256")
			.update(readFileSync(join(last.path, file)))
			.digest("hex");
	return {
		rows: rows.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => !isWallClock(key)))),
		step: last.step,
		files: [hash("model.safetensors"), hash("optimizer.safetensors")],
	};
}

/** Changes one bit in the middle of a file. */
export function flipBit(path: string): void {
	const bytes = readFileSync(path);
	bytes[bytes.length >> 1]! ^= 1;
	writeFileSync(path, bytes);
}

/** Starts the run in directory `run`, or resumes what is there, and interrupts it at `step`. */
export async function runUntil(run: string, step: number, config: RunConfig): Promise<TrainResult> {
	const controller = new AbortController();
	const options: TrainOptions = {
		signal: controller.signal,
		onProgress: (progress) => progress.step === step && controller.abort(),
	};
	return existsSync(join(run, "config.json")) ? resumeRun(run, options) : startRun(config, run, options);
}
