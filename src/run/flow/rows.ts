/** Which steps become rows: at most so many of a flow whose number of steps nobody knows, spread evenly over them. */

/** Keeps every step, then every second, every fourth …, so that never more than `most` items are held. */
export class EvenlyKept<T> {
	readonly #most: number;
	#kept: { readonly step: number; readonly item: T }[] = [];
	#stride = 1;

	/** `most` is at least 1. */
	constructor(most: number) {
		this.#most = most;
	}

	/** Whether this step would be kept: what is not need not be made. */
	wants(step: number): boolean {
		return step % this.#stride === 0;
	}

	/** Steps are added in order. */
	add(step: number, item: T): void {
		while (this.wants(step) && this.#kept.length >= this.#most) {
			this.#stride *= 2;
			this.#kept = this.#kept.filter((other) => this.wants(other.step));
		}
		if (this.wants(step)) this.#kept.push({ step, item });
	}

	get items(): readonly T[] {
		return this.#kept.map(({ item }) => item);
	}
}

/** Steps from 0 to `steps`, both among them, at equal distances on a logarithmic axis; at most `most`, each once. */
export function logSpaced(steps: number, most: number): Set<number> {
	const spread = Array.from({ length: most - 1 }, (_, i) => Math.round(steps ** ((i + 1) / (most - 1))));
	return new Set([0, ...spread]);
}

/** Rows a decade of time, at least, where there is room for them. */
const perDecade = 20;

/**
 * Times within the step from `start` to `end`, both left out, that leave no gap of more than 1/20 decade from `earliest`
 * on, which is one of them if it lies within. A curve over logarithmic time is smooth with rows there, however long steps are.
 */
export function timesBetween(start: number, end: number, earliest: number): number[] {
	const from = Math.max(start, earliest);
	if (!(from < end)) return [];
	// Rounding must not make 20 gaps of a decade 21.
	const gaps = Math.ceil(perDecade * Math.log10(end / from) - 1e-9);
	const first = from > start ? 0 : 1;
	return Array.from({ length: gaps - first }, (_, i) => from * (end / from) ** ((i + first) / gaps));
}
