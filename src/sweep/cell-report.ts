/** The page about a cell's run, which a click on the cell opens: its facts, its norm and its loss. */
import { JSDOM } from "jsdom";
import { drawLoss } from "../figure/loss.ts";
import { drawNorm } from "../figure/norm.ts";
import { drawSaturation } from "../figure/saturation.ts";
import { writeReport } from "../report/report.ts";
import { readRun } from "../report/run-record.ts";

const { document } = new JSDOM("").window;

/** Throws a `UserError` that names the file of the run that cannot be read. */
export async function writeCellReport(directory: string, title: string, out: string): Promise<void> {
	const run = await readRun(directory, title);
	const figures = [drawNorm, drawLoss, drawSaturation]
		.map((draw) => draw(run.rows, { document }))
		.filter((figure) => figure !== undefined);
	await writeReport(out, { title, sections: [{ name: "run", title: "Run", runs: [run], figures }] });
}
