/** A derivation under way: the places that were passed, and how a sum is taken. */
import type { ModelConfig } from "./config.ts";
import { type Homogeneous, remains, sum } from "./degree.ts";

/** A term of a sum. `name` is the parameter's, or `<place>.skip`, `.sublayer`, `.epsilon`, `.bias`, `positions`. */
export interface Term {
	readonly name: string;
	readonly degree: number;
	/** Whether it remains in the limit. */
	readonly remains: boolean;
}

/** A place of the forward pass, by its name for an `Observer`, or `logits`. */
export interface Place extends Homogeneous {
	readonly place: string;
	/** How its degree follows: `linear: k + 1 = 2`. */
	readonly rule: string;
	/** Where something is added, be it an epsilon. */
	readonly terms: readonly Term[];
}

/** A value with how it follows. */
export interface Step {
	readonly value: Homogeneous;
	readonly rule: string;
	readonly terms: readonly Term[];
}

export class Derivation {
	readonly config: ModelConfig;
	readonly places: Place[] = [];

	constructor(config: ModelConfig) {
		this.config = config;
	}

	/** Passes a place, and returns its value. */
	note(place: string, { value, rule, terms }: Step): Homogeneous {
		this.places.push({ place, rule, terms, ...value });
		return value;
	}

	/** Adds what is not undefined, or with leading terms only what remains. */
	add(values: Readonly<Record<string, Homogeneous | undefined>>): Pick<Step, "value" | "terms"> {
		const present = Object.entries(values).flatMap(([name, value]) => (value ? [{ name, value }] : []));
		const all = present.map(({ value }) => value);
		const terms = present.map(({ name, value }) => ({
			name,
			degree: value.degree,
			remains: remains(value, all),
		}));
		const leading = this.config.terms === "leading";
		return { value: sum(leading ? all.filter((value) => remains(value, all)) : all), terms };
	}
}
