/** The metrics of any runs as a file to save, written to the system's temporary folder and gone once it is sent. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "hono";
import { type ExportQuery, exportMetrics } from "../query/export.ts";
import type { ExportFormat } from "./api-types.ts";
import { sendFile } from "./files.ts";

const types: Readonly<Record<ExportFormat, string>> = {
	csv: "text/csv; charset=utf-8",
	parquet: "application/vnd.apache.parquet",
	jsonl: "application/jsonl",
};

/** Throws a `UserError` as `exportMetrics` does. */
export async function sendExport(
	context: Context,
	root: string,
	query: ExportQuery,
	format: ExportFormat,
): Promise<Response> {
	const folder = await mkdtemp(join(tmpdir(), "orrery-export-"));
	const remove = () => rm(folder, { recursive: true, force: true });
	const path = join(folder, `metrics.${format}`);
	try {
		await exportMetrics(root, query, format, path);
		const headers = {
			"Content-Type": types[format],
			"Content-Disposition": `attachment; filename="metrics.${format}"`,
		};
		return await sendFile(context, path, headers, remove);
	} catch (error) {
		await remove();
		throw error;
	}
}
