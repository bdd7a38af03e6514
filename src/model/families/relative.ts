/**
 * Positions that count by distance: what is known for each distance of a key from a query, put where the scores are.
 *
 * Of T positions a table by distance has 2T columns; column p stands for a key p − T places after its query, so that
 * key j of query i reads column T + j − i.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";

/**
 * x [..., T, 2T], for each query a column a distance: [..., T, T], for each query a column a key.
 *
 * Row-major, the wanted numbers lie 2T − 1 apart, so dropping the first T and reading rows of 2T − 1 puts them into
 * columns (Dai et al. 2019, Transformer-XL, appendix B).
 */
export function byKey(x: JaxArray): JaxArray {
	const time = x.shape[x.ndim - 2]!;
	const rows = x.size / (2 * time * time);
	const rest = x.reshape([rows, 2 * time * time]).slice([], [time, 2 * time * time]);
	const keys = rest.reshape([rows, time, 2 * time - 1]).slice([], [], [0, time]);
	return keys.reshape([...x.shape.slice(0, -1), time]);
}

/**
 * Sines and then cosines of distance × 10000^(−2i/width), i < width / 2, as XLNet has them: [2T, width]. The distance is
 * that of the query after the key, T − p in row p. Computed in float64; `like` gives the type.
 */
export function sinusoidsByDistance(time: number, width: number, like: JaxArray): JaxArray {
	const values = Float64Array.from({ length: 2 * time * width }, (_, k) => {
		const [p, column] = [Math.floor(k / width), k % width];
		const angle = (time - p) * 10000 ** ((-2 * (column % (width / 2))) / width);
		return column < width / 2 ? Math.sin(angle) : Math.cos(angle);
	});
	const typed = like.dtype === np.float64 ? values : Float32Array.from(values);
	return np.array(typed, { shape: [2 * time, width], dtype: like.dtype });
}

export interface Buckets {
	/** How many there are. */
	readonly buckets: number;
	/** From this distance on all are in the last. */
	readonly maxDistance: number;
	/** Whether keys after the query have buckets of their own: half of them. Otherwise all are in bucket 0. */
	readonly bidirectional: boolean;
}

/**
 * The bucket of a key `distance` places after its query (Raffel et al. 2020, §2.1): near ones have one each, and the
 * further half of the buckets grows by logarithms up to `maxDistance`.
 */
export function bucketOf(distance: number, { buckets, maxDistance, bidirectional }: Buckets): number {
	const count = bidirectional ? Math.floor(buckets / 2) : buckets;
	const first = bidirectional && distance > 0 ? count : 0;
	const far = bidirectional ? Math.abs(distance) : Math.max(-distance, 0);
	const exact = Math.floor(count / 2);
	if (far < exact) return first + far;
	const grown = (Math.log(far / exact) / Math.log(maxDistance / exact)) * (count - exact);
	return first + Math.min(exact + Math.floor(grown), count - 1);
}

/** What a table [buckets, H] adds to the scores of T positions: [1, H, T, T]. */
export function bucketBias(table: JaxArray, time: number, buckets: Buckets): JaxArray {
	const heads = table.shape[1]!;
	const column = Int32Array.from({ length: 2 * time }, (_, p) => bucketOf(p - time, buckets));
	const rows = np.take(table, np.array(column, { shape: [2 * time], dtype: np.int32 }), 0); // [2T, H]
	const byDistance = np.transpose(rows).reshape([1, heads, 1, 2 * time]);
	return byKey(np.broadcastTo(byDistance, [1, heads, time, 2 * time]));
}
