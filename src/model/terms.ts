/** What `config.terms` leaves of the network's sums: all of it, or only the terms that grow fastest. */
import type { Array as JaxArray } from "@jax-js/jax";
import type { ModelConfig } from "./config.ts";
import { vanishing } from "./derivation.ts";
import type { Parameters } from "./parameters.ts";

/** What `config.terms` leaves of the sums: the parameters that are read, and which other terms are not. */
export interface Remaining {
	readonly params: Parameters;
	readonly dropped: ReadonlySet<string>;
}

export function remaining(config: ModelConfig, params: Parameters): Remaining {
	if (config.terms === "all") return { params, dropped: new Set() };
	const dropped = vanishing(config);
	const kept = Object.entries(params).filter(([name]) => !dropped.has(name));
	return { params: Object.fromEntries(kept), dropped };
}

/** The sum of the terms that remain: at least one does. */
export function addRemaining({ dropped }: Remaining, terms: Readonly<Record<string, JaxArray>>): JaxArray {
	const kept = Object.entries(terms).flatMap(([name, term]) => {
		if (!dropped.has(name)) return [term];
		term.dispose();
		return [];
	});
	return kept.reduce((x, y) => x.add(y));
}
