/**
 * Products over the last axis: out[...] = Σ_k x[..., k] · y[..., k], operands broadcast against each other.
 *
 * Each axis is one of four kinds, by which operand holds it: both (batch), the left, the right, or the contracted
 * last one. Sorted by kind this is a batched matrix product, and nothing of the broadcast size ever exists. Operands
 * that lie transposed in memory are passed as such; factors go into the product. A bias does not: the runtime's `Gemm` would
 * fill the result with it on one thread before it begins, which takes longer than an addition afterwards.
 */
import type { Node } from "../../ir.ts";
import { sizeOf } from "../../values.ts";
import type { Lowering, Rule } from "../lowering.ts";
import { aligned, ordered, plainView, repeated, scaled, sourceOrder, type View } from "../view.ts";
import { broadcastNode } from "./elementwise.ts";

const dot: Rule = (l, node) => {
	const [out] = node.outputs;
	const rank = out.shape.length + 1;
	const [x, y] = node.inputs.map((v) => aligned(l.cast(l.view(v), out.dtype), rank));
	const last = rank - 1;
	const holds = (v: View, axis: number) => v.axes[axis] !== repeated;
	if (!holds(x, last) || !holds(y, last)) return l.set(out, l.cast(degenerate(l, node, x, y), out.dtype));
	const { dtype } = out;
	if (dtype === "bool" || dtype === "int32") return l.fail(node, `of ${out.dtype} has no operator`);

	const axes = out.shape.map((_, i) => i);
	const batch = axes.filter((i) => holds(x, i) && holds(y, i));
	const left = sourceOrder(x).filter((i) => i !== last && !batch.includes(i));
	const right = sourceOrder(y).filter((i) => i !== last && !batch.includes(i));
	const batchOrder = sourceOrder(x).filter((i) => batch.includes(i));

	const a = arranged(l, x, batchOrder, left, last);
	const b = arranged(l, y, batchOrder, right, last);
	const sizes = (list: readonly number[]) => list.map((i) => out.shape[i]);
	const [m, k, n] = [sizeOf(sizes(left)), x.shape[last], sizeOf(sizes(right))];
	const batches = sizes(batchOrder);
	const grouped = (v: View, rows: number, contractedFirst: boolean) =>
		l.graph.node("Reshape", [
			v.name,
			l.graph.integers([...batches, ...(contractedFirst ? [k, rows] : [rows, k])]),
		]);
	const needsGrouping = (v: View) => v.source.length !== batches.length + 2;
	const nameA = needsGrouping(a.view) ? grouped(a.view, m, a.contractedFirst) : a.view.name;
	const nameB = needsGrouping(b.view) ? grouped(b.view, n, b.contractedFirst) : b.view.name;

	const product = matrixProduct(l, nameA, nameB, {
		batched: batches.length > 0,
		transA: a.contractedFirst,
		transB: !b.contractedFirst,
		rankA: batches.length + 2,
		scale: x.scale * y.scale,
		dtype,
	});
	const source = [...batches, ...sizes(left), ...sizes(right)];
	const plain = batches.length + (left.length === 1 ? 1 : 0) + (right.length === 1 ? 1 : 0);
	const flat = left.length === 1 && right.length === 1 && plain === source.length;
	const name = flat ? product.name : l.graph.node("Reshape", [product.name, l.graph.integers(source)]);
	const order = [...batchOrder, ...left, ...right];
	const outAxes = out.shape.map((_, i) => order.indexOf(i));
	l.set(out, scaled({ ...plainView(name, source, dtype), axes: outAxes, shape: out.shape }, product.scale));
};

/**
 * An operand as [batch..., rows..., contracted] or [batch..., contracted, rows...]: whichever it is already, or else
 * the one that leaves its innermost axis in place, so that moving it copies whole stretches.
 */
function arranged(l: Lowering, view: View, batch: readonly number[], rows: readonly number[], last: number) {
	const order = sourceOrder(view);
	const contractedFirst = rows.length > 0 && order[order.length - 1] !== last;
	const wanted = contractedFirst ? [...batch, last, ...rows] : [...batch, ...rows, last];
	return { view: ordered(l.graph, view, wanted), contractedFirst };
}

interface ProductOptions {
	readonly batched: boolean;
	readonly transA: boolean;
	readonly transB: boolean;
	readonly rankA: number;
	readonly scale: number;
	readonly dtype: "float32" | "float64";
}

/** One matrix product, with the factor that is left to carry. */
function matrixProduct(
	l: Lowering,
	a: string,
	b: string,
	o: ProductOptions,
): { name: string; scale: number } {
	const [transA, transB] = [Number(o.transA), Number(o.transB)];
	if (!o.batched) {
		const attributes = { transA, transB, alpha: { float: o.scale } };
		// Gemm keeps its factor in single precision, so double precision carries it itself.
		if (o.dtype === "float32") return { name: l.graph.node("Gemm", [a, b], { attributes }), scale: 1 };
		return { name: l.graph.node("Gemm", [a, b], { attributes: { transA, transB } }), scale: o.scale };
	}
	if (o.dtype === "float32" && l.device === "cpu") {
		const attributes = { transA, transB, alpha: { float: o.scale } };
		return { name: l.graph.node("FusedMatMul", [a, b], { attributes, domain: "com.microsoft" }), scale: 1 };
	}
	const perm = Array.from({ length: o.rankA }, (_, i) => i);
	perm.push(...perm.splice(-2).reverse());
	const turned = (name: string) => l.graph.node("Transpose", [name], { attributes: { perm } });
	const operands = [o.transA ? turned(a) : a, o.transB ? turned(b) : b];
	return { name: l.graph.node("MatMul", operands), scale: o.scale };
}

/** An operand that repeats along the contracted axis: the other is summed over it first. */
function degenerate(l: Lowering, node: Node, x: View, y: View): View {
	const [out] = node.outputs;
	const last = out.shape.length;
	const shape = out.shape;
	const without = (v: View): View => {
		const s = v.axes[last];
		const rest = { ...v, axes: v.axes.slice(0, last), shape: v.shape.slice(0, last) };
		if (s === repeated) return rest;
		return {
			...rest,
			name: l.graph.node("ReduceSum", [v.name, l.graph.integers([s])], { attributes: { keepdims: 0 } }),
			source: v.source.filter((_, i) => i !== s),
			axes: rest.axes.map((a) => (a > s ? a - 1 : a)),
		};
	};
	const both = x.axes[last] === repeated && y.axes[last] === repeated;
	const times = both ? Math.max(x.shape[last], y.shape[last]) : 1;
	const [a, b] = [without(x), without(y)];
	return scaled(broadcastNode(l, "Mul", [a, b], shape, out.dtype), a.scale * b.scale * times);
}

export const products: Record<string, Rule> = { dot };
