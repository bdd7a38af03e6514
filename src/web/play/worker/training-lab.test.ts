import { expect, test } from "vitest";
import { pageText } from "../../page-text.ts";
import type { LabRow, LabState, Said, TrainingLab } from "./protocol.ts";
import { openTrainingLab } from "./training-lab.ts";

const { text } = await pageText();
const tiny = {
	kind: "training",
	device: "wasm",
	text: "wikitext-2",
	config: {
		model: { layers: 2, heads: 2, width: 16, context: 16 },
		training: { steps: 20, batch: 4 },
		optimizer: { name: "adamw" },
	},
} satisfies TrainingLab;

async function open(change: Partial<TrainingLab> = {}, own = text) {
	const said: Said[] = [];
	let waiting: { readonly wanted: LabState; readonly resolve: () => void } | undefined;
	const lab = await openTrainingLab({ ...tiny, ...change }, { name: "a text", text: own }, (message) => {
		said.push(message);
		if (message.type === "state" && message.state === waiting?.wanted) waiting.resolve();
	});
	const rows = (): LabRow[] => said.flatMap((message) => (message.type === "rows" ? message.rows : []));
	const state = () => said.findLast((message) => message.type === "state")!;
	/** The next message that says so. */
	const until = (wanted: LabState) =>
		new Promise<void>((resolve) => {
			waiting = { wanted, resolve };
		});
	return { lab, said, rows, state, until };
}

test("a training opens paused, with step 0 measured, and makes the steps that it is told to make", async () => {
	const { lab, said, rows, state, until } = await open();
	expect(said[0]).toMatchObject({ type: "opened", of: { device: "wasm", tokensPerStep: 64, steps: 20 } });
	expect(state()).toMatchObject({ state: "paused", step: 0 });
	expect(rows().map(({ step }) => step)).toEqual([0]);
	expect(rows()[0]).toHaveProperty(["dyn/saturation.1"]);
	lab.step(3);
	await until("paused");
	expect(state().step).toBe(3);
	// Step 3 is not measured, and its own loss is known only with the next update.
	expect(rows().map(({ step }) => step)).toEqual([0, 1, 2]);
	lab.look();
	await until("paused");
	lab.play();
	await until("finished");
	expect(rows().map(({ step }) => step)).toEqual(Array.from({ length: 21 }, (_, step) => step));
	const measured = rows().filter((row) => row["dyn/norm.all"] !== undefined);
	expect(measured.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 8, 16, 20]);
	await lab.close();
});

test("steps asked for one after the other are all made, and no more; asked for while it plays, they end it", async () => {
	const { lab, state, until } = await open();
	for (let i = 0; i < 4; i++) lab.step(1);
	await until("paused");
	expect(state().step).toBe(4);
	lab.play();
	lab.step(2);
	await until("paused");
	expect(state().step).toBe(6);
	await lab.close();
});

test("pausing, stepping and looking change nothing that is trained", async () => {
	const whole = await open();
	whole.lab.play();
	await whole.until("finished");
	await whole.lab.close();
	const halting = await open({ watch: { heads: true, signals: true } });
	halting.lab.step(5);
	await halting.until("paused");
	halting.lab.look();
	await halting.until("paused");
	halting.lab.play();
	halting.lab.pause();
	halting.lab.play();
	await halting.until("finished");
	await halting.lab.close();
	const losses = (rows: LabRow[]) => rows.map((row) => [row.step, row["train/loss"]]);
	// A measured row has the loss of its own program, the others that of the update: they differ by rounding.
	for (const [i, [step, loss]] of losses(whole.rows()).entries()) {
		expect(losses(halting.rows())[i]![0]).toBe(step);
		expect(losses(halting.rows())[i]![1]).toBeCloseTo(loss!, 5);
	}
});

test("heads and kernels are seen at step 0 and at the last", async () => {
	const { lab, said, rows, until } = await open({
		watch: { heads: true, signals: true },
		config: {
			...tiny.config,
			model: { ...tiny.config.model, mixing: { name: "e-spa" }, placement: "none", init: "signal" },
		},
	});
	lab.step(20);
	await until("finished");
	const heads = said.filter((message) => message.type === "heads");
	expect(heads.map(({ step }) => step)).toEqual(expect.arrayContaining([0, 20]));
	const { size, weights, statistics } = heads[0]!.pictures;
	expect(weights.length).toBe(2 * 2 * size * size);
	expect(statistics.map(({ layer, head }) => [layer, head])).toEqual([
		[0, 0],
		[0, 1],
		[1, 0],
		[1, 1],
	]);
	// The first query sees itself alone, and every query spends a weight of 1 on what it sees.
	expect(weights[0]).toBeCloseTo(1, 5);
	const signals = said.filter((message) => message.type === "signals");
	expect(signals.map(({ step }) => step)).toEqual(expect.arrayContaining([0, 20]));
	for (const { depth, measured, predicted, size } of signals[0]!.kernels) {
		expect(measured[0], `depth ${depth}`).toBeCloseTo(1, 5);
		expect(predicted).toHaveLength(size * size);
	}
	expect(signals[0]!.kernels.map(({ depth }) => depth)).toEqual([0, 1, 2]);
	// Other sequences than those of the batch, and no embeddings: the same size, and not the same number.
	const blocks = Math.hypot(...signals[0]!.rows.flatMap((row) => row["gradient/all"] ?? []));
	const whole = rows()[0]!["grad/norm"]!;
	expect(blocks / whole).toBeGreaterThan(0.1);
	expect(blocks / whole).toBeLessThan(10);
	await lab.close();
});

test("a learning rate that is far too large ends in words, not in numbers that are none", async () => {
	const { lab, rows, state, until } = await open({
		config: {
			...tiny.config,
			model: { ...tiny.config.model, placement: "none" },
			optimizer: { name: "sgd", learningRate: 1e9 },
		},
	});
	lab.play();
	await until("diverged");
	expect(state().message).toMatch(/training diverged\. Lower `optimizer\.learningRate`/);
	expect(rows().every((row) => Object.values(row).every(Number.isFinite))).toBe(true);
	lab.play();
	await new Promise((resolve) => setTimeout(resolve, 20));
	expect(state().state).toBe("diverged");
	await lab.close();
});

test("texts and options that cannot be are refused in a sentence", async () => {
	await expect(open({}, "")).rejects.toThrow("Expected a text to train on");
	await expect(open({}, "too short")).rejects.toThrow(/Expected the train text to have at least 17 tokens/);
	const wrong = { ...tiny.config, model: { ...tiny.config.model, heads: 3 } };
	await expect(open({ config: wrong })).rejects.toThrow(/heads.*the playground/s);
});
