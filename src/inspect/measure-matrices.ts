/** What needs whole linear weights, one at a time: their largest singular value and the norms of their columns. */
import { setImmediate } from "node:timers/promises";
import type { StoredTensor } from "../checkpoint/weights.ts";
import { UserError } from "../error.ts";
import { MatrixPasses } from "../probe/matrix-passes.ts";
import { leadingPair } from "../probe/spectrum.ts";
import type { TensorMeasure } from "./series-measure.ts";
import { type Track, Unreadable } from "./sum-tracks.ts";
import type { TensorRole } from "./tensor-role.ts";

export interface MatrixOptions {
	readonly spectrum: boolean;
	readonly columns: boolean;
	/** Told of every matrix as it is done. */
	readonly onMatrix: (tensor: StoredTensor) => void;
	readonly signal: AbortSignal | undefined;
}

export type MatrixMeasure = Pick<TensorMeasure, "spectrum" | "columns">;

/**
 * Measures one weight at every step of its track. `squared` are its sums of squares: a matrix of zeros, or one with values that are
 * not finite, has no spectrum; one that is too large to be held has no measure. The vector found at one step is where the search at the next begins.
 */
export async function measureMatrix(
	passes: MatrixPasses,
	role: TensorRole,
	track: Track,
	squared: readonly (number | undefined)[],
	options: MatrixOptions,
): Promise<(MatrixMeasure | undefined)[]> {
	const measures: (MatrixMeasure | undefined)[] = [];
	let near: Float64Array | undefined;
	let turned = performance.now();
	const multiply = async (v: Float64Array) => {
		// A large matrix takes long: others may draw a bar or ask to stop in between.
		if (performance.now() - turned > 100) {
			await setImmediate();
			turned = performance.now();
			options.signal?.throwIfAborted();
		}
		return passes.gram(v);
	};
	for (const [at, tensor] of track.entries()) {
		if (!tensor || tensor.shape.includes(0) || !MatrixPasses.fits(tensor)) {
			measures.push(undefined);
			continue;
		}
		await passes.read(tensor).catch((error) => {
			throw error instanceof UserError ? new Unreadable(at, error) : error;
		});
		const norm = squared[at] ?? Number.NaN;
		const pair =
			options.spectrum && Number.isFinite(norm)
				? await leadingPair(multiply, tensor.shape[1]!, near)
				: undefined;
		near = pair?.vector ?? near;
		const columns = options.columns
			? role.inFirst
				? passes.squaredRows()
				: passes.squaredColumns()
			: undefined;
		measures.push({
			...(pair && {
				spectrum: {
					norm: Math.sqrt(pair.squared),
					stableRank: norm / pair.squared,
					iterations: pair.iterations,
					residual: pair.residual,
				},
			}),
			...(columns && {
				columns: { sum: columns.reduce((sum, x) => sum + Math.sqrt(x), 0), count: columns.length },
			}),
		});
		options.onMatrix(tensor);
	}
	return measures;
}
