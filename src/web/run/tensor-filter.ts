/** The filter of tensors: what a reader types, as globs of keys of metrics. */

import { mostTensors } from "../../figure/tensors.ts";
import { matchingKeys } from "../../run/key-glob.ts";

/**
 * `param/blocks.0.*` is a glob of keys; `blocks.?.attn.q*`, of tensors; `attn.q`, without a star, a part of their names.
 * Several are separated by commas or blanks.
 */
export function tensorGlobs(typed: string): string[] {
	return typed
		.split(/[\s,]+/)
		.filter(Boolean)
		.flatMap((part) => {
			const glob = /[*?]/.test(part) ? part : `*${part}*`;
			return /^(param|grad)\//.test(glob) ? [glob] : [`param/${glob}`, `grad/${glob}`];
		});
}

/** Keys of norms of tensors, `param/<tensor>.norm`, and of their gradients, that the filter lets through. */
export function filterTensors(keys: readonly string[], typed: string): string[] {
	const tensors = keys.filter((key) => /^(param|grad)\/.+\.norm$/.test(key));
	// A glob of tensors may end where the tensor's name does.
	return matchingKeys(
		tensors,
		tensorGlobs(typed).flatMap((glob) => [glob, `${glob}.norm`]),
	);
}

/** An address has room for about so many characters. */
const longestAddress = 7000;
/** Values that one answer is to hold at most. */
const mostValues = 40_000;

/** What to ask the server for: keys one by one where the address has room for them, and else those that are drawn. */
export function tensorQuery(keys: readonly string[]): { keys: readonly string[]; points: number } {
	const compare = new Intl.Collator("en", { numeric: true }).compare;
	const sorted = [...keys].sort(compare);
	const isShort =
		sorted.reduce((length, key) => length + encodeURIComponent(key).length + 5, 0) < longestAddress;
	const asked = isShort ? sorted : sorted.slice(0, mostTensors);
	return {
		keys: asked,
		points: Math.max(40, Math.min(400, Math.floor(mostValues / Math.max(1, asked.length)))),
	};
}
