/** A sweep's page: its cells as a table that can be sorted, and its phase diagram with cells that open their runs. */
import type { Figure, FigureOptions } from "../../figure/figure.ts";
import { drawPhaseDiagram } from "../../figure/phase-diagram.ts";
import type { SweepAnswer, SweepCell } from "../../server/api-types.ts";
import { hrefTo } from "../shell/router.ts";
import { runParameters } from "./parameters.ts";

export const hrefOfRun = (path: string): string => hrefTo("run", runParameters, { path });

/** Undefined where the axes are others than learning rate and weight decay, or no cell has ended. */
export function drawPhases({ phase }: SweepAnswer, options: FigureOptions): Figure | undefined {
	if (!phase) return undefined;
	const caption =
		"Whether the encoder's norm grew or shrank, one rectangle a run: + grew, − shrank, ± seeds disagree, × diverged, ? no " +
		"result yet. Lines are boundaries below which it grows; the triangle marks the optimizer's defaults. A cell opens its run.";
	const cells = phase.cells.map(({ path, ...cell }) => ({
		...cell,
		...(path !== undefined && { href: hrefOfRun(path) }),
	}));
	return drawPhaseDiagram({ caption, ...options, ...phase, cells });
}

/** The columns of the table: axes, variant, seed, state, and the values that any cell has. */
export function columnsOfSweep({ axes, variants, seeds, cells }: SweepAnswer): string[] {
	return [
		...Object.keys(axes),
		...(variants.length > 0 ? ["variant"] : []),
		...(seeds.length > 1 ? ["seed"] : []),
		"state",
		...new Set(cells.flatMap(({ values }) => Object.keys(values))),
	];
}

/** What a cell shows in a column; values are those at the end. */
export const contentOf = (cell: SweepCell, column: string): string | number | undefined => {
	if (column === "state") return cell.state;
	if (column === "seed") return cell.seed;
	const coordinate = cell.coordinates[column];
	return coordinate === undefined
		? cell.values[column]?.last
		: typeof coordinate === "boolean"
			? String(coordinate)
			: coordinate;
};

/** By a column, what is missing last. The order of the sweep without one. */
export function sortedCells(
	cells: readonly SweepCell[],
	column: string,
	isDescending: boolean,
): readonly SweepCell[] {
	if (column === "") return cells;
	const sign = isDescending ? -1 : 1;
	const order = new Intl.Collator("en", { numeric: true });
	return cells.toSorted((a, b) => {
		const [x, y] = [contentOf(a, column), contentOf(b, column)];
		if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
		return (
			sign * (typeof x === "number" && typeof y === "number" ? x - y : order.compare(String(x), String(y)))
		);
	});
}
