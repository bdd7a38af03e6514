/** Reductions. A repeated axis is not summed but multiplied; its maximum is itself. */
import { sizeOf } from "../../values.ts";
import type { Rule } from "../lowering.ts";
import { repeated, scaled, unscaled, type View } from "../view.ts";

const operators: Record<string, string> = {
	Add: "ReduceSum",
	Mul: "ReduceProd",
	Min: "ReduceMin",
	Max: "ReduceMax",
};

const reduce: Rule = (l, node) => {
	const [out] = node.outputs;
	const { op, axis } = node.params as { op: string; axis: number[] };
	let view = l.view(node.inputs[0]);
	if (view.dtype === "bool") view = l.cast(view, "int32");
	if (op !== "Add") view = unscaled(l.graph, view);
	const gone = new Set(axis);
	const times = sizeOf(axis.filter((a) => view.axes[a] === repeated).map((a) => view.shape[a]));
	const summed = axis.map((a) => view.axes[a]).filter((s) => s !== repeated);

	const place = new Map<number, number>();
	view.source.forEach((_, s) => {
		if (!summed.includes(s)) place.set(s, place.size);
	});
	const kept = view.axes.filter((_, i) => !gone.has(i));
	const reduced: View = {
		...view,
		name:
			summed.length === 0
				? view.name
				: l.graph.node(operators[op], [view.name, l.graph.integers(summed.sort((a, b) => a - b))], {
						attributes: { keepdims: 0 },
					}),
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
