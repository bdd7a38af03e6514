/**
 * Walking a figure with the keyboard: left and right along a series, up and down between series; where the horizontal
 * axis is none that a cursor reads, through the marks that name themselves, or else through the rows of the table.
 */

import type { Figure } from "../../figure/figure.ts";
import { formatNumber } from "../../report/format-number.ts";
import type { Overlay } from "./overlay.ts";
import { nearest, type Point, type Series } from "./series.ts";

export interface Stop {
	/** What is said. */
	readonly text: string;
	/** On the horizontal axis. */
	readonly at?: number;
	/** Of a series. */
	readonly point?: Point;
	readonly series?: Series;
	/** A mark of the drawing. */
	readonly element?: Element;
}

const far = 10;

/** Where a key leads; undefined if it is none that walks. */
type Steps = { readonly along?: number; readonly across?: number; readonly to?: "first" | "last" };
const keys: Readonly<Record<string, Steps>> = {
	ArrowLeft: { along: -1 },
	ArrowRight: { along: 1 },
	PageUp: { along: -far },
	PageDown: { along: far },
	ArrowUp: { across: -1 },
	ArrowDown: { across: 1 },
	Home: { to: "first" },
	End: { to: "last" },
};

export class Walk {
	readonly #overlay: Overlay;
	readonly #marks: readonly Element[];
	readonly #figure: Figure;
	/** Of the series, the mark or the row; -1 before the first key. */
	#index = -1;
	#series = 0;

	/** `before` is the walk of the figure's last drawing: this one begins where it stood. */
	constructor(figure: Figure, overlay: Overlay, before?: Walk) {
		this.#figure = figure;
		this.#overlay = overlay;
		this.#marks = overlay.series.length > 0 ? [] : marksOf(figure.svg);
		if (!before) return;
		this.#series = clamp(before.#series, overlay.series.length || 1);
		const length = overlay.series[this.#series]?.points.length ?? (this.#marks.length || figure.rows.length);
		this.#index = Math.min(before.#index, length - 1);
	}

	/** The stop that a key leads to; undefined if the key does not walk or there is nowhere to go. */
	press(key: string): Stop | undefined {
		const steps = keys[key];
		return steps && this.#take(steps);
	}

	/** Where it stands; undefined before the first key. */
	here(): Stop | undefined {
		return this.#index < 0 ? undefined : this.#take({});
	}

	#take(steps: Steps): Stop | undefined {
		return this.#overlay.series.length > 0 ? this.#alongSeries(steps) : this.#alongList(steps);
	}

	#alongSeries({ along = 0, across = 0, to }: Steps): Stop {
		const { series: all, column, x } = this.#overlay;
		const before = all[this.#series]!;
		if (this.#index < 0) this.#index = before.points.length - 1;
		else if (across) {
			const at = before.points[this.#index]!.at;
			this.#series = clamp(this.#series + across, all.length);
			const places = all[this.#series]!.points.map((point) => point.at);
			const measure = (value: number) => x?.place(value) ?? value;
			this.#index = places.indexOf(nearest(places, measure(at), measure)!);
		} else this.#index = jump(this.#index, before.points.length, along, to);
		const series = all[this.#series]!;
		const point = series.points[this.#index]!;
		const place = `${this.#overlay.time ?? (column === "x" ? "at" : column)} ${formatNumber(point.at)}`;
		const which = all.length > 1 ? `, series ${this.#series + 1} of ${all.length}` : "";
		return {
			text: `${series.label}, ${place}: ${formatNumber(point.value)}${which}`,
			at: point.at,
			point,
			series,
		};
	}

	#alongList({ along = 0, across = 0, to }: Steps): Stop | undefined {
		const { rows } = this.#figure;
		const length = this.#marks.length || rows.length;
		if (length === 0) return undefined;
		this.#index = this.#index < 0 ? 0 : jump(this.#index, length, along || across, to);
		const count = `, ${this.#index + 1} of ${length}`;
		const element = this.#marks[this.#index];
		if (element) return { text: `${titleOf(element)}${count}`, element };
		const row = Object.entries(rows[this.#index]!);
		const text = row.map(
			([key, value]) => `${key} ${typeof value === "number" ? formatNumber(value) : value}`,
		);
		return { text: `${text.join(", ")}${count}` };
	}
}

const clamp = (index: number, length: number): number => Math.min(length - 1, Math.max(0, index));
const jump = (index: number, length: number, by: number, to: Steps["to"]): number =>
	to ? (to === "first" ? 0 : length - 1) : clamp(index + by, length);

const titleOf = (element: Element): string => element.querySelector(":scope > title")?.textContent ?? "";

/** Elements of a drawing that name themselves, and are not hidden pictures of another moment. */
const marksOf = (svg: SVGSVGElement): Element[] =>
	[...svg.querySelectorAll("title")]
		.map((title) => title.parentElement!)
		.filter((element) => element !== (svg as Element) && !element.closest("[visibility=hidden]"));
