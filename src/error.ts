/**
 * Errors that a person can meet and mend. They say what was expected, what was found, where, and what to do;
 * the command line prints their message without a stack. Any other error is a bug and keeps its stack.
 */
import { distance } from "fastest-levenshtein";

export class UserError extends Error {
	override readonly name: string = "UserError";
}

/** The entry of `known` nearest to `word`, or undefined if none is near enough to be a likely slip. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
	let best: string | undefined;
	let least = Math.max(2, Math.floor(word.length / 2)) + 1;
	for (const candidate of known) {
		const d = distance(word.toLowerCase(), candidate.toLowerCase());
		if (d < least) [best, least] = [candidate, d];
	}
	return best;
}
