/**
 * How a drawing says its scales, so that what lies on it can be placed and read without drawing it again: cursors, the
 * play-head, the value under a pointer.
 *
 *     <svg data-column="step" data-time="step" data-runs='["pre","post"]'>
 *       <g data-x="sqrt 52 420 0 1200" data-y="linear 124 26 0 60" data-shows='{"values":["dyn/norm.encoder"]}'>…</g>
 *
 * A scale is its kind, the ends of its range in units of the plot's group, and its domain: two ends or, of bands, every
 * value. The root names the column of the figure's table that the horizontal axes show; and time, where it is that.
 */
import type * as Plot from "@observablehq/plot";

/** `log1p` is ln(1 + t): logarithmic, with a place for step 0. */
export type ScaleKind = "linear" | "log" | "sqrt" | "log1p" | "band";

/** What the horizontal axes of a drawing have in common. */
export interface Across {
	/** The column of the figure's rows. */
	readonly column: string;
	/** The name of time, where it is that: `step`, or a clock's. Drawings of one time share their cursor. */
	readonly time?: string | undefined;
	/** The columns with values. Default: all others of numbers. */
	readonly values?: readonly string[];
	/** What has a colour of its own, in their order: runs, or columns. */
	readonly runs?: readonly string[];
}

/** Which part of a figure's rows one of its plots shows. */
export interface Shows {
	/** Columns with the values on the vertical axis, or of the colour. Default: all columns of numbers. */
	readonly values?: readonly string[];
	/** Only rows that have this. */
	readonly where?: Readonly<Record<string, string>>;
	/** The column that tells rows of a heat map apart, and its values from the top down. */
	readonly bands?: { readonly column: string; readonly names: readonly string[] };
}

export interface Scale {
	readonly kind: ScaleKind;
	/** Both ends of the domain, or every band's value. */
	readonly domain: readonly number[];
	readonly range: readonly [number, number];
	/** Undefined outside of the domain. Of bands: the middle of the last that is not above the value. */
	place(value: number): number | undefined;
	/** The value at a place; of bands the band's, beyond an end the end's. */
	value(place: number): number;
}

const transforms = {
	linear: { forward: (t: number) => t, inverse: (x: number) => x },
	log: { forward: Math.log, inverse: Math.exp },
	sqrt: { forward: Math.sqrt, inverse: (x: number) => x * x },
	log1p: { forward: Math.log1p, inverse: Math.expm1 },
} as const;

/** Where a time lies between two others, 0 to 1, on an axis of this kind; bands count as √t, their usual distances. */
export function shareOf(kind: ScaleKind, [from, to]: readonly [number, number], at: number): number {
	const { forward } = transforms[kind === "band" ? "sqrt" : kind];
	const [low, high] = [forward(from), forward(to)];
	return high === low ? 1 : (forward(at) - low) / (high - low);
}

/** The inverse of `shareOf`. */
export function timeAt(kind: ScaleKind, [from, to]: readonly [number, number], share: number): number {
	const { forward, inverse } = transforms[kind === "band" ? "sqrt" : kind];
	return inverse(forward(from) + share * (forward(to) - forward(from)));
}

/** What `readScale` reads of a plot's scale; undefined where it is of no kind above. */
export function scaleText(scale: Plot.Scale | undefined): string | undefined {
	const kind = scale && kindOf(scale);
	if (!kind || !scale.range) return undefined;
	const domain = [...(scale.domain as Iterable<unknown>)];
	if (!domain.every((value) => typeof value === "number")) return undefined;
	return [kind, ...(scale.range as number[]), ...domain].join(" ");
}

function kindOf({ type, exponent, constant }: Plot.Scale): ScaleKind | undefined {
	if (type === "linear" || type === "log" || type === "band") return type;
	if ((type === "pow" && exponent === 0.5) || type === "sqrt") return "sqrt";
	return type === "symlog" && constant === 1 ? "log1p" : undefined;
}

/** Reads `data-x` or `data-y`. */
export function readScale(text: string | null | undefined): Scale | undefined {
	if (!text) return undefined;
	const [kind, ...numbers] = text.split(" ") as [ScaleKind, ...string[]];
	const [left, right, ...domain] = numbers.map(Number) as [number, number, ...number[]];
	return kind === "band" ? bands(domain, [left, right]) : continuous(kind, domain, [left, right]);
}

function continuous(kind: ScaleKind, domain: readonly number[], range: readonly [number, number]): Scale {
	const ends = [domain[0]!, domain.at(-1)!] as const;
	return {
		kind,
		domain,
		range,
		place(value) {
			const share = shareOf(kind, ends, value);
			const isInside = share >= -1e-9 && share <= 1 + 1e-9;
			return isInside ? range[0] + share * (range[1] - range[0]) : undefined;
		},
		value: (place) => timeAt(kind, ends, within((place - range[0]) / (range[1] - range[0]))),
	};
}

function bands(domain: readonly number[], range: readonly [number, number]): Scale {
	const width = (range[1] - range[0]) / domain.length;
	return {
		kind: "band",
		domain,
		range,
		place(value) {
			const i = domain.findLastIndex((start) => start <= value);
			return i < 0 ? undefined : range[0] + (i + 0.5) * width;
		},
		value: (place) =>
			domain[
				Math.min(
					domain.length - 1,
					Math.floor(within((place - range[0]) / (range[1] - range[0])) * domain.length),
				)
			]!,
	};
}

const within = (share: number): number => Math.min(1, Math.max(0, share));
