/**
 * A figure: a drawing with its words and its data.
 *
 * Every function of this folder takes plain rows, one a measured step of one run with the keys of `metrics.jsonl`,
 * and returns a `Figure`, or undefined if no row holds what it would show. Drawing needs only a `document`: the
 * page's own, or jsdom's in Node. Colours are CSS variables with light fallbacks (`palette.ts`), text is
 * `currentColor`, so the same drawing serves light pages, dark pages and files.
 */
import type { StepAxis } from "./axis.ts";

/** One measured step of one run; a key that was not measured is absent. */
export interface Row {
	readonly run: string;
	/** Updates made before the measurement; 0 is the initial model. */
	readonly step: number;
	readonly [key: string]: string | number | null | undefined;
}

/** One line of the table behind a figure. */
export type DataRow = Readonly<Record<string, string | number>>;

export interface Figure {
	/** A short name for files and links: `norm`, `saturation-by-layer`. */
	readonly id: string;
	readonly title: string;
	/** What is shown, in which units, and what to look for. */
	readonly caption: string;
	readonly svg: SVGSVGElement;
	/** The values drawn. */
	readonly rows: readonly DataRow[];
}

export interface FigureOptions {
	/** Where elements are made. Default: the page's document. */
	readonly document?: Document;
	/** Scale of an axis of steps. Default `sqrt`; of heat maps, cells of equal width. Bars are always of equal width. */
	readonly axis?: StepAxis | undefined;
	/** The step at which figures of one moment are drawn, or the last before it. Default: the last of each run. */
	readonly at?: number | undefined;
	/**
	 * Whether rows are left out, and of each stretch of steps the first, the least and the greatest stayed: no mean may be
	 * taken over them. Default false.
	 */
	readonly isThinned?: boolean | undefined;
	/** Overrides the figure's own id, title or caption. */
	readonly id?: string;
	readonly title?: string;
	readonly caption?: string;
}

/** Whether a row is one of a gradient flow (or of the descent in its place), and not of a training. */
export const isFlowRow = (row: Row): boolean => row["flow/clock"] !== undefined;

/** Names of the runs, in order of appearance. */
export const runsOf = (rows: readonly { readonly run: string }[]): string[] => [
	...new Set(rows.map((row) => row.run)),
];

/** The finite values of one key, as `{ run, step, value }`. */
export function valuesOf(rows: readonly Row[], key: string): { run: string; step: number; value: number }[] {
	return rows.flatMap((row) => {
		const value = row[key];
		return typeof value === "number" && Number.isFinite(value)
			? [{ run: row.run, step: row.step, value }]
			: [];
	});
}

/** Values of a quantity measured per layer under `<prefix>.<layer>`, as `{ run, step, layer, value }`. */
export function layersOf(rows: readonly Row[], prefix: string) {
	const layers = new Set<number>();
	for (const row of rows)
		for (const key of Object.keys(row))
			if (key.startsWith(`${prefix}.`) && /^\d+$/.test(key.slice(prefix.length + 1)))
				layers.add(Number(key.slice(prefix.length + 1)));
	return [...layers]
		.sort((x, y) => x - y)
		.flatMap((layer) => valuesOf(rows, `${prefix}.${layer}`).map((point) => ({ ...point, layer })));
}
