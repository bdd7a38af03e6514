/** Lowers a program to one ONNX graph: each node by its primitive's rule, inputs `i0, i1, ...`, outputs `o0, o1, ...`. */
import type { Graph, Value } from "../ir.ts";
import type { Device } from "../types.ts";
import { sizeOf } from "../values.ts";
import { type Lowering as Context, Lowering, type Reader, type Rule } from "./lowering.ts";
import { products } from "./rules/dot.ts";
import { elementwise } from "./rules/elementwise.ts";
import { addScattered, indexing } from "./rules/indexing.ts";
import { movement } from "./rules/movement.ts";
import { lowerPattern } from "./rules/patterns.ts";
import { reductions } from "./rules/reduce.ts";

const rules: Record<string, Rule> = { ...elementwise, ...movement, ...reductions, ...products, ...indexing };

/** The primitives that native devices run; others are refused at compile time. */
export const supportedPrimitives: readonly string[] = Object.keys(rules).sort();

export interface Lowered {
	readonly bytes: Uint8Array;
	readonly nodes: number;
	/** Numbers of the inputs that the graph reads. */
	readonly inputs: readonly number[];
}

/** Throws `UnsupportedPrimitiveError` for what the device cannot run. */
export function lower(graph: Graph, program: string, device: Device): Lowered {
	const readers = new Map<Value, Reader[]>();
	const read = (v: Value, by: Reader) => {
		if (!readers.get(v)?.push(by)) readers.set(v, [by]);
	};
	for (const node of graph.nodes) for (const x of node.inputs) read(x, node);
	for (const v of graph.outputs) read(v, "output");

	const lowering = new Lowering(program, device, readers);
	graph.inputs.forEach((value, i) => {
		lowering.setTensor(value, `i${i}`);
	});
	for (const node of graph.nodes) {
		const rule = rules[node.op] ?? lowering.fail(node);
		if (node.outputs.some((v) => sizeOf(v.shape) === 0))
			lowering.fail(node, "of an array without elements has no operator");
		if (lowerPattern(lowering, node)) continue;
		if (node.op === "add" && addScattered(lowering, node)) continue;
		rule(lowering, node);
	}
	nameOutputs(lowering, graph);
	const inputs = graph.inputs.map((_, i) => i).filter((i) => readers.has(graph.inputs[i]));
	const encoded = lowering.graph.encode(
		inputs.map((i) => ({ ...graph.inputs[i], name: `i${i}` })),
		graph.outputs.map((v, i) => ({ ...v, name: `o${i}` })),
	);
	return { ...encoded, inputs };
}

/** Lets the node that makes an output write it directly; a copy is made only of inputs and of repeated outputs. */
function nameOutputs(lowering: Context, graph: Graph): void {
	const tensors = graph.outputs.map((value) => lowering.tensor(value));
	tensors.forEach((tensor, i) => {
		const repeats = tensors.indexOf(tensor) !== i;
		if (repeats || !lowering.graph.rename(tensor, `o${i}`)) {
			const first = tensors.indexOf(tensor);
			lowering.graph.output(
				`o${i}`,
				"Identity",
				repeats && lowering.graph.makes(`o${first}`) ? `o${first}` : tensor,
			);
		}
	});
}
