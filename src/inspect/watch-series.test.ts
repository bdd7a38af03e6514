import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Slow, valuesAt, width, writeSlowly } from "../../test/support/slow-writer.ts";
import { temporaryFolder, tinyConfig } from "../../test/support/tiny-run.ts";
import { findSeries } from "../checkpoint/find-series.ts";
import { startRun } from "../run/train.ts";
import { measureSeries } from "./measure-series.ts";
import type { SeriesMeasure } from "./series-measure.ts";
import { type Watched, watchSeries } from "./watch-series.ts";

const interval = 100;

/** A watch that runs until the test is over, and what it has told. */
function watching(folder: string, memory = join(temporaryFolder(), "watch.json"), patience = 700) {
	const controller = new AbortController();
	const told: Watched[] = [];
	let failure: unknown;
	const ended = (async () => {
		for await (const watched of watchSeries(folder, {
			interval,
			patience,
			memory,
			signal: controller.signal,
		}))
			told.push(watched);
	})().catch((error) => {
		failure = error;
	});
	const stop = async () => {
		controller.abort();
		await ended;
	};
	onTestFinished(stop);
	/** Waits until something holds of what was told. */
	const until = async (holds: (told: readonly Watched[]) => boolean) => {
		const end = Date.now() + 20_000;
		while (!holds(told)) {
			if (failure) throw failure;
			if (Date.now() > end)
				throw new Error(`Not told in time. Last: ${JSON.stringify(told.at(-1))?.slice(0, 2000)}`);
			await new Promise((done) => setTimeout(done, 20));
		}
	};
	return { told, memory, stop, until };
}

const stepsOf = (told: readonly Watched[]) => told.at(-1)?.measure?.steps ?? [];
const numbers = ({ steps, tensors }: SeriesMeasure) => ({ steps, tensors });

/** Σ θ² of the two tensors as the writer's values have it. */
const squaredAt = (step: number) => valuesAt(step).map((value) => width * width * value ** 2);

function expectTrue(told: readonly Watched[]) {
	for (const { measure } of told)
		for (const [i, step] of (measure?.steps ?? []).entries())
			expect(measure!.tensors.map(({ measures }) => measures[i]?.squared)).toEqual(squaredAt(step));
}

test("a writer that takes its time, in one file, in shards or by renaming, is waited for and never misread", async () => {
	const folder = temporaryFolder();
	const { told, until } = watching(folder);
	const write = (step: number, layout: Slow["layout"]) =>
		writeSlowly({ folder: join(folder, `checkpoint-${step}`), step, layout: layout!, milliseconds: 800 });
	await write(1000, "file");
	await Promise.all([write(2000, "shards"), write(3000, "renamed")]);
	await until((told) => stepsOf(told).length === 3);
	expectTrue(told);
	expect(new Set(told.flatMap(({ fresh }) => fresh))).toEqual(new Set([1000, 2000, 3000]));
	expect(told.flatMap(({ waiting }) => waiting).some(({ path }) => path.endsWith("checkpoint-2000"))).toBe(
		true,
	);
	expect(told.at(-1)!.waiting).toEqual([]);
	const { measure } = told.at(-1)!;
	const whole = await measureSeries(await findSeries(folder));
	expect(numbers(measure!)).toEqual(numbers(whole));
});

test("a folder that is empty or not there yet is waited for", async () => {
	const folder = join(temporaryFolder(), "later");
	const { until } = watching(folder);
	await until((told) => told.length > 0);
	await writeSlowly({ folder: join(folder, "step8"), step: 8, milliseconds: 10 });
	await until((told) => stepsOf(told).join() === "8");
});

test("a checkpoint that stays broken is told as broken once, and read when it is mended; those after it are not held up", async () => {
	const folder = temporaryFolder();
	const { told, until } = watching(folder);
	const broken = { folder: join(folder, "step10"), step: 10, milliseconds: 10 };
	await writeSlowly({ ...broken, share: 0.7 });
	await writeSlowly({ folder: join(folder, "step20"), step: 20, milliseconds: 10 });
	await until((told) => told.at(-1)?.waiting.some(({ isBroken }) => isBroken) ?? false);
	await until((told) => stepsOf(told).join() === "20");
	expect(told.at(-1)!.waiting[0]!.reason).toMatch(/model\.safetensors/);
	const count = told.length;
	await new Promise((done) => setTimeout(done, 5 * interval));
	expect(told).toHaveLength(count);
	await writeSlowly(broken);
	await until((told) => stepsOf(told).join() === "10,20");
	expectTrue(told);
	// Step 20 has another first and another one before it now.
	expect(numbers(told.at(-1)!.measure!)).toEqual(numbers(await measureSeries(await findSeries(folder))));
});

test("numbers of checkpoints that the trainer deletes are kept, also over a restart, and nothing is read twice", async () => {
	const folder = temporaryFolder();
	const first = watching(folder);
	for (const step of [1, 2, 3]) {
		await writeSlowly({ folder: join(folder, `checkpoint-${step}`), step, milliseconds: 10 });
		await first.until((told) => stepsOf(told).includes(step));
		if (step > 1) rmSync(join(folder, `checkpoint-${step - 1}`), { recursive: true });
	}
	const before = first.told.at(-1)!.measure!;
	expect(before.steps).toEqual([1, 2, 3]);
	await first.stop();
	const second = watching(folder, first.memory);
	await second.until((told) => told.length > 0);
	expect(second.told[0]!.fresh).toEqual([]);
	expect(numbers(second.told[0]!.measure!)).toEqual(numbers(before));
	await writeSlowly({ folder: join(folder, "checkpoint-4"), step: 4, milliseconds: 10 });
	await second.until((told) => stepsOf(told).length === 4);
	expectTrue(second.told);
	const last = second.told.at(-1)!.measure!.tensors[0]!.measures;
	expect(last.map((measure) => measure!.squaredStep !== undefined)).toEqual([false, true, true, true]);
});

test("a checkpoint written anew under the same step replaces its numbers", async () => {
	const folder = temporaryFolder();
	const { until, told } = watching(folder);
	const at = join(folder, "step5");
	await writeSlowly({ folder: at, step: 7, milliseconds: 10 });
	await until((told) => stepsOf(told).length === 1);
	await writeSlowly({ folder: at, step: 5, milliseconds: 300 });
	await until((told) => told.at(-1)!.measure?.tensors[0]?.measures[0]?.squared === squaredAt(5)[0]);
	expect(told.at(-1)!.measure!.steps).toEqual([5]);
});

test("numbers that are not finite survive the memory", async () => {
	const folder = temporaryFolder();
	await writeSlowly({ folder: join(folder, "step1"), step: 1, milliseconds: 1 });
	const file = join(folder, "step1", "model.safetensors");
	const bytes = readFileSync(file);
	bytes.writeFloatLE(Number.NaN, bytes.length - 4);
	writeFileSync(file, bytes);
	utimesSync(file, 1e9, 1e9);
	const first = watching(folder);
	await first.until((told) => stepsOf(told).length === 1);
	await first.stop();
	const second = watching(folder, first.memory);
	await second.until((told) => told.length > 0);
	expect(second.told[0]!.measure!.tensors[1]!.measures[0]).toMatchObject({
		nonFinite: 1,
		squared: Number.NaN,
	});
});

test("a memory that is none is refused by name", async () => {
	const folder = temporaryFolder();
	const memory = join(temporaryFolder(), "watch.json");
	writeFileSync(memory, "{");
	const broken = watching(folder, memory);
	await expect(broken.until((told) => told.length > 0)).rejects.toThrow(
		/Expected `.*watch\.json` to be a watch's memory/,
	);
});

test("our own training is followed while it runs", async () => {
	const folder = temporaryFolder();
	const run = join(folder, "run");
	const { until, told } = watching(run);
	await startRun(tinyConfig(folder, 40), run, {});
	await until((told) => stepsOf(told).at(-1) === 40);
	const whole = await measureSeries(await findSeries(run));
	expect(existsSync(join(run, "checkpoints"))).toBe(true);
	expect(numbers(told.at(-1)!.measure!)).toEqual(numbers(whole));
});

test("an address cannot be watched", async () => {
	const { until } = watching("https://127.0.0.1/series");
	await expect(until((told) => told.length > 0)).rejects.toThrow("Use `orrery inspect`");
});

test("a checkpoint written over and over in one place leaves a row for each of its steps, also over a restart", async () => {
	const folder = temporaryFolder();
	const states = Object.fromEntries(
		[250, 500].map((step) => [step, join(temporaryFolder(), "model.safetensors")]),
	);
	for (const [step, file] of Object.entries(states))
		await writeSlowly({ folder: join(file, ".."), step: Number(step), milliseconds: 1 });
	// The step is told beside the weights.
	const put = (step: number) => {
		writeFileSync(join(folder, "trainer_state.json"), JSON.stringify({ global_step: step }));
		writeFileSync(join(folder, "model.safetensors"), readFileSync(states[step]!));
	};
	put(250);
	const first = watching(folder);
	await first.until((told) => stepsOf(told).join() === "250");
	await first.stop();
	put(500);
	const second = watching(folder, first.memory);
	await second.until((told) => stepsOf(told).join() === "250,500");
	expectTrue(second.told.slice(-1));
	// The one before is not there to be compared with.
	expect(second.told.at(-1)!.measure!.tensors[0]!.measures[1]!.squaredStep).toBeUndefined();
});
