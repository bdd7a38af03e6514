/**
 * What an optimizer is: a rule from parameters, gradients and its own memory to the next ones.
 *
 * The rule is traced into the training step. Everything that changes with time but not with the data (learning rate,
 * bias corrections) is computed on the host in float64 and enters as scalars, so one program serves all steps. Updates
 * are elementwise where they can be: the engine makes them one pass over memory.
 */
import type { Array as JaxArray } from "@jax-js/jax";
import type { Spec } from "../engine/types.ts";
import { adafactor } from "./adafactor.ts";
import { adam } from "./adam.ts";
import type { OptimizerConfig } from "./config.ts";
import { sgd } from "./sgd.ts";

export type Arrays = Record<string, JaxArray>;

export interface Optimizer {
	readonly name: OptimizerConfig["name"];
	/** The optimizer's memory for parameters of these specs. All of it starts at zero. */
	specs(params: Record<string, Spec>): Record<string, Spec>;
	/** Scalar inputs of the update that follows `step` (counted from 0), in the type of the parameters. */
	scalars(step: number, learningRate: number): Record<string, number>;
	/**
	 * Traced: the parameters and memory after one step. The records returned have the keys of those taken, in order;
	 * the arrays taken are not consumed.
	 */
	update(params: Arrays, grads: Arrays, state: Arrays, scalars: Arrays): { params: Arrays; state: Arrays };
}

export function createOptimizer(config: OptimizerConfig): Optimizer {
	switch (config.name) {
		case "adam":
		case "adamw":
			return adam(config);
		case "sgd":
			return sgd(config);
		case "adafactor":
			return adafactor(config);
	}
}
