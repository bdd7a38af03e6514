/**
 * Splits a program into a body and updates that run in one pass over memory.
 *
 * An optimizer touches every parameter with a dozen elementwise operations; as operators of a graph each of them is a
 * pass over memory. All that is elementwise, of one shape, and needed only for outputs that replace donated inputs is
 * taken out of the graph and becomes a fused loop (kernel.ts) over the inputs' own memory, in place. What such a loop
 * reads from the rest of the program (gradients, learning rates) the body has as outputs; of a gradient that is zeros but for
 * some rows, those rows (scattered.ts).
 */
import { fullValue, type Graph, type Node, type Value } from "../ir.ts";
import { sizeOf } from "../values.ts";
import { type ScatteredRows, scatteredRows } from "./scattered.ts";

/** Elementwise updates of arrays of one shape that share operands. */
export interface FusedGroup {
	/** Arrays that the loop reads; donated inputs are among them and overwritten. */
	readonly arrays: readonly Value[];
	/** Single numbers that it reads. */
	readonly scalars: readonly Value[];
	/** New values, the donated input that each replaces, and its place among the program's outputs. */
	readonly updates: readonly { readonly value: Value; readonly replaces: Value; readonly output: number }[];
}

export interface Partition {
	/** The rest: its outputs are those of the program that are not fused, then what the groups read from it. */
	readonly body: Graph;
	/** For each output of the body that is one of the program: which. */
	readonly bodyOutputs: readonly number[];
	readonly groups: readonly FusedGroup[];
	/** Arrays of the groups of which the body has rows and indices only. */
	readonly scattered: readonly ScatteredRows[];
}

const fusible = new Set([
	"add",
	"mul",
	"neg",
	"reciprocal",
	"sqrt",
	"max",
	"min",
	"where",
	"compare",
	"broadcast",
]);

const isFloat = (v: Value): boolean => v.dtype === "float32" || v.dtype === "float64";
const isSingle = (v: Value): boolean => sizeOf(v.shape) === 1;
const sameShape = (a: Value, b: Value): boolean =>
	a.shape.length === b.shape.length && a.shape.every((d, i) => d === b.shape[i]);

/** `donated[i]`: the output that replaces input i, or −1. */
export function partition(graph: Graph, donated: readonly number[]): Partition {
	const replaced = new Map<number, Value>();
	donated.forEach((output, input) => {
		if (output >= 0) replaced.set(output, graph.inputs[input]);
	});
	const fused = fusedNodes(graph, replaced);
	const operands = (node: Node) =>
		node.inputs.filter((x) => fullValue(x) === undefined && !(x.node && fused.has(x.node)));

	// Nodes that share an array, or read the memory that another writes, must run in one loop.
	const groups = new Groups<Value>();
	const updates: { value: Value; replaces: Value; output: number }[] = [];
	for (const node of fused)
		for (const x of node.inputs)
			if (fullValue(x) === undefined && !isSingle(x)) groups.join(node.outputs[0], x);
	graph.outputs.forEach((value, output) => {
		const replaces = replaced.get(output);
		if (!replaces || !value.node || !fused.has(value.node)) return;
		groups.join(value, replaces);
		updates.push({ value, replaces, output });
	});

	const made = new Map<Value, { arrays: Set<Value>; scalars: Set<Value>; updates: typeof updates }>();
	for (const update of updates) {
		const key = groups.find(update.value);
		const group = made.get(key) ?? { arrays: new Set(), scalars: new Set(), updates: [] };
		made.set(key, group);
		group.updates.push(update);
		group.arrays.add(update.replaces);
	}
	for (const node of fused) {
		const group = made.get(groups.find(node.outputs[0]));
		for (const x of operands(node)) (isSingle(x) ? group?.scalars : group?.arrays)?.add(x);
	}

	const fusedOutputs = new Set(updates.map((u) => u.output));
	const bodyOutputs = graph.outputs.map((_, i) => i).filter((i) => !fusedOutputs.has(i));
	const lists = [...made.values()].map((g) => ({
		arrays: [...g.arrays],
		scalars: [...g.scalars],
		updates: g.updates,
	}));
	const inputs = new Set(graph.inputs);
	const wanted = new Set(lists.flatMap((g) => [...g.arrays, ...g.scalars]).filter((v) => !inputs.has(v)));
	const own = bodyOutputs.map((i) => graph.outputs[i]);
	const readInBody = new Set([...own, ...graph.nodes.filter((n) => !fused.has(n)).flatMap((n) => n.inputs)]);
	const scattered = [...wanted].flatMap((v) => (readInBody.has(v) ? [] : (scatteredRows(v) ?? [])));
	for (const { value, rows, indices } of scattered) {
		wanted.delete(value);
		for (const v of [rows, indices]) if (!inputs.has(v)) wanted.add(v);
	}
	const outputs = [...own, ...wanted];
	return {
		body: { inputs: graph.inputs, nodes: neededNodes(graph, fused, outputs), outputs },
		bodyOutputs,
		groups: lists,
		scattered,
	};
}

/** Fusible nodes all of whose readers are fused too, or outputs that replace an input. */
function fusedNodes(graph: Graph, replaced: ReadonlyMap<number, Value>): Set<Node> {
	const readBy = new Map<Value, Node[]>();
	for (const node of graph.nodes)
		for (const x of node.inputs) readBy.set(x, [...(readBy.get(x) ?? []), node]);
	const kept = new Set(graph.outputs.filter((_, i) => !replaced.has(i)));
	const counts = new Map<Value, number>();
	for (const v of graph.outputs) counts.set(v, (counts.get(v) ?? 0) + 1);
	const fused = new Set<Node>();
	for (const node of [...graph.nodes].reverse()) {
		const [out] = node.outputs;
		const readers = readBy.get(out) ?? [];
		const free = !kept.has(out) && (counts.get(out) ?? 0) <= 1 && readers.every((r) => fused.has(r));
		// A comparison has a form only within the choice that reads it: both are fused or neither.
		const condition = node.op === "where" ? node.inputs[0] : undefined;
		const alone = !condition || (readBy.get(condition)?.length === 1 && !counts.has(condition));
		if (free && alone && isFusible(node)) fused.add(node);
	}
	return fused;
}

function isFusible({ op, inputs, outputs: [out] }: Node): boolean {
	if (!fusible.has(op) || isSingle(out)) return false;
	if (op !== "compare" && !isFloat(out)) return false;
	if (op === "broadcast") return isSingle(inputs[0]);
	return inputs.every((x, i) => {
		if (op === "where" && i === 0) return x.node?.op === "compare" && sameShape(x, out) && isFusible(x.node);
		const typed = op === "compare" ? isFloat(x) : x.dtype === out.dtype;
		return fullValue(x) !== undefined || (typed && (isSingle(x) || sameShape(x, out)));
	});
}

function neededNodes(graph: Graph, fused: ReadonlySet<Node>, outputs: readonly Value[]): Node[] {
	const needed = new Set<Node | undefined>(outputs.map((v) => v.node));
	const nodes: Node[] = [];
	for (const node of [...graph.nodes].reverse()) {
		if (fused.has(node) || !needed.has(node)) continue;
		nodes.push(node);
		for (const x of node.inputs) needed.add(x.node);
	}
	return nodes.reverse();
}

/** Disjoint sets. */
class Groups<T> {
	readonly #parent = new Map<T, T>();

	find(x: T): T {
		const parent = this.#parent.get(x) ?? x;
		if (parent === x) return x;
		const root = this.find(parent);
		this.#parent.set(x, root);
		return root;
	}

	join(a: T, b: T): void {
		this.#parent.set(this.find(a), this.find(b));
	}
}
