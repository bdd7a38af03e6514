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
