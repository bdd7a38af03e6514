/** Rows of analyses that are plain arithmetic: none of them asks for the engine or for a run. */
import type { Engine } from "../../src/engine/types.ts";
import type { Row } from "../../src/figure/figure.ts";
import type { Analysis } from "../../src/study/study.ts";

/** Computes the analyses and names their rows, as a study does. */
export async function computedRows(analyses: readonly Analysis[]): Promise<Row[]> {
	const rows: Row[] = [];
	for (const analysis of analyses) {
		const computed = await analysis.compute({
			engine: undefined as unknown as Engine,
			signal: new AbortController().signal,
			run: () => Promise.reject(new Error("no run is needed")),
			progress: () => {},
		});
		rows.push(...computed.map((row, step) => ({ step, ...row, run: analysis.name })));
	}
	return rows;
}
