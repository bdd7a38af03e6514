/** Figures as files: a drawing each, and the data behind it. */
import { join } from "node:path";
import { toCsv } from "../figure/csv.ts";
import type { Figure } from "../figure/figure.ts";
import { standaloneSvg } from "../figure/palette.ts";
import { makeFolder } from "../run/make-folder.ts";
import { replaceFile } from "../run/replace-file.ts";

/** Writes `<id>.svg` and `<id>.csv` of each figure into a folder, made if absent; returns the paths of the drawings. */
export async function writeFigures(folder: string, figures: readonly Figure[]): Promise<string[]> {
	await makeFolder(folder);
	const paths: string[] = [];
	for (const { id, svg, rows } of figures) {
		const path = join(folder, `${id}.svg`);
		await replaceFile(path, `${standaloneSvg(svg)}\n`);
		await replaceFile(join(folder, `${id}.csv`), toCsv(rows));
		paths.push(path);
	}
	return paths;
}
