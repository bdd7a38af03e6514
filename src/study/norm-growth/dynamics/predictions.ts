/** What the laws of norm growth (`report/predicted-norms.ts`) predict of a finished run, beside what it did. */
import { join } from "node:path";
import { type NormLaw, predictNorms } from "../../../report/predicted-norms.ts";
import { readMetrics } from "../../../run/metrics.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";

export type Law = NormLaw;

export const predictionName = (run: string): string => `predictions/${run}`;

/** Rows: one of `quantity` constants, and one a measured step with its `norm` and that of each law. */
export function predictions(run: string): Analysis {
	return {
		kind: "analysis",
		name: predictionName(run),
		title: `Norm growth predicted from the steps of ${run}`,
		needs: [run],
		options: {},
		async compute(tools) {
			const { directory, config } = await tools.run(run);
			const predicted = predictNorms(await readMetrics(join(directory, "metrics.jsonl")), config);
			if (!predicted) return [];
			const { constants, norms } = predicted;
			return [
				{ quantity: "constants", series: run, step: norms.at(-1)!.step, ...constants },
				...norms.map((row): AnalysisRow => ({ series: run, ...row })),
			];
		},
	};
}
