/** Reductions. A repeated axis is not summed but multiplied; its maximum is itself. */
import { sizeOf } from "../../values.ts";
import type { Lowering, Rule } from "../lowering.ts";
import { repeated, scaled, unscaled, type View } from "../view.ts";

const operators: Record<string, string> = {
	Add: "ReduceSum",
	Mul: "ReduceProd",
	Min: "ReduceMin",
	Max: "ReduceMax",
};

/** The tensor reduced over its own axes, and the factor that is left to carry. */
function reducedTensor(
	l: Lowering,
	view: View,
	op: string,
	axes: readonly number[],
): { name: string; scale: number } {
	const columns = op === "Add" ? columnSums(l, view, axes) : undefined;
	if (columns) return { name: columns, scale: 1 };
	const attributes = { keepdims: 0 };
	const name = l.graph.node(operators[op], [view.name, l.graph.integers(axes)], { attributes });
	return { name, scale: view.scale };
}

/**
 * The sum over a tensor's first axes (a bias's gradient, say), its factor carried out: the product of a row that repeats
 * the factor and a matrix. The runtime's own sum takes up to four times as long.
 */
function columnSums(l: Lowering, view: View, axes: readonly number[]): string | undefined {
	const { name, source, dtype, scale } = view;
	const kept = source.slice(axes.length);
	const rows = sizeOf(source.slice(0, axes.length));
	const areFirst = axes.every((axis, i) => axis === i) && kept.length > 0;
	if (l.device !== "cpu" || dtype !== "float32" || !areFirst || rows > 2 ** 20) return undefined;
	const factors = l.graph.constant("float32", [rows], new Float32Array(rows).fill(scale));
	const shape = l.graph.integers([rows, sizeOf(kept)]);
	const sums = l.graph.node("MatMul", [
		factors,
		source.length === 2 ? name : l.graph.node("Reshape", [name, shape]),
	]);
	return kept.length === 1 ? sums : l.graph.node("Reshape", [sums, l.graph.integers(kept)]);
}

const reduce: Rule = (l, node) => {
	const [out] = node.outputs;
	const { op, axis } = node.params as { op: string; axis: number[] };
	let view = l.view(node.inputs[0]);
	if (view.dtype === "bool") view = l.cast(view, "int32");
	if (op !== "Add") view = unscaled(l.graph, view);
	const gone = new Set(axis);
	const times = sizeOf(axis.filter((a) => view.axes[a] === repeated).map((a) => view.shape[a]));
	const summed = axis
		.map((a) => view.axes[a])
		.filter((s) => s !== repeated)
		.sort((a, b) => a - b);

	const place = new Map<number, number>();
	view.source.forEach((_, s) => {
		if (!summed.includes(s)) place.set(s, place.size);
	});
	const kept = view.axes.filter((_, i) => !gone.has(i));
	const reduced: View = {
		...view,
		...(summed.length === 0 ? {} : reducedTensor(l, view, op, summed)),
		source: view.source.filter((_, s) => place.has(s)),
		axes: kept.map((s) => (s === repeated ? repeated : (place.get(s) as number))),
		shape: out.shape,
	};
	if (times !== 1 && op === "Mul") l.fail(node, "of a repeated axis by product has no operator");
	if (times !== 1 && op === "Add" && view.dtype === "int32") {
		const name = l.graph.node("Mul", [reduced.name, l.graph.scalar("int32", times)]);
		return l.set(out, { ...reduced, name });
	}
	l.set(out, l.cast(op === "Add" ? scaled(reduced, times) : reduced, out.dtype));
};

export const reductions: Record<string, Rule> = { reduce };
