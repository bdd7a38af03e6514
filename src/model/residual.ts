/**
 * The residual stream: how what a sublayer gives joins what it was given, a·x + b·f(x), and where normalisation N stands.
 *
 *     pre       a·x + b·f(N(x))        post      N(a·x + b·f(x))
 *     res-post  a·x + b·N(f(x))        none      a·x + b·f(x)
 *
 * a = 0 is a network without skips; b = 0, not trained, one without this sublayer.
 */
import type { Array as JaxArray } from "@jax-js/jax";
import type { ModelConfig } from "./config.ts";
import { residualOf } from "./parameters.ts";
import { addRemaining, type Remaining } from "./terms.ts";

type Layer = (x: JaxArray) => JaxArray;

/** One step of the stream. */
export function residual(
	placement: ModelConfig["placement"],
	x: JaxArray,
	f: Layer,
	norm: Layer,
	add: (skip: JaxArray, y: JaxArray) => JaxArray,
): JaxArray {
	switch (placement) {
		case "pre":
			return add(x.ref, f(norm(x)));
		case "post":
			return norm(add(x.ref, f(x)));
		case "res-post":
			return add(x.ref, norm(f(x)));
		case "none":
			return add(x.ref, f(x));
	}
}

/** The sum of a stream [B, T, W] and branches [B, T, W] of the sublayers of these names, each weighted as configured. */
export function join(
	config: ModelConfig,
	left: Remaining,
	skip: JaxArray,
	branches: Readonly<Record<string, JaxArray>>,
): JaxArray {
	const names = Object.keys(branches);
	const first = residualOf(config, names[0]!);
	const terms: Record<string, JaxArray> = {};
	if (first.skip === 0) skip.dispose();
	else terms[`${names[0]}.skip`] = times(skip, first.skip);
	for (const [name, y] of Object.entries(branches)) {
		const { branch, trained } = residualOf(config, name);
		if (trained) terms[`${name}.sublayer`] = y.mul(left.params[`${name}.branch`]!.ref);
		else if (branch === 0) y.dispose();
		else terms[`${name}.sublayer`] = times(y, branch);
	}
	return addRemaining(left, terms);
}

const times = (x: JaxArray, factor: number): JaxArray => (factor === 1 ? x : x.mul(factor));
