import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findSeries } from "./find-series.ts";

const torchFiles = join(import.meta.dirname, "../../test/fixtures/torch-files");

let root: string;
beforeAll(async () => {
	root = await mkdtemp(join(tmpdir(), "orrery-series-"));
});
afterAll(() => rm(root, { recursive: true }));

let count = 0;
/** A new folder with empty files of these names. */
async function folder(...files: readonly string[]): Promise<string> {
	const path = join(root, `f-${count++}x`);
	await mkdir(path);
	for (const file of files) {
		await mkdir(dirname(join(path, file)), { recursive: true });
		await writeFile(join(path, file), "");
	}
	return path;
}

const found = async (path: string, steps?: number[]) => {
	const series = await findSeries(path, steps && { steps });
	return {
		entries: series.entries.map((e) => [e.step, e.location.replace(`${path}/`, "")]),
		ignored: Object.fromEntries(series.ignored.map((i) => [i.path.replace(`${path}/`, ""), i.reason])),
	};
};

describe("a folder of checkpoints", () => {
	test("Hugging Face's output folder: steps are numbers, the final model and the rest are listed", async () => {
		const names = ["checkpoint-1000", "checkpoint-90", "checkpoint-500"].map((n) => `${n}/model.safetensors`);
		const path = await folder(
			...names,
			"model.safetensors",
			"config.json",
			"training_args.bin",
			"runs/events.1",
			"tmp-checkpoint-1500/model.safetensors",
			"checkpoint-2000/optimizer.pt",
		);
		expect(await found(path)).toEqual({
			entries: [
				[90, "checkpoint-90"],
				[500, "checkpoint-500"],
				[1000, "checkpoint-1000"],
			],
			ignored: {
				"checkpoint-2000": "no file of tensors in it, but optimizer.pt",
				"config.json": "no checkpoint",
				"model.safetensors": "no step in its name",
				runs: "no step in its name",
				"tmp-checkpoint-1500": "unfinished: a program is writing it, or was killed",
				"training_args.bin": "state of the training, no model",
			},
		});
	});

	test("Pythia's and OLMo's names, sharded or not, with main ignored", async () => {
		const path = await folder(
			"step0/pytorch_model.bin",
			"step10/model.safetensors.index.json",
			"step9-unsharded/model.pt",
			"step143000-tokens600B/pytorch_model-00001-of-00002.bin",
			"main/model.safetensors",
		);
		expect(await found(path)).toEqual({
			entries: [
				[0, "step0"],
				[9, "step9-unsharded"],
				[10, "step10"],
				[143000, "step143000-tokens600B"],
			],
			ignored: { main: "no step in its name" },
		});
	});

	test("a run of Orrery's, by its own folder or by `checkpoints`", async () => {
		const path = await folder(
			"checkpoints/step-00000400/model.safetensors",
			"checkpoints/step-00000400/optimizer.safetensors",
			"checkpoints/step-00000800/model.safetensors",
			"checkpoints/step-00001200.partial/model.safetensors",
			"metrics.jsonl",
		);
		for (const where of [path, join(path, "checkpoints")]) {
			const { entries, ignored } = await findSeries(where);
			expect(entries.map((e) => e.step)).toEqual([400, 800]);
			expect(ignored).toEqual([
				{
					path: join(path, "checkpoints/step-00001200.partial"),
					reason: "unfinished: a program is writing it, or was killed",
				},
			]);
		}
	});

	test("numbered files; of a step that is there twice the first by name", async () => {
		const path = await folder(
			"ckpt_1000.pt",
			"ckpt_200.pt",
			"ckpt_1000.safetensors",
			"ckpt_300.pt.incomplete",
		);
		expect(await found(path)).toEqual({
			entries: [
				[200, "ckpt_200.pt"],
				[1000, "ckpt_1000.pt"],
			],
			ignored: {
				"ckpt_1000.safetensors": `of step 1000, as \`${join(path, "ckpt_1000.pt")}\` is`,
				"ckpt_300.pt.incomplete": "unfinished: a program is writing it, or was killed",
			},
		});
	});

	test("a number that may be a year counts only among others that may not", async () => {
		const steps = await folder("model_1000.pt", "model_2000.pt", "model_3000.pt");
		expect((await found(steps)).entries.map(([step]) => step)).toEqual([1000, 2000, 3000]);
		const years = await folder(
			"checkpoint-10/model.safetensors",
			"run-2023/model.safetensors",
			"best-2024.pt",
		);
		expect(await found(years)).toEqual({
			entries: [[10, "checkpoint-10"]],
			ignored: { "best-2024.pt": "its number may be a year", "run-2023": "no step in its name" },
		});
	});

	test("a number without a word is left out where others have one", async () => {
		const path = await folder(
			"step10/model.safetensors",
			"step20/model.safetensors",
			"eval-7/model.safetensors",
		);
		expect(await found(path)).toEqual({
			entries: [
				[10, "step10"],
				[20, "step20"],
			],
			ignored: { "eval-7": "no word for steps before its number, unlike others" },
		});
	});

	test("Hugging Face's download cache: a branch a step", async () => {
		const [a, b] = ["a".repeat(40), "b".repeat(40)];
		const path = await folder(`snapshots/${a}/model.safetensors`, `snapshots/${b}/model.safetensors`);
		await mkdir(join(path, "refs"));
		await writeFile(join(path, "refs", "step512"), a);
		await writeFile(join(path, "refs", "main"), b);
		await writeFile(join(path, "refs", "step1"), "../../../etc");
		expect(await found(path)).toEqual({
			entries: [[512, `snapshots/${a}`]],
			ignored: { "refs/main": "no step in its name", "refs/step1": "its snapshot has no file of tensors" },
		});
	});

	test("links are followed, and a link to nothing is listed", async () => {
		const path = await folder("step1/model.safetensors");
		await symlink(join(path, "step1"), join(path, "step2"));
		await symlink(join(path, "gone"), join(path, "step3"));
		expect(await found(path)).toEqual({
			entries: [
				[1, "step1"],
				[2, "step2"],
			],
			ignored: { step3: "a link to nothing" },
		});
	});

	test("what holds no checkpoint is refused with what is there", async () => {
		await expect(findSeries(await folder("a.txt", "run/x"))).rejects.toThrow(
			/to hold checkpoints, such as step1000\/ or model_1000.pt, got a.txt \(no checkpoint\), run \(no step in its name\)/,
		);
		await expect(findSeries(await folder())).rejects.toThrow(/got nothing\. Name a folder/);
		await expect(findSeries(join(root, "nowhere"))).rejects.toThrow(/nowhere` to exist/);
	});
});

describe("one checkpoint", () => {
	test("its step is in its name, in trainer_state.json, or 0", async () => {
		const path = await folder(
			"checkpoint-500/model.safetensors",
			"x/model.safetensors",
			"y/model.safetensors",
		);
		await writeFile(join(path, "y", "trainer_state.json"), '{"epoch": 1.0, "global_step": 1234}');
		for (const [name, step] of [
			["checkpoint-500", 500],
			["x", 0],
			["y", 1234],
			["x/model.safetensors", 0],
		] as const)
			expect((await findSeries(join(path, name))).entries).toEqual([{ step, location: join(path, name) }]);
	});

	test("nanoGPT's file tells its step inside, alone or in its folder", async () => {
		const path = await folder("log.txt", "best.pt");
		await copyFile(join(torchFiles, "nanogpt.pt"), join(path, "ckpt.pt"));
		expect(await found(path)).toEqual({
			entries: [[1234, "ckpt.pt"]],
			ignored: { "best.pt": "no step in its name", "log.txt": "no checkpoint" },
		});
		expect((await findSeries(join(path, "ckpt.pt"))).entries[0]!.step).toBe(1234);
	});

	test("a file that cannot be read is of step 0 until it is opened", async () => {
		const path = await folder("x/model.pt", "y/a.pt");
		expect((await findSeries(join(path, "x"))).entries).toEqual([{ step: 0, location: join(path, "x") }]);
		expect((await findSeries(join(path, "y", "a.pt"))).entries[0]!.step).toBe(0);
	});

	test("shards are one checkpoint", async () => {
		const path = await folder(
			"model-00001-of-00002.safetensors",
			"model-00002-of-00002.safetensors",
			"model.safetensors.index.json",
		);
		expect((await findSeries(path)).entries).toEqual([{ step: 0, location: path }]);
	});
});

describe("addresses and templates", () => {
	test("{step} is filled in, padded if a width is given", async () => {
		const where = "https://hub.example/pythia/resolve/step{step}/model.safetensors";
		const { entries } = await findSeries(where, { steps: [512, 0, 512] });
		expect(entries).toEqual([
			{ step: 0, location: "https://hub.example/pythia/resolve/step0/model.safetensors" },
			{ step: 512, location: "https://hub.example/pythia/resolve/step512/model.safetensors" },
		]);
		expect((await findSeries("/a/step-{step:8}", { steps: [7] })).entries[0]!.location).toBe(
			"/a/step-00000007",
		);
		await expect(findSeries(where)).rejects.toThrow(/Name them: --steps/);
	});

	test("an address without {step} is one checkpoint, of the step in it", async () => {
		const where = "https://hub.example/pythia/resolve/step512/model.safetensors?download=1";
		expect((await findSeries(where)).entries).toEqual([{ step: 512, location: where }]);
	});

	test("steps choose from a folder, and one that is not there is named", async () => {
		const path = await folder(...[0, 1, 2].map((i) => `step${i}/model.safetensors`));
		expect((await found(path, [2, 0])).entries.map(([step]) => step)).toEqual([0, 2]);
		await expect(findSeries(path, { steps: [0, 5] })).rejects.toThrow(/to include 5, got 0, 1, 2/);
		await expect(findSeries(path, { steps: [-1] })).rejects.toThrow(/whole numbers from 0 on, got -1/);
		await expect(findSeries(path, { steps: [] })).rejects.toThrow(/got none/);
	});
});
