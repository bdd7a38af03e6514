/** What is measured of a series of checkpoints: every tensor at every step, and nothing that needs the model. */
import type { Series } from "../checkpoint/series.ts";
import type { StoredType } from "../checkpoint/stored-type.ts";
import type { Ignored } from "../checkpoint/weights.ts";
import type { TensorRole } from "./tensor-role.ts";

/** One tensor at one step. Sums are in float64, in an order that depends on the tensor's shape alone. */
export interface TensorMeasure {
	readonly dtype: StoredType;
	readonly shape: readonly number[];
	/** The file that holds it: shards tell which of them is stale. */
	readonly file: string;
	/** Σ θ². Not finite if a value is not. */
	readonly squared: number;
	/** How many values are NaN or infinite. */
	readonly nonFinite: number;
	/** Σ (θ − θ′)² to the same tensor at the checkpoint before, if it is there with the same shape. */
	readonly squaredStep?: number;
	/** Σ (θ − θ₀)² to the same tensor at the first checkpoint that has it in this shape. */
	readonly squaredDistance?: number;
	/** Of a matrix, if asked for. */
	readonly spectrum?: Spectrum;
	/** Σ over columns of the norm of the column, and their number, of a linear weight [out, in]: column = one input. */
	readonly columns?: { readonly sum: number; readonly count: number };
}

export interface Spectrum {
	/** ‖W‖₂, the largest singular value. */
	readonly norm: number;
	/** ‖W‖_F² / ‖W‖₂². */
	readonly stableRank: number;
	readonly iterations: number;
	/** ‖WᵀWv − σ²v‖ / σ²: how far v is from a singular vector. */
	readonly residual: number;
}

/** One tensor through the series. */
export interface TensorSeries {
	readonly name: string;
	readonly role: TensorRole;
	/**
	 * The tensor it is another copy of: a tied table or head that the file holds twice. Equal sums at every step tell.
	 * Scopes count it once, under the other name.
	 */
	readonly copyOf: string | undefined;
	/** One for each of `steps`; undefined where the checkpoint has no such tensor. */
	readonly measures: readonly (TensorMeasure | undefined)[];
}

export interface SeriesMeasure {
	readonly series: Series;
	/** Of the checkpoints that were read, ascending. */
	readonly steps: readonly number[];
	/** Parameters, in the order of their first checkpoint. */
	readonly tensors: readonly TensorSeries[];
	/** Buffers and other tensors that are no parameters, unreadable checkpoints, files that belong to none. */
	readonly ignored: readonly Ignored[];
	/** Bytes of the tensors at all steps, and seconds. */
	readonly bytes: number;
	readonly seconds: number;
}
