/**
 * Gather and scatter by integer arrays, and sorting.
 *
 * The axes that are indexed are moved to the front and merged into one, and their indices combined into one row
 * number, so that both become operations on rows.
 */
import { fullValue, type Node, type Value } from "../../ir.ts";
import { sizeOf } from "../../values.ts";
import type { Lowering, Rule } from "../lowering.ts";
import { materialised, reshapedView, transposed, type View, viewOf } from "../view.ts";
import { broadcastNode } from "./elementwise.ts";

interface Rows {
	/** Axes of the operand: the indexed ones, then the others. */
	readonly order: readonly number[];
	/** How many axes are indexed. */
	readonly indexed: number;
	readonly rowShape: readonly number[];
	readonly rowCount: number;
	/** Row numbers, int32, and their shape. */
	readonly index: string;
	readonly indexShape: readonly number[];
}

function rowsOf(l: Lowering, node: Node, shape: readonly number[]): Rows {
	const axis = node.params.axis as number[];
	const indices = node.inputs.slice(1);
	const others = shape.map((_, i) => i).filter((i) => !axis.includes(i));
	const indexed = axis.map((a) => shape[a]);
	const indexShape = broadcastShape(indices.map((x) => x.shape));
	let index: View | undefined;
	indices.forEach((x, i) => {
		const stride = sizeOf(indexed.slice(i + 1));
		const view = l.cast(l.view(x), "int32");
		const term: View =
			stride === 1
				? view
				: { ...view, name: l.graph.node("Mul", [view.name, l.graph.scalar("int32", stride)]) };
		index = index
			? broadcastNode(l, "Add", [index, term], broadcastShape([index.shape, x.shape]), "int32")
			: term;
	});
	return {
		order: [...axis, ...others],
		indexed: axis.length,
		rowShape: others.map((i) => shape[i]),
		rowCount: sizeOf(indexed),
		index: materialised(l.graph, { ...(index as View), shape: (index as View).shape }),
		indexShape,
	};
}

function broadcastShape(shapes: readonly (readonly number[])[]): number[] {
	const rank = Math.max(...shapes.map((s) => s.length));
	return Array.from({ length: rank }, (_, i) => Math.max(...shapes.map((s) => s[s.length - rank + i] ?? 1)));
}

/** A tensor whose first axes are the indexed ones, as a table of rows. */
const tableOf = (l: Lowering, name: string, { indexed, rowCount, rowShape }: Rows): string =>
	indexed === 1 ? name : l.graph.node("Reshape", [name, l.graph.integers([rowCount, ...rowShape])]);

const flattened = (l: Lowering, name: string, shape: readonly number[]): string =>
	shape.length === 1 ? name : l.graph.node("Reshape", [name, l.graph.integers([sizeOf(shape)])]);

/** x[..., indices, ...]: rows taken by number, then put where jax-js wants the index axes. */
const gather: Rule = (l, node) => {
	const [x] = node.inputs;
	const [out] = node.outputs;
	const rows = rowsOf(l, node, x.shape);
	const table = materialised(l.graph, transposed(l.view(x), rows.order));
	const taken = l.graph.node("Gather", [tableOf(l, table, rows), rows.index], { attributes: { axis: 0 } });
	const view = viewOf(l.graph, taken, [...rows.indexShape, ...rows.rowShape], out.dtype);
	l.set(out, transposed(view, placement(rows, node.params.outDim)));
};

/** For each axis of the result, the axis of [index..., row...] that it is: the index axes stand at `outDim`. */
function placement({ indexShape, rowShape }: Rows, outDim: number): number[] {
	const index = indexShape.map((_, i) => i);
	const row = rowShape.map((_, i) => indexShape.length + i);
	return [...row.slice(0, outDim), ...index, ...row.slice(outDim)];
}

/** Zeros with updates added (or set) at the indices. */
const scatter: Rule = (l, node) => {
	const [out] = node.outputs;
	const zero = l.graph.scalar(out.dtype, 0);
	const base = (rows: Rows) =>
		l.graph.node("Expand", [zero, l.graph.integers([rows.rowCount, ...rows.rowShape])]);
	l.set(out, scatteredInto(l, node, base));
};

/** Single numbers the runtime can scatter in place; for rows it copies the table first. */
function scatterNode(
	l: Lowering,
	{ index, indexShape, rowShape }: Rows,
	table: string,
	updates: string,
	attributes: { readonly reduction: string },
): string {
	if (rowShape.length === 0 && l.device !== "webgpu") {
		const operands = [table, flattened(l, index, indexShape), flattened(l, updates, indexShape)];
		return l.graph.node("ScatterElements", operands, { attributes });
	}
	const index64 = l.graph.node("Cast", [index], { attributes: { to: 7 } });
	const column = l.graph.node("Reshape", [index64, l.graph.integers([...indexShape, 1])]);
	return l.graph.node("ScatterND", [table, column, updates], { attributes });
}

/** The scatter of `node` into a base of rows. `scale`: what the base's values are to be multiplied with afterwards. */
function scatteredInto(l: Lowering, node: Node, base: (rows: Rows) => string, scale = 1): View {
	const { shape, outDim, op } = node.params;
	const rows = rowsOf(l, node, shape);
	const place = placement(rows, outDim);
	const inverse = place.map((_, i) => place.indexOf(i));
	const source = transposed(l.view(node.inputs[0]), inverse);
	const updates = materialised(l.graph, { ...source, scale: source.scale / scale });
	const attributes = { reduction: op === "add" ? "add" : "none" };
	const name = scatterNode(l, rows, base(rows), updates, attributes);
	const ordered = rows.order.map((i) => shape[i]);
	const whole = rows.indexed === 1 ? name : l.graph.node("Reshape", [name, l.graph.integers(ordered)]);
	const back = (shape as number[]).map((_, i) => rows.order.indexOf(i));
	return { ...transposed(viewOf(l.graph, whole, ordered, node.outputs[0].dtype), back), scale };
}

/**
 * x + scatter(updates), without an array of zeros: the updates are added into x itself. Used where nothing else reads
 * the scatter, as in the gradient of a cross-entropy.
 */
export function addScattered(l: Lowering, node: Node): boolean {
	const [out] = node.outputs;
	for (const [other, operand] of [node.inputs, [...node.inputs].reverse()]) {
		const found = soleScatter(l, operand);
		const isWhole =
			other.shape.length === out.shape.length && other.shape.every((d, i) => d === out.shape[i]);
		if (!found || !isWhole || fullValue(other) !== undefined || out.dtype !== "float32") continue;
		const view = l.view(other);
		const base = reshapedView(l.graph, { ...view, scale: 1 }, found.node.outputs[0].shape);
		const into = (rows: Rows) => tableOf(l, materialised(l.graph, transposed(base, rows.order)), rows);
		// The base is still to be multiplied by its factor, so the updates are divided by it.
		const result = scatteredInto(l, found.node, into, found.sign * view.scale);
		l.set(out, reshapedView(l.graph, { ...result, scale: view.scale }, out.shape));
		return true;
	}
	return false;
}

/** The scatter behind a value, if it adds, and only this value reads it; negations and reshapes lie between. */
function soleScatter(l: Lowering, value: Value): { node: Node; sign: number } | undefined {
	let sign = 1;
	for (let v = value; l.readOnce(v) && v.node; v = v.node.inputs[0]) {
		if (v.node.op === "scatter") return v.node.params.op === "add" ? { node: v.node, sign } : undefined;
		if (v.node.op === "neg") sign = -sign;
		else if (v.node.op !== "reshape") return undefined;
	}
	return undefined;
}

function sorted(l: Lowering, x: Value): readonly string[] {
	const size = x.shape[x.shape.length - 1];
	return l.graph.nodes("TopK", [l.tensor(x), l.graph.integers([size])], {
		attributes: { axis: -1, largest: 0, sorted: 1 },
		outputs: 2,
	});
}

/** Ascending along the last axis. */
const sort: Rule = (l, node) => l.setTensor(node.outputs[0], sorted(l, node.inputs[0])[0]);

/** Sorted values and their places; equal values keep their order. */
const argsort: Rule = (l, node) => {
	const [values, places] = sorted(l, node.inputs[0]);
	l.setTensor(node.outputs[0], values);
	l.setTensor(node.outputs[1], l.graph.node("Cast", [places], { attributes: { to: 6 } }));
};

export const indexing: Record<string, Rule> = { gather, scatter, sort, argsort };
