/**
 * A folder with one of each that the page shows, for tests and screenshots: runs side by side, a study with claims and a
 * gradient flow, and a sweep. Trainings are made up (`synthetic-run.ts`); the flow is a real one.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunOptions } from "../../src/run/config.ts";
import { parseFlowConfig } from "../../src/run/flow/config.ts";
import { startFlow } from "../../src/run/flow/run.ts";
import { parseSweep } from "../../src/sweep/config.ts";
import { writeSyntheticRun } from "./synthetic-run.ts";

const base = {
	model: { layers: 4, heads: 4, width: 128, context: 64 },
	optimizer: { name: "adamw", learningRate: 1e-3, weightDecay: 1e-2 },
	training: { steps: 1200, batch: 8 },
} satisfies RunOptions;

export const gridRates = [1e-4, 1e-3, 1e-2];
export const gridDecays = [1e-3, 1e-2, 1e-1];

/** `pre`, `post`, `study` with `study/res-post` and `study/flow`, and `grid` with its cells. */
export async function writeRunsFolder(dir: string): Promise<void> {
	writeSyntheticRun(join(dir, "pre"), { slope: 0.9 }, base);
	writeSyntheticRun(
		join(dir, "post"),
		{ slope: 0.4, finalLoss: 5.6, saturation: 0.8 },
		{
			...base,
			model: { ...base.model, placement: "post" },
			optimizer: { ...base.optimizer, learningRate: 3e-4 },
		},
	);
	await writeStudy(join(dir, "study"));
	writeGrid(join(dir, "grid"));
}

async function writeStudy(dir: string): Promise<void> {
	const model = { ...base.model, placement: "res-post" as const };
	writeSyntheticRun(join(dir, "res-post"), {}, { ...base, model });
	await startFlow(
		parseFlowConfig({
			kind: "flow",
			data: { samples: 24, length: 3 },
			model: { width: 64, neurons: 8 },
			initialisation: { name: "gaussian", mlp: 0.1, value: 0.03, attention: 0.1 },
			dynamics: { name: "flow", clock: 300, guarantees: false },
		}),
		join(dir, "flow"),
	);
	const claim = (id: string, verdict: string, measured: number) => ({
		...{ id, part: "growth", claim: `The norm grows like √t (${id})`, place: "Section 3", verdict, measured },
		...{ detail: "r² of the fit", expected: "at least 0.99" },
	});
	const result = {
		study: "norm-growth",
		title: "How norms grow",
		preset: "quick",
		parts: [{ name: "growth", title: "Growth", introduction: "The norm of the parameters over training." }],
		claims: [claim("growth.pre", "holds", 0.995), claim("growth.post", "fails", 0.91)],
		experiments: [
			{ name: "res-post", kind: "training", dir: join(dir, "res-post"), state: "finished" },
			{ name: "flow", kind: "flow", dir: join(dir, "flow"), state: "finished" },
		],
		figures: [],
		report: join(dir, "report.html"),
	};
	writeFileSync(join(dir, "study.json"), JSON.stringify(result));
}

/** Norms grow where the learning rate is large beside the weight decay; one cell never began. */
function writeGrid(dir: string): void {
	mkdirSync(dir, { recursive: true });
	const plan = {
		name: "grid",
		base: { ...base, training: { steps: 200, batch: 8 } },
		axes: { "optimizer.learningRate": gridRates, "optimizer.weightDecay": gridDecays },
		seeds: [0],
	};
	writeFileSync(join(dir, "sweep.json"), JSON.stringify(plan));
	for (const { hash, coordinates } of parseSweep(plan, "the grid", dir).cells.slice(0, -1)) {
		const [rate, decay] = Object.values(coordinates).map(Number);
		const slope = Math.log(rate! / decay! + 1e-9) / 4 + 0.8;
		const optimizer = { ...base.optimizer, learningRate: rate!, weightDecay: decay! };
		writeSyntheticRun(join(dir, "cells", hash), { steps: 200, slope }, { ...plan.base, optimizer });
	}
}
