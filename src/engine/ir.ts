/**
 * The engine's own form of a traced program: values, and the nodes that make them, in order.
 */
import type { Spec } from "./types.ts";

/** One array of a program. `node` is absent for inputs. */
export interface Value extends Spec {
	readonly id: number;
	readonly node?: Node;
	/** Which of the node's outputs it is. */
	readonly index: number;
}

/**
 * One operation. `op` is a jax-js primitive, or one of ours: `full` (params.value repeated), `constant`
 * (params.values, an array that the function closed over).
 */
export interface Node {
	readonly op: string;
	readonly inputs: readonly Value[];
	// biome-ignore lint/suspicious/noExplicitAny: each primitive has parameters of its own, as in jax-js.
	readonly params: Record<string, any>;
	readonly outputs: readonly Value[];
}

export interface Graph {
	readonly inputs: readonly Value[];
	/** In an order in which each node follows those it needs. */
	readonly nodes: readonly Node[];
	readonly outputs: readonly Value[];
}

/** The number that `value` repeats, or undefined if it is not known to repeat one. */
export const fullValue = (value: Value): number | undefined =>
	value.node?.op === "full" ? (value.node.params.value as number) : undefined;

/** The node that made `value`, if it is of this operation. */
export const madeBy = (value: Value, op: string): Node | undefined =>
	value.node?.op === op ? value.node : undefined;

/** What makes values: builder.ts implements it, simplify.ts uses it. */
export interface Builder {
	/** An array that repeats one number. */
	full(value: number, spec: Spec): Value;
	/** The outputs of `op`, simplified; equal operations on equal inputs are made once. */
	emit(
		op: string,
		inputs: readonly Value[],
		params: Node["params"],
		outputs: readonly Spec[],
	): readonly Value[];
}
