/** Rows by formulas; nothing here was measured. */
import type { Row } from "../../../src/figure/figure.ts";
import type { PhaseCell } from "../../../src/figure/phase-diagram.ts";
import { syntheticFlow } from "../synthetic-flow.ts";

/** Two runs, measured at powers of two and every fiftieth step, with a loss at every step. */
export const training = (steps: number): Row[] =>
	["pre", "post"].flatMap((run, i) =>
		Array.from({ length: steps + 1 }, (_, step): Row => {
			const wobble = Math.sin(step * 12.9898 + i);
			const row = { run, step, "train/loss": 5 + 3 * Math.exp(-step / 100) + 0.1 * wobble };
			const isMeasured = step % 50 === 0 || (step < 64 && Number.isInteger(Math.log2(step)));
			return isMeasured ? { ...row, ...measured(step, i) } : row;
		}),
	);

function measured(step: number, run: number): Record<string, number> {
	const grown = 1 - Math.exp(-step / 200);
	const norm = 50 + (0.6 + 0.3 * run) * Math.sqrt(step);
	const layers = Array.from({ length: 6 }, (_, layer) => [
		[`dyn/norm.layer.${layer}`, norm / 2.4 + layer * grown],
		[`dyn/saturation.${layer + 1}`, 0.9 - 0.1 * layer + 0.1 * layer * grown],
	]);
	return {
		"val/loss": 5.2 + 3 * Math.exp(-step / 100),
		"val/perplexity": Math.exp(5.2 + 3 * Math.exp(-step / 100)),
		"dyn/norm.encoder": norm,
		"dyn/norm.all": norm + 700,
		"dyn/saturation": 0.5 + 0.4 * grown,
		"dyn/saturation.0": 1,
		"dyn/step": 0.9 + 0.1 * grown,
		"dyn/alignment": 0.01 * run,
		...Object.fromEntries(layers.flat()),
	};
}

/** As many points of every quantity: 12 layers at each step. */
export const many = (points: number): Row[] =>
	Array.from({ length: points }, (_, step) => ({
		run: "many",
		step,
		"train/loss": 5 + Math.sin(step / 50),
		"dyn/norm.encoder": 50 + Math.sqrt(step),
		"dyn/saturation": Math.abs(Math.sin(step / 900)),
		...Object.fromEntries(
			Array.from({ length: 12 }, (_, layer) => [`dyn/norm.layer.${layer}`, 20 + layer + Math.sqrt(step)]),
		),
	}));

export const flow: Row[] = syntheticFlow("S-0", { begin: 0.1 });

export const phases: PhaseCell[] = [1e-4, 1e-3, 1e-2].flatMap((learningRate, i) =>
	[1e-3, 1e-2, 1e-1].map((weightDecay, j) => ({
		learningRate,
		weightDecay,
		seed: 0,
		state: "finished",
		growth: 0.2 * (i - j),
		href: `#run-${i}-${j}`,
	})),
);
