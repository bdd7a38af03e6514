/** A long computation that lets the event loop breathe, so that Ctrl-C and progress come through. */
import { setImmediate } from "node:timers/promises";

/** Milliseconds between two breaths. */
const pause = 50;

/** To be awaited often; says whether to go on, that is, that `signal` was not aborted. */
export type Breathe = () => Promise<boolean> | boolean;

export function breathing(signal: AbortSignal | undefined): Breathe {
	let last = performance.now();
	return () => {
		if (performance.now() - last < pause) return true;
		return setImmediate().then(() => {
			last = performance.now();
			return !signal?.aborted;
		});
	};
}
