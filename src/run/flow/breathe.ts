/** A long computation that lets the event loop breathe, so that Ctrl-C, messages and progress come through. */

/** Milliseconds between two breaths, which take one. */
const pause = 50;

/** To be awaited often; says whether to go on, that is, that `signal` was not aborted. */
export type Breathe = () => Promise<boolean> | boolean;

export function breathing(signal: AbortSignal | undefined): Breathe {
	let last = performance.now();
	return () => {
		if (performance.now() - last < pause) return true;
		return new Promise((resolve) =>
			setTimeout(() => {
				last = performance.now();
				resolve(!signal?.aborted);
			}),
		);
	};
}
