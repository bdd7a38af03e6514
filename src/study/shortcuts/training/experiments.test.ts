import { describe, expect, test } from "vitest";
import { parseRunConfig } from "../../../run/config-file.ts";
import { parseSweep } from "../../../sweep/config.ts";
import { trainingExperiments } from "../training.ts";
import { gridName, longName, seedsName, unigramName } from "./names.ts";

describe("every size", () => {
	test.each(["smoke", "laptop", "paper"] as const)("%s: all cells can be built, and differ", (size) => {
		const experiments = trainingExperiments(size);
		for (const experiment of experiments)
			if (experiment.kind === "training") parseRunConfig(experiment.config);
			else if (experiment.kind === "sweep") {
				const { cells } = parseSweep(experiment.plan);
				expect(new Set(cells.map(({ hash }) => hash)).size).toBe(cells.length);
			}
		const names = experiments.map(({ name }) => name);
		expect(names).toEqual(["training/text", unigramName, gridName, seedsName, longName]);
	});

	test("the laptop's networks have 36 blocks, the main methods three seeds, those without skips five times the steps", () => {
		const cells = Object.fromEntries(
			trainingExperiments("laptop").flatMap((experiment) =>
				experiment.kind === "sweep" ? [[experiment.name, parseSweep(experiment.plan).cells]] : [],
			),
		);
		expect(cells[seedsName]).toHaveLength(9 * 3);
		expect(cells[longName]).toHaveLength(4);
		for (const list of Object.values(cells))
			for (const { config } of list) expect(config).toMatchObject({ model: { layers: 36 } });
		const steps = (name: string) =>
			(cells[name]![0]!.config as { training: { steps: number } }).training.steps;
		expect(steps(longName)).toBe(5 * steps(seedsName));
	});
});
