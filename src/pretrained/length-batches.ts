/**
 * Sequences in batches of like length. A program is compiled for each shape [batch, time], so shapes are few: lengths
 * are rounded up to steps that grow with them, and padding is at most about a fifth. Every batch of one length has the
 * same number of rows; where sequences do not fill the last, its first sequence is repeated and not counted.
 */
export interface LengthBatch {
	/** [batch, time] row-major, padded on the right. */
	readonly tokens: Int32Array;
	/** [batch, time]: 1 at real positions, 0 at padding. */
	readonly real: Float64Array;
	readonly batch: number;
	readonly time: number;
	/** Of the sequences that count, the first rows. */
	readonly lengths: readonly number[];
}

/**
 * `tokensAtOnce` bounds batch · time, unless one sequence is longer. `most`: the longest that the model takes.
 * `padToken` is what padding is filled with.
 */
export function lengthBatches(
	sequences: readonly Int32Array[],
	padToken: number,
	tokensAtOnce: number,
	most = Number.POSITIVE_INFINITY,
): LengthBatch[] {
	const groups = new Map<number, Int32Array[]>();
	for (const ids of sequences.toSorted((a, b) => a.length - b.length)) {
		const time = Math.max(ids.length, Math.min(most, rounded(ids.length)));
		groups.set(time, [...(groups.get(time) ?? []), ids]);
	}
	return [...groups].flatMap(([time, group]) => {
		const batch = Math.min(group.length, Math.max(1, Math.floor(tokensAtOnce / time)));
		return Array.from({ length: Math.ceil(group.length / batch) }, (_, i) =>
			batchOf(group.slice(i * batch, (i + 1) * batch), padToken, { batch, time }),
		);
	});
}

/** These sequences as one batch. Default shape: as many rows as sequences, as long as the longest. */
export function batchOf(
	members: readonly Int32Array[],
	padToken: number,
	{ batch = members.length, time = Math.max(...members.map((ids) => ids.length)) } = {},
): LengthBatch {
	const tokens = new Int32Array(batch * time).fill(padToken);
	const real = new Float64Array(batch * time);
	for (let b = 0; b < batch; b++) {
		const ids = members[b] ?? members[0]!;
		tokens.set(ids, b * time);
		real.fill(1, b * time, b * time + ids.length);
	}
	return { tokens, real, batch, time, lengths: members.map((ids) => ids.length) };
}

/** 16, 32, 48, 64, then steps of a quarter of the power of two below: 80, 96, 112, 128, 160, 192, … */
function rounded(length: number): number {
	const step = Math.max(16, 2 ** (Math.floor(Math.log2(length - 0.5)) - 2));
	return Math.ceil(length / step) * step;
}
