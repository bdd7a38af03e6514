import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDataset } from "../data/dataset.ts";
import { parseRunConfig } from "../run/config-file.ts";
import { configurations } from "./co-occurrence/configurations.ts";
import type { Preset } from "./study.ts";
import { findText, withText } from "./text.ts";

/** Files of Penn Treebank's form: a sentence a line, spaces around it, rare words and numbers replaced. */
function treebank(): string {
	const folder = mkdtempSync(join(tmpdir(), "orrery-text-"));
	writeFileSync(
		join(folder, "ptb.train.txt"),
		" pierre <unk> N years old will join the board \n mr. <unk> is chairman of the board \n".repeat(4),
	);
	writeFileSync(join(folder, "ptb.valid.txt"), " the board is old \n mr. <unk> will join \n");
	writeFileSync(join(folder, "ptb.test.txt"), " the chairman is N years old \n");
	writeFileSync(join(folder, "README"), "not a text");
	return folder;
}

const preset: Preset = {
	summary: "",
	experiments: [
		{
			kind: "training",
			name: "a",
			config: {
				model: { layers: 1, heads: 1, width: 8, context: 699 },
				data: { layout: "lines", lossWeighting: "sentence" },
				// Five epochs of WikiText-2's 17,556 lines.
				training: { steps: 5 * 8778, batch: 2 },
			},
		},
	],
};

test("a folder of Penn Treebank's form takes the place of WikiText-2: as many epochs, sequences as long as its longest line", async () => {
	const folder = treebank();
	const [experiment] = (await withText(preset, folder)).experiments;
	if (experiment?.kind !== "training") throw new Error("no training");
	const config = parseRunConfig(experiment.config);
	expect(config.data.source).toEqual({
		train: join(folder, "ptb.train.txt"),
		validation: join(folder, "ptb.valid.txt"),
		test: join(folder, "ptb.test.txt"),
	});
	// Nine words: eight inputs and as many targets.
	expect(config.model["context"]).toBe(8);
	const dataset = await openDataset(config.data, 8, 2, 0);
	expect(dataset.splits).toEqual(["train", "validation", "test"]);
	expect(dataset.stepsPerEpoch).toBe(4);
	expect(config.training.steps).toBe(5 * 4);
	expect(Array.from(dataset.evaluationBatches("test")[0]!.weights!, (w) => w > 0)).toEqual(
		Array.from({ length: 16 }, (_, i) => i < 6),
	);
});

test("a folder without the texts, or with two for one split, is refused by name", async () => {
	const folder = treebank();
	writeFileSync(join(folder, "wiki.train.tokens"), "a b");
	await expect(findText(folder)).rejects.toThrow(
		/to hold one training text .* got ptb.train.txt, wiki.train.tokens/,
	);
	await expect(findText(mkdtempSync(join(tmpdir(), "orrery-text-")))).rejects.toThrow("got no texts");
	await expect(findText(join(folder, "nowhere"))).rejects.toThrow("nowhere");
});

test("a study that trains no language model refuses a text", async () => {
	const experiments = [
		{ kind: "flow" as const, name: "S-0", config: { kind: "flow" as const, ...configurations.S } },
	];
	await expect(withText({ summary: "", experiments }, ".")).rejects.toThrow("Leave out --text");
});
