/** The page about a cell's run, which a click on the cell opens: its facts, and the figures that say most of it. */
import { JSDOM } from "jsdom";
import { isFlowRow } from "../figure/figure.ts";
import { drawLoss } from "../figure/loss.ts";
import { drawNorm } from "../figure/norm.ts";
import { drawSaturation } from "../figure/saturation.ts";
import { flowFigures } from "../report/flow-figures.ts";
import { writeReport } from "../report/report.ts";
import { readRun } from "../report/run-record.ts";

const { document } = new JSDOM("").window;

/** Throws a `UserError` that names the file of the run that cannot be read. */
export async function writeCellReport(directory: string, title: string, out: string): Promise<void> {
	const run = await readRun(directory, title);
	const figures = run.rows.some(isFlowRow)
		? flowFigures(run.rows, { document })
		: [drawNorm, drawLoss, drawSaturation]
				.map((draw) => draw(run.rows, { document }))
				.filter((figure) => figure !== undefined);
	await writeReport(out, { title, sections: [{ name: "run", title: "Run", runs: [run], figures }] });
}
