/**
 * Reads a traced program into the engine's form, and simplifies on the way (simplify.ts): nested `jit`s are inlined,
 * arrays of one repeated number become `full`, equal expressions become one, and what no output needs is dropped.
 */
import type { ClosedJaxpr, Array as JaxArray, Jaxpr } from "@jax-js/jax";
import type { Builder, Graph, Node, Value } from "./ir.ts";
import { simplified } from "./simplify.ts";
import type { DType, Spec, TypedArray } from "./types.ts";
import { formatSpec } from "./values.ts";

class GraphBuilder implements Builder {
	readonly nodes: Node[] = [];
	readonly #known = new Map<string, Node>();
	#nextId = 0;

	value(spec: Spec, node?: Node, index = 0): Value {
		return { id: this.#nextId++, shape: spec.shape, dtype: spec.dtype, node, index };
	}

	full(value: number, spec: Spec): Value {
		return this.create("full", [], { value }, [spec])[0];
	}

	emit(
		op: string,
		inputs: readonly Value[],
		params: Node["params"],
		outputs: readonly Spec[],
	): readonly Value[] {
		const simple = simplified(this, op, inputs, params, outputs);
		return simple ? [simple] : this.create(op, inputs, params, outputs);
	}

	/** As `emit`, without simplification. */
	create(
		op: string,
		inputs: readonly Value[],
		params: Node["params"],
		outputs: readonly Spec[],
	): readonly Value[] {
		const key = op === "constant" ? undefined : expressionKey(op, inputs, params, outputs);
		const known = key === undefined ? undefined : this.#known.get(key);
		if (known) return known.outputs;
		const node: { -readonly [K in keyof Node]: Node[K] } = { op, inputs, params, outputs: [] };
		node.outputs = outputs.map((spec, i) => this.value(spec, node, i));
		this.nodes.push(node);
		if (key !== undefined) this.#known.set(key, node);
		return node.outputs;
	}
}

const commutative = new Set(["add", "mul", "min", "max"]);

function expressionKey(
	op: string,
	inputs: readonly Value[],
	params: Node["params"],
	outputs: readonly Spec[],
): string {
	const ids = inputs.map((x) => x.id);
	if (commutative.has(op)) ids.sort((a, b) => a - b);
	const numbers = (_: string, v: unknown) =>
		typeof v === "number" && !Number.isFinite(v) ? String(v) : Object.is(v, -0) ? "-0" : v;
	return `${op}(${ids})${JSON.stringify(params, numbers)}${outputs.map(formatSpec)}`;
}

/** Reads a traced program. Inputs of the graph are the jaxpr's arguments, without its constants. */
export function graphOf({ jaxpr, consts }: ClosedJaxpr): Graph {
	const builder = new GraphBuilder();
	const read = new Set<unknown>([...jaxpr.eqns.flatMap((eqn) => eqn.inputs), ...jaxpr.outs]);
	// Differentiation leaves behind zeros, lazy and as large as the activations, that nothing reads: reading their
	// values would make them real.
	const constants = consts.map((array, i) =>
		read.has(jaxpr.inBinders[i])
			? constantValue(builder, array as unknown as JaxArray)
			: builder.value(specOf(array)),
	);
	const inputs = jaxpr.inBinders.slice(consts.length).map((v) => builder.value(specOf(v.aval)));
	const outputs = inline(builder, jaxpr, [...constants, ...inputs]);
	return { inputs, nodes: liveNodes(builder.nodes, outputs), outputs };
}

const specOf = (aval: { shape: number[]; dtype: string }): Spec => ({
	shape: aval.shape,
	dtype: aval.dtype as DType,
});

function inline(builder: GraphBuilder, jaxpr: Jaxpr, args: readonly Value[]): Value[] {
	const env = new Map<unknown, Value>(jaxpr.inBinders.map((v, i) => [v, args[i]]));
	type Atom = Jaxpr["outs"][number];
	const read = (x: Atom): Value => env.get(x) ?? builder.full((x as { value: number }).value, specOf(x.aval));
	for (const eqn of jaxpr.eqns) {
		const inputs = eqn.inputs.map(read);
		const outputs =
			(eqn.primitive as string) === "jit"
				? inline(builder, eqn.params.jaxpr, inputs)
				: builder.emit(
						eqn.primitive,
						inputs,
						eqn.params,
						eqn.outBinders.map((v) => specOf(v.aval)),
					);
		eqn.outBinders.forEach((v, i) => {
			env.set(v, outputs[i]);
		});
	}
	return jaxpr.outs.map(read);
}

function constantValue(builder: GraphBuilder, array: JaxArray): Value {
	const spec = specOf(array);
	const values = array.ref.dataSync() as TypedArray;
	const first = values[0];
	if (values.length > 0 && values.every((x) => Object.is(x, first))) return builder.full(Number(first), spec);
	return builder.create("constant", [], { values }, [spec])[0];
}

function liveNodes(nodes: readonly Node[], outputs: readonly Value[]): Node[] {
	const live = new Set<Node | undefined>(outputs.map((v) => v.node));
	const kept: Node[] = [];
	for (let i = nodes.length - 1; i >= 0; i--) {
		if (!live.has(nodes[i])) continue;
		kept.push(nodes[i]);
		for (const x of nodes[i].inputs) live.add(x.node);
	}
	return kept.reverse();
}
