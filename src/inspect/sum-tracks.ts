/**
 * Reads tensors through a series, every byte once, and sums them: tensor by tensor, chunk by chunk, step by step.
 *
 * Three chunks are all that a sum needs: this step's, the one before, the first. While they are summed, the next few are
 * read by the system's threads.
 */
import type { StoredTensor } from "../checkpoint/weights.ts";
import { sizeOf } from "../engine/values.ts";
import { UserError } from "../error.ts";
import { chunkLength, noTotals, TensorSums, type Totals } from "../probe/tensor-sums.ts";
import { type Held, heldAs } from "../probe/value-memory.ts";

/** One tensor through the steps, of one shape; undefined at steps that have it not, or in another shape. */
export type Track = readonly (StoredTensor | undefined)[];

/** A checkpoint that could be opened but not be read to its end. */
export class Unreadable extends Error {
	/** Its place in the series. */
	readonly at: number;
	override readonly cause: UserError;

	constructor(at: number, cause: UserError) {
		super(cause.message);
		this.at = at;
		this.cause = cause;
	}
}

/** Chunks that are read ahead. */
const ahead = 3;

interface Chunk {
	readonly track: number;
	readonly at: number;
	readonly tensor: StoredTensor;
	/** Of elements. */
	readonly begin: number;
	readonly count: number;
	readonly held: Held;
}

function* chunksOf(tracks: readonly Track[]): Generator<Chunk> {
	for (const [track, tensors] of tracks.entries()) {
		const present = [...tensors.entries()].filter((entry): entry is [number, StoredTensor] => !!entry[1]);
		const held = heldAs(present.map(([, tensor]) => tensor));
		const length = sizeOf(present[0]?.[1].shape ?? [0]);
		for (let begin = 0; begin < length; begin += chunkLength)
			for (const [at, tensor] of present)
				yield { track, at, tensor, begin, count: Math.min(chunkLength, length - begin), held };
	}
}

/**
 * The totals of each track at each step. `onChunk` is told the bytes of each chunk as it is done, and may throw to stop.
 * Throws `Unreadable` if a checkpoint turns out not to be.
 */
export async function sumTracks(
	tracks: readonly Track[],
	onChunk: (bytes: number) => void = () => {},
): Promise<(Totals | undefined)[][]> {
	const totals = tracks.map((track) => track.map((tensor) => tensor && noTotals()));
	const sums = new TensorSums(ahead + 3);
	const free = Array.from({ length: ahead + 3 }, (_, slot) => slot);
	const chunks = chunksOf(tracks);
	const reading: { chunk: Chunk; slot: number; bytes: number; done: Promise<void> }[] = [];
	const readNext = () => {
		const next = chunks.next();
		if (next.done) return;
		const { tensor, begin, count, held } = next.value;
		const slot = free.pop()!;
		const room = sums.room(slot, tensor, count, held);
		const done = tensor.readBytes(room, begin * (room.length / count));
		// Its failure is met when its turn comes.
		done.catch(() => {});
		reading.push({ chunk: next.value, slot, bytes: room.length, done });
	};
	/** What is held of the chunk before: of the same elements, unless the chunk is their first. */
	let held: { first: number; previous: number; chunk: Chunk } | undefined;
	const release = () => {
		if (held) free.push(...new Set([held.first, held.previous]));
		held = undefined;
	};
	try {
		for (let i = 0; i < ahead; i++) readNext();
		for (let next = reading.shift(); next; next = reading.shift()) {
			const { chunk, slot, bytes, done } = next;
			await done.catch((error) => {
				throw error instanceof UserError ? new Unreadable(chunk.at, error) : error;
			});
			sums.settle(slot, chunk.tensor, chunk.count, chunk.held);
			if (held && (held.chunk.track !== chunk.track || held.chunk.begin !== chunk.begin)) release();
			readNext();
			const previous = held?.chunk.at === chunk.at - 1 ? held.previous : undefined;
			sums.add(totals[chunk.track]![chunk.at]!, slot, previous, held?.first, chunk.count, chunk.held);
			if (held && held.previous !== held.first) free.push(held.previous);
			held = { first: held?.first ?? slot, previous: slot, chunk };
			onChunk(bytes);
		}
	} finally {
		// Nobody closes a file that is being read.
		await Promise.allSettled(reading.map(({ done }) => done));
	}
	return totals;
}
