/** What is drawn of signal-preserving attention: its matrices, its schedules, its rescaling by position. */
import type { Analysis, AnalysisRow } from "../../study.ts";
import { bothPaths, eSpaPath, type Path, uSpaPath } from "./paths.ts";

export const picturesName = "attention/pictures";

/** Blocks, and those that are drawn. */
const depth = 36;
export const drawn = [1, 6, 18, 36] as const;
/** Tokens of the pictures, and of the rescaling. */
const tokens = 16;
const positions = 512;
/** Targets of the schedules that are drawn. */
const schedules: readonly Path[] = [
	eSpaPath(depth, 0.005),
	eSpaPath(depth, 0.05),
	uSpaPath(depth, 0.8),
	uSpaPath(depth, 0.3),
];

/**
 *     kind matrix      a row i of A or P: `v.<j>`, as far as the mask lets see
 *     kind rescaling   D by position, at positions about evenly apart on a logarithmic axis
 *     kind schedule    γ or ρ, α of the target and the diagonal, by layer
 */
export const pictures: Analysis = {
	kind: "analysis",
	name: picturesName,
	title: "Signal-preserving attention: matrices and schedules",
	needs: [],
	options: {
		depth,
		drawn,
		tokens,
		positions,
		schedules: schedules.map(({ parameters }) => parameters.at(-1)),
	},
	async compute() {
		return [
			...bothPaths(depth).flatMap((path) => [...matrices(path), ...rescalings(path)]),
			...schedules.flatMap(steps),
		];
	},
};

function matrices({ method, layers }: Path): AnalysisRow[] {
	return drawn.flatMap((number) => {
		const layer = layers[number - 1]!;
		return (
			[
				["A", layer.matrix(tokens)],
				["P", layer.weights(tokens)],
			] as const
		).flatMap(([matrix, values]) =>
			matrixRows(values, tokens, { kind: "matrix", method, layer: number, matrix }),
		);
	});
}

/** A lower triangular matrix as rows: `i`, and the entries up to the diagonal as `v.<j>`. */
export function matrixRows(values: Float64Array, n: number, labels: AnalysisRow): AnalysisRow[] {
	return Array.from({ length: n }, (_, i) => ({
		...labels,
		i,
		...Object.fromEntries(Array.from(values.subarray(i * n, i * n + i + 1), (value, j) => [`v.${j}`, value])),
	}));
}

function rescalings({ method, layers }: Path): AnalysisRow[] {
	const at = [...new Set(Array.from({ length: 60 }, (_, k) => Math.round(positions ** (k / 59))))];
	return drawn.flatMap((number) => {
		const D = layers[number - 1]!.rescaling(positions);
		return at.map((position) => ({
			kind: "rescaling",
			method,
			layer: number,
			position,
			D: D[position - 1]!,
		}));
	});
}

function steps({ method, parameters }: Path): AnalysisRow[] {
	const last = parameters.at(-1)!;
	const alpha = (value: number) =>
		method === "E-SPA" ? Math.sqrt(-Math.expm1(-2 * value)) : Math.sqrt(1 - value);
	return Array.from(parameters.subarray(1), (value, l) => ({
		kind: "schedule",
		method,
		last,
		layer: l + 1,
		value,
		/** The share of its own token that a layer keeps. */
		diagonal: alpha(value) / alpha(parameters[l]!),
		/** That all layers up to this one keep. */
		kept: alpha(value),
	}));
}
