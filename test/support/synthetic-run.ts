/**
 * Run directories made up by formulas: an input for tests of figures, reports and servers, which have to work on
 * any numbers. Nothing here was measured.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ResolvedConfig, type RunOptions, resolveModel } from "../../src/run/config.ts";
import { parseRunConfig } from "../../src/run/config-file.ts";
import type { RunStatus } from "../../src/run/status.ts";

export interface SyntheticRun {
	readonly steps?: number;
	readonly layers?: number;
	/** Norm gained per √step. */
	readonly slope?: number;
	/** Share of 1 that the saturation reaches. */
	readonly saturation?: number;
	readonly finalLoss?: number;
}

interface SyntheticRow {
	step: number;
	[key: string]: number;
}

export function syntheticRows({
	steps = 1200,
	layers = 4,
	slope = 0.6,
	saturation = 0.95,
	finalLoss = 5.2,
}: SyntheticRun = {}): SyntheticRow[] {
	const measured = (step: number) =>
		step === steps || (step <= 64 ? step === 0 || Number.isInteger(Math.log2(step)) : step % 50 === 0);
	const rows: SyntheticRow[] = [];
	let previous = 0;
	for (let step = 0; step <= steps; step++) {
		// A wobble that any two machines agree on.
		const wobble = Math.sin(step * 12.9898) * 0.5 + Math.sin(step * 78.233) * 0.5;
		const loss = finalLoss + (8.6 - finalLoss) * Math.exp(-step / (steps / 6));
		const row: SyntheticRow = { step, time: step * 0.04 };
		if (step < steps) row["train/loss"] = loss + 0.15 * wobble;
		if (measured(step)) {
			const norm = 50 + slope * Math.sqrt(step) + 0.02 * wobble;
			const grown = 1 - Math.exp(-step / (steps / 4));
			Object.assign(row, {
				"val/loss": loss + 0.2,
				"val/perplexity": Math.exp(loss + 0.2),
				"optim/lr": 1e-3,
				"perf/tokens_per_second": 25_000 + 500 * wobble,
				"perf/measure_seconds": 0.05,
				"dyn/norm.all": norm + 700,
				"dyn/norm.encoder": norm,
				"dyn/norm.linear_columns": norm / 80,
				"dyn/direction.encoder.initial": 1 - 0.3 * grown,
				"dyn/step": 0.9 + 0.02 * wobble + 0.1 * grown,
				"dyn/alignment": 0.01 * wobble,
				"dyn/alignment.step": 0.15 * Math.exp(-step / 200) + 0.01 * wobble,
				"dyn/saturation": 0.5 + (saturation - 0.5) * grown,
				"dyn/saturation.0": 1,
				"dyn/similarity": 0.1 + 0.2 * grown,
				"dyn/similarity.0": 0.02,
			});
			if (step > 0)
				row["dyn/direction.encoder.previous"] = 1 - 0.002 * ((step - previous) / (10 + step / 20));
			for (let layer = 0; layer < layers; layer++) {
				row[`dyn/norm.layer.${layer}`] = (norm / Math.sqrt(layers)) * (1 + 0.04 * layer * grown);
				row[`dyn/similarity.${layer + 1}`] = 0.05 * layer + 0.05 + 0.1 * grown;
				row[`dyn/saturation.${layer + 1}`] = 0.9 - 0.1 * layer + (saturation - 0.9 + 0.1 * layer) * grown;
			}
			previous = step;
		}
		if (Object.keys(row).length > 2) rows.push(row);
	}
	return rows;
}

const someRun: RunOptions = {
	model: { layers: 4, heads: 4, width: 128, context: 64 },
	training: { steps: 1200, batch: 8 },
};

/** Writes `config.json`, `status.json` and `metrics.jsonl` into `dir`, as of a finished run of the configuration. */
export function writeSyntheticRun(
	dir: string,
	shape: SyntheticRun = {},
	options: RunOptions = someRun,
): void {
	mkdirSync(dir, { recursive: true });
	const rows = syntheticRows(shape);
	const { step } = rows.at(-1)!;
	const config = parseRunConfig(options);
	const resolved: ResolvedConfig = {
		...config,
		model: resolveModel(config.model, 4096, dir),
		provenance: {
			orrery: "0.1.0",
			node: "v20.0.0",
			packages: {},
			engine: "made up",
			data: { name: "made up", hash: "" },
			parameters: 1_000_000,
		},
	};
	const status: RunStatus = {
		state: "finished",
		step,
		steps: step,
		seconds: 50,
		measureSeconds: 2,
		updated: "2025-01-01T00:00:00Z",
	};
	writeFileSync(join(dir, "config.json"), JSON.stringify(resolved));
	writeFileSync(join(dir, "status.json"), JSON.stringify(status));
	writeFileSync(join(dir, "metrics.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}
