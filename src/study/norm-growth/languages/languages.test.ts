import { join } from "node:path";
import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../../test/support/tiny-run.ts";
import { openDataset } from "../../../data/dataset.ts";
import { openEngine } from "../../../engine/engine.ts";
import type { Row } from "../../../figure/figure.ts";
import { parseRunConfig } from "../../../run/config-file.ts";
import { openFinishedRun } from "../../../run/finished-run.ts";
import { readMetrics } from "../../../run/metrics.ts";
import { startRun } from "../../../run/train.ts";
import { judge } from "../../study.ts";
import { analysisName, languageExperiments } from "./experiments.ts";
import { formalLanguages } from "./languages.ts";
import { measureLanguage } from "./measure.ts";

const trainingsOf = (size: Parameters<typeof languageExperiments>[0]) =>
	languageExperiments(size).flatMap((experiment) => (experiment.kind === "training" ? [experiment] : []));

test("every size's configurations are valid, and their languages have strings of the lengths asked for", async () => {
	for (const size of ["smoke", "quick", "laptop", "paper"] as const) {
		const trainings = trainingsOf(size);
		expect(new Set(trainings.map(({ name }) => name)).size).toBe(trainings.length);
		for (const { name, config } of trainings) {
			const { data, model } = parseRunConfig(config, name);
			const few = { ...data, source: { ...(data.source as object), samples: 1, testSamples: 1 } };
			await openDataset(few as typeof data, model["context"] as number, 1, 0);
		}
	}
	expect(trainingsOf("laptop").length).toBeGreaterThanOrEqual(20);
});

test("the analysis of a run finds the accuracy that the run measured itself, and (10)* survives saturation", async () => {
	const [training] = trainingsOf("smoke");
	const directory = join(temporaryFolder(), "run");
	const config = parseRunConfig({
		...training!.config,
		data: {
			source: {
				...(training!.config.data!.source as object),
				language: "tomita-2",
			} as never,
		},
		training: { ...training!.config.training, steps: 200 },
		// All strings, as the analysis takes them.
		probes: { ...training!.config.probes, evaluationBatches: 100 },
	});
	await startRun(config, directory);
	const last = (await readMetrics(join(directory, "metrics.jsonl"))).at(-1)!;
	const engine = await openEngine({ threads: 1 });
	const row = await measureLanguage(await openFinishedRun(directory), engine);
	await engine.dispose();
	expect(row["soft/in"]).toBe(last["val/accuracy"]);
	expect(row["soft/longer"]).toBe(last["test/accuracy.longer"]);
	expect(row["soft/in"]).toBe(1);
	expect(row["saturated/in"]).toBe(1);
	expect(row["loss"]).toBeCloseTo(last["val/loss"]!, 5);
	expect(row["family"]).toBe("star-free");
});

const rowOf = (language: string, family: string, soft: number, saturated: number, cosine: number): Row => ({
	run: analysisName,
	step: 0,
	language,
	family,
	"soft/in": soft,
	"soft/longer": soft / 2,
	"hard/in": saturated,
	"hard/longer": 0,
	"saturated/in": saturated,
	"saturated/longer": 0,
	saturation: cosine,
	similarity: 0.5,
	"initial/saturation": 0.75,
	loss: 0.01,
});
const rows = [
	rowOf("Dyck-1", "counter", 1, 0.1, 0.25),
	rowOf("aⁿbⁿ", "counter", 0.95, 0.2, 0.5),
	rowOf("D₂", "star-free", 0.5, 0, 0.75),
	rowOf("Tomita 2", "star-free", 1, 1, 1),
	rowOf("(aa)*", "periodic", 1, 0.9, 0.9),
	rowOf("(abab)*", "periodic", 1, 0.3, 0.8),
];
const judged = (id: string, of: readonly Row[] = rows) =>
	judge(formalLanguages.claims.find((claim) => claim.id === id)!, of);

test("claims are means over a family; of what a form keeps, over the languages learned", () => {
	expect(judged("languages.counters-learned").measured).toBeCloseTo(0.975, 12);
	expect(judged("languages.saturated-recognises.counter").measured).toBeCloseTo((0.1 + 0.2 / 0.95) / 2, 12);
	expect(judged("languages.saturated-recognises.star-free").measured).toBe(1);
	expect(judged("languages.bounded-harder").measured).toBeCloseTo(0.25 - 0.5, 12);
	expect(judged("languages.saturation-rises").measured).toBeCloseTo(
		(-0.5 - 0.25 + 0 + 0.25 + 0.15 + 0.05) / 6,
		12,
	);
	// The five learned are ranked alike by cosine and by accuracy.
	expect(judged("languages.saturation-tells").measured).toBeCloseTo(1, 12);
});

test("without rows nothing is measured and nothing drawn", () => {
	for (const { id } of formalLanguages.claims) expect(judged(id, []).verdict).toBe("not measured");
	expect(formalLanguages.figures([], {})).toEqual([]);
});

test("the figure has a row a language and a symbol a value", () => {
	const { document } = new JSDOM("").window;
	const [figure] = formalLanguages.figures(rows, { document });
	expect(figure!.rows).toHaveLength(rows.length * 8);
	for (const { language } of rows) expect(figure!.svg.textContent).toContain(String(language));
});
