/**
 * What every family's forward pass does at each step, with the options of one pass: reads parameters by name, shows
 * intermediates, drops parts of values as training would, adds sublayers to the stream.
 *
 * As everywhere in traced code, a function consumes the arrays it is given: pass `x.ref` to keep x.
 */
import type { Array as JaxArray } from "@jax-js/jax";
import { layerNorm, linear, rmsNorm } from "../functional.ts";
import type { Parameters } from "../parameters.ts";
import type { FamilyObserver, ForwardOptions } from "./family.ts";
import type { Head } from "./options.ts";

export class Pass {
	readonly #params: Parameters;
	readonly #observe: FamilyObserver;
	readonly #options: ForwardOptions;

	constructor(params: Parameters, observe: FamilyObserver, options: ForwardOptions = {}) {
		this.#params = params;
		this.#observe = observe;
		this.#options = options;
	}

	/** The parameter of this name. */
	param(name: string): JaxArray {
		const value = this.#params[name];
		if (!value) throw new Error(`The forward pass reads \`${name}\`, which is not among the parameters`);
		return value.ref;
	}

	/** x Wᵀ + b with `<name>.weight` [out, in] and, if there is one, `<name>.bias`. [..., in] -> [..., out]. */
	linear(name: string, x: JaxArray): JaxArray {
		return linear(x, this.param(`${name}.weight`), this.#params[`${name}.bias`]?.ref);
	}

	/** Layer normalisation over the last axis with `<name>.weight` and `<name>.bias`. */
	layerNorm(name: string, x: JaxArray, epsilon: number): JaxArray {
		return layerNorm(x, this.param(`${name}.weight`), this.param(`${name}.bias`), epsilon);
	}

	/** x / √(mean(x²) + epsilon) over the last axis, times `<name>.weight`. */
	rmsNorm(name: string, x: JaxArray, epsilon: number): JaxArray {
		return rmsNorm(x, this.param(`${name}.weight`), epsilon);
	}

	/** Shows a value by the names of `FamilyObserver`, and returns it. */
	show(name: string, value: JaxArray): JaxArray {
		this.#observe(name, value);
		return value;
	}

	/** What training leaves of x at this place; all of x when dropout is off. */
	drop(place: string, rate: number, x: JaxArray): JaxArray {
		const { dropout } = this.#options;
		return dropout && rate > 0 ? x.mul(dropout(place, x.shape, rate)) : x;
	}

	/** The stream after sublayers: x + f + g + …, without x where the skips are left out. */
	add(x: JaxArray, ...sublayers: JaxArray[]): JaxArray {
		const sum = sublayers.reduce((f, g) => f.add(g));
		if (this.#options.skips !== false) return x.add(sum);
		x.dispose();
		return sum;
	}

	/** Shows `logits`: state [B, T, W] times the classifier's table [V, W], if the model has one. */
	logits(head: Head, names: { readonly tied: string; readonly own: string }, state: JaxArray): void {
		if (head !== "none") this.show("logits", linear(state, this.param(names[head]), undefined));
	}
}
