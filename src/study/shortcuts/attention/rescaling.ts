/**
 * Two ways to get the rescaling D wrong: divide columns in the place of rows, as both published implementations do, or
 * leave D out. Kernels through depth, from different tokens.
 */
import { kernelFrom } from "../../../theory/signal/kernel.ts";
import { statisticsOf } from "../../../theory/signal/kernel-statistics.ts";
import { differentTokens } from "../../../theory/signal/start-kernels.ts";
import { denseMixing, type Mixing, mixed, withoutRescaling } from "../../../theory/signal/token-mixing.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { columnsDivided, largestDifference } from "./dense.ts";
import { bothPaths, type Path } from "./paths.ts";
import { matrixRows } from "./pictures.ts";

export const rescalingName = "attention/rescaling";

export const variants = ["as derived", "columns divided", "without D"] as const;
/** Those of the measurement that the specification prints: T = 64, 24 blocks; 12 for the trap. */
const tokens = 64;
const depth = 24;
const trapDepth = 12;
const pictured = 16;

/**
 *     kind error    largest error of A where columns are divided, by layer of 12
 *     kind matrix   a row of A as it should be, where columns are divided, and of the difference's size
 *     kind depth    statistics of the kernel after each of 24 blocks, for each variant
 */
export const rescaling: Analysis = {
	kind: "analysis",
	name: rescalingName,
	title: "Signal-preserving attention with its rescaling wrong",
	needs: [],
	options: { tokens, depth, trapDepth, pictured, variants },
	async compute({ progress }) {
		const rows: AnalysisRow[] = [];
		for (const path of bothPaths(trapDepth)) rows.push(...errors(path));
		rows.push(...picture());
		for (const [i, path] of bothPaths(depth).entries()) {
			for (const variant of variants) rows.push(...throughDepth(path, variant));
			progress((i + 1) / 2);
			await new Promise(setImmediate);
		}
		return rows;
	},
};

const errors = ({ method, layers }: Path): AnalysisRow[] =>
	layers.map((layer, at) => ({
		kind: "error",
		method,
		layer: at + 1,
		error: largestDifference(columnsDivided(layer, tokens), layer.matrix(tokens)),
	}));

const picture = (): AnalysisRow[] =>
	bothPaths(trapDepth).flatMap(({ method, layers }) => {
		const right = layers[0]!.matrix(pictured);
		const wrong = columnsDivided(layers[0]!, pictured);
		const difference = wrong.map((value, at) => Math.abs(value - right[at]!));
		return Object.entries({ right, wrong, difference }).flatMap(([matrix, values]) =>
			matrixRows(values, pictured, { kind: "matrix", method, matrix }),
		);
	});

function throughDepth({ method, layers }: Path, variant: (typeof variants)[number]): AnalysisRow[] {
	let kernel = differentTokens(tokens);
	return layers.map((layer, at) => {
		const mixing: Mixing =
			variant === "as derived"
				? layer.apply
				: variant === "without D"
					? withoutRescaling(layer.apply)
					: denseMixing(columnsDivided(layer, tokens));
		const { values } = mixed(kernel, [mixing]);
		kernel = kernelFrom(tokens, (i, j) => values[i * tokens + j]!);
		const { meanCosine, diagonal } = statisticsOf(kernel);
		return {
			kind: "depth",
			method,
			variant,
			layer: at + 1,
			mean: meanCosine,
			least: diagonal.min,
			most: diagonal.max,
		};
	});
}
