/** Growth laws of a series of checkpoints: of each scope, and of each block. */
import { type LayerRows, scopes } from "../figure/by-part.ts";
import { layersOf, type Row, runsOf } from "../figure/figure.ts";
import type { LayerGrowth } from "../figure/growth-by-layer.ts";
import type { GrowthFit } from "../theory/growth-law.ts";
import { rankedLaws } from "./growth.ts";
import type { ReportTable } from "./table.ts";

export interface PartGrowth {
	/** A scope, or the stack of a block. */
	readonly name: string;
	/** Counted from 0; absent for a scope. */
	readonly layer?: number;
	/** All laws, smallest residual first. */
	readonly fits: readonly GrowthFit[];
}

/** The norms that fits are made of, by what a reader calls them. */
const norms = [
	...scopes.map((scope) => [scope, scope] as const),
	["stored columns", "stored_columns"] as const,
];

/** The laws fitted to each scope's norm that was measured at five steps of equal distance or more. */
export const scopeGrowth = (rows: readonly Row[]): PartGrowth[] =>
	norms
		.map(([name, key]) => ({ name, fits: rankedLaws(rows, `dyn/norm.${key}`) }))
		.filter(({ fits }) => fits.length > 0);

/** The same of each block. */
export function layerGrowth({ stacks }: LayerRows): PartGrowth[] {
	return runsOf(stacks).flatMap((name) => {
		const own = stacks.filter(({ run }) => run === name);
		const layers = [...new Set(layersOf(own, "norm").map(({ layer }) => layer))];
		return layers
			.map((layer) => ({ name, layer, fits: rankedLaws(own, `norm.${layer}`) }))
			.filter(({ fits }) => fits.length > 0);
	});
}

const fitOf = ({ fits }: PartGrowth, law: GrowthFit["law"]) => fits.find((fit) => fit.law === law);

/** For the figure. */
export const layerEstimates = (growth: readonly PartGrowth[]): LayerGrowth[] =>
	growth.map((part): LayerGrowth => {
		const [sqrt, power] = [fitOf(part, "sqrt")!, fitOf(part, "power")];
		return {
			run: part.name,
			layer: part.layer!,
			slope: { value: sqrt.a, interval: sqrt.confidence?.a },
			exponent: power && { value: power.exponent, interval: power.confidence?.exponent },
		};
	});

const digits = (value: number, count = 4) => String(Number(value.toPrecision(count))).replace("-", "−");
const within = (value: number, interval: readonly [number, number] | undefined) =>
	interval ? `${digits(value)} [${digits(interval[0])}, ${digits(interval[1])}]` : digits(value);

/** Slope, offset and r² of the √t law, and the exponent of the power law, each with its 95 % confidence. */
export const growthTable = (
	growth: readonly PartGrowth[],
	words: Partial<ReportTable> = {},
): ReportTable => ({
	...words,
	columns: ["norm of", "points", "a of a·√t + b", "b", "r²", "p of a·t^p + b"],
	rows: growth.map((part) => {
		const [sqrt, power] = [fitOf(part, "sqrt")!, fitOf(part, "power")];
		return [
			part.layer === undefined ? part.name : `${part.name}, layer ${part.layer + 1}`,
			sqrt.points,
			within(sqrt.a, sqrt.confidence?.a),
			within(sqrt.b, sqrt.confidence?.b),
			sqrt.r2.toFixed(4),
			power && within(power.exponent, power.confidence?.exponent),
		];
	}),
});
