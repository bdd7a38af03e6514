/**
 * Measures every tensor of a series of checkpoints at every step: what `sum-tracks.ts` sums in one reading, and, if asked
 * for, what needs whole matrices (`measure-matrices.ts`). Nothing that grows with a checkpoint's size is held but the
 * largest matrix.
 */

import { openWeights } from "../checkpoint/open-weights.ts";
import type { Series, SeriesEntry } from "../checkpoint/series.ts";
import type { Ignored, StoredTensor, Weights } from "../checkpoint/weights.ts";
import { UserError } from "../error.ts";
import { MatrixPasses } from "../probe/matrix-passes.ts";
import type { Totals } from "../probe/tensor-sums.ts";
import { copiesAmong } from "./copies.ts";
import { type MatrixMeasure, measureMatrix } from "./measure-matrices.ts";
import type { SeriesMeasure, TensorMeasure } from "./series-measure.ts";
import { bytesOf, type Parameter, parametersOf, partsOf } from "./series-parameters.ts";
import { sumTracks, type Track, Unreadable } from "./sum-tracks.ts";

export interface MeasureOptions {
	/** Largest singular values of linear weights: ten to seventy passes over each. Default: false. */
	readonly spectrum?: boolean;
	/** Norms of the columns of linear weights, which are read once more. Default: false. */
	readonly columns?: boolean;
	/** Only tensors whose whole name fits: `*` is anything, `?` one character. Default: all. */
	readonly only?: string;
	/** Told how much of the work is done, in bytes passed over, and of how much. */
	readonly onProgress?: (done: number, total: number) => void;
	/** Stops the measuring, which throws its reason. */
	readonly signal?: AbortSignal;
}

interface Opened extends SeriesEntry {
	readonly weights: Weights;
}

/**
 * Checkpoints that cannot be opened or read are left out and named in `ignored`.
 * Throws UserError if none can be read, if none has parameters, or if none of these fits `only`.
 */
export async function measureSeries(series: Series, options: MeasureOptions = {}): Promise<SeriesMeasure> {
	const start = performance.now();
	const unreadable: Ignored[] = [];
	let opened = await openAll(series, unreadable);
	try {
		for (;;) {
			if (opened.length === 0)
				throw new UserError(
					`Expected \`${series.location}\` to have a checkpoint that can be read, got none. ` +
						(unreadable[0]?.reason ?? "Check the path."),
				);
			try {
				const measured = await measureOpened(series, opened, options);
				return {
					...measured,
					ignored: [...unreadable, ...measured.ignored],
					seconds: (performance.now() - start) / 1000,
				};
			} catch (error) {
				if (!(error instanceof Unreadable)) throw error;
				// What was measured against it is void: begin again without it.
				const { location, weights } = opened[error.at]!;
				unreadable.push({ path: location, reason: error.message });
				opened = opened.filter((_, at) => at !== error.at);
				await weights.close();
			}
		}
	} finally {
		await Promise.all(opened.map(({ weights }) => weights.close()));
	}
}

async function openAll(series: Series, unreadable: Ignored[]): Promise<Opened[]> {
	const opened: Opened[] = [];
	for (const entry of series.entries) {
		try {
			opened.push({ ...entry, weights: await openWeights(entry.location) });
		} catch (error) {
			if (!(error instanceof UserError)) {
				await Promise.all(opened.map(({ weights }) => weights.close()));
				throw error;
			}
			unreadable.push({ path: entry.location, reason: error.message });
		}
	}
	return opened;
}

async function measureOpened(
	series: Series,
	opened: readonly Opened[],
	options: MeasureOptions,
): Promise<Omit<SeriesMeasure, "seconds">> {
	const { spectrum = false, columns = false, only, onProgress, signal } = options;
	const { parameters, buffers } = parametersOf(opened, only);
	const parts = parameters.flatMap((parameter) => partsOf(parameter, spectrum || columns));
	const bytes = bytesOf(parts.flatMap(({ track }) => track));
	const matrixWork = spectrum ? 20 : 1;
	const work = bytes + matrixWork * bytesOf(parts.flatMap(({ track, isMatrix }) => (isMatrix ? track : [])));
	let done = 0;
	const onRead = (more: number) => {
		signal?.throwIfAborted();
		done += more;
		onProgress?.(done, work);
	};
	const totals = await sumTracks(
		parts.map(({ track }) => track),
		onRead,
	);
	const passes = new MatrixPasses();
	const onMatrix = (tensor: StoredTensor) => onRead(matrixWork * bytesOf([tensor]));
	const measures = new Map<Parameter, (TensorMeasure | undefined)[]>();
	for (const [i, { parameter, track, isMatrix }] of parts.entries()) {
		const squared = totals[i]!.map((sums) => sums?.squared);
		const matrices = isMatrix
			? await measureMatrix(passes, parameter.role, track, squared, { spectrum, columns, onMatrix, signal })
			: [];
		const known = measures.get(parameter) ?? [];
		measures.set(
			parameter,
			track.map((_, at) => known[at] ?? measureOf(track, totals[i]!, matrices, at)),
		);
	}
	const tensors = parameters.map((parameter) => ({
		name: parameter.name,
		role: parameter.role,
		measures: measures.get(parameter) ?? [],
	}));
	const copies = copiesAmong(tensors);
	return {
		series,
		steps: opened.map(({ step }) => step),
		tensors: tensors.map((tensor) => ({ ...tensor, copyOf: copies.get(tensor.name) })),
		ignored: [...series.ignored, ...opened.flatMap(({ weights }) => weights.ignored), ...buffers],
		bytes,
	};
}

function measureOf(
	track: Track,
	totals: readonly (Totals | undefined)[],
	matrices: readonly (MatrixMeasure | undefined)[],
	at: number,
): TensorMeasure | undefined {
	const [tensor, total] = [track[at], totals[at]];
	if (!tensor || !total) return undefined;
	const { dtype, shape, file } = tensor;
	return {
		dtype,
		shape,
		file,
		squared: total.squared,
		nonFinite: total.nonFinite,
		...(track[at - 1] && { squaredStep: total.squaredStep }),
		...(track.findIndex((first) => first) < at && { squaredDistance: total.squaredDistance }),
		...matrices[at],
	};
}
