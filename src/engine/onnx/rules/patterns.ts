/**
 * Groups of operations that the runtime has one operator for, recognised in the program as it was written.
 *
 *     softmax        e = exp(x − max x), p = e / Σe          one pass a row instead of five over the array
 *     layer norm     (x − mean) / √(variance + ε)            one pass instead of eight
 *     step           1 where x > 0, else 0: a ReLU's slope   one pass instead of two
 *
 * The parts may be read by others as well (the gradient reads 1/√(variance + ε), a cross-entropy reads Σe): each part
 * that the operator gives is set from it, and what is then read by nobody is left out of the graph.
 */
import { fullValue, madeBy, type Node, type Value } from "../../ir.ts";
import type { Lowering } from "../lowering.ts";
import { ordered, plainView, repeated, type View } from "../view.ts";

/** Lowers `node` as part of a known group. False if it belongs to none. */
export function lowerPattern(l: Lowering, node: Node): boolean {
	return l.device === "cpu" && (softmaxPart(l, node) || layerNormPart(l, node) || stepPart(l, node));
}

/** The greatest float32. Times it, the least positive one is above 1. */
const greatest = 3.4028234663852886e38;

/** 1 where x > 0, else 0, is max(0, min(1, α x)) for an α so great that nothing lies between. */
function stepPart(l: Lowering, node: Node): boolean {
	const [out] = node.outputs;
	if (node.op !== "cast" || out.dtype !== "float32") return false;
	const condition = madeBy(node.inputs[0], "compare");
	if (condition?.params.op !== "less") return false;
	const [zero, x] = condition.inputs;
	if (fullValue(zero) !== 0 || x.dtype !== "float32" || x.shape.length !== out.shape.length) return false;
	const view = l.plain(x);
	// Where a ReLU of x is wanted as well, its result serves: x's memory is then free for it.
	const isRectified = l.readersOf(x).some((r) => r.op === "max" && r.inputs.some((y) => fullValue(y) === 0));
	const name = isRectified ? l.graph.node("Relu", [view.name]) : view.name;
	const attributes = { alpha: { float: greatest }, beta: { float: 0 } };
	l.set(out, { ...view, name: l.graph.node("HardSigmoid", [name], { attributes }), shape: out.shape });
	return true;
}

/** `value` without the steps that only give a row's number the row's shape again. */
function rowNumber(value: Value, row: readonly number[]): Value {
	let v = value;
	const isColumn = (x: Value) =>
		x.shape.length === row.length && x.shape.slice(0, -1).every((d, i) => d === row[i]);
	while ((v.node?.op === "reshape" || v.node?.op === "broadcast") && isColumn(v)) v = v.node.inputs[0];
	const reduced = v.shape.length === row.length - 1 && v.shape.every((d, i) => d === row[i]);
	return reduced || isColumn(v) ? v : value;
}

/** x, if `value` is this reduction of x over its last axis (shaped as a row's number or not). */
function lastAxis(value: Value, op: "Add" | "Max"): Value | undefined {
	const node = madeBy(value, "reduce");
	const x = node?.inputs[0];
	return x &&
		node.params.op === op &&
		node.params.axis.length === 1 &&
		node.params.axis[0] === x.shape.length - 1
		? x
		: undefined;
}

/** x, if `value` is x − r(x) for a number r of each row that `isRow` accepts. */
function minusRow(value: Value, isRow: (row: Value, x: Value) => boolean): Value | undefined {
	const node = madeBy(value, "add");
	if (!node) return undefined;
	for (const [x, other] of [node.inputs, [...node.inputs].reverse()]) {
		const row = madeBy(other, "neg")?.inputs[0];
		if (row && x.shape.length > 0 && isRow(rowNumber(row, x.shape), x)) return x;
	}
	return undefined;
}

/** x, if `value` is exp(x − max x) by rows. */
const exponentials = (value: Value): Value | undefined => {
	const shifted = madeBy(value, "exp")?.inputs[0];
	return shifted && shifted.dtype === "float32"
		? minusRow(shifted, (row, x) => lastAxis(row, "Max") === x)
		: undefined;
};

function softmaxPart(l: Lowering, node: Node): boolean {
	const [out] = node.outputs;
	if (node.op === "mul") {
		for (const [e, other] of [node.inputs, [...node.inputs].reverse()]) {
			const x = exponentials(e);
			const total = x && madeBy(rowNumber(other, e.shape), "reciprocal")?.inputs[0];
			if (!x || !total || !holdsRows(l, x) || lastAxis(rowNumber(total, e.shape), "Add") !== e) continue;
			l.set(out, softmax(l, x));
			return true;
		}
	}
	const e = lastAxis(out, "Add");
	const x = e && exponentials(e);
	if (!x || !holdsRows(l, x)) return false;
	// The largest of a row's exponentials is 1, so the largest probability is 1/Σe.
	const p = softmax(l, x);
	const last = l.graph.integers([p.source.length - 1]);
	const largest = l.graph.node("ReduceMax", [p.name, last], { attributes: { keepdims: 0 } });
	l.set(out, {
		...plainView(l.graph.node("Reciprocal", [largest]), p.source.slice(0, -1), "float32"),
		axes: p.axes.slice(0, -1),
		shape: out.shape,
	});
	return true;
}

/** Whether the tensor holds the array's last axis; a row that repeats one number has no use for an operator. */
const holdsRows = (l: Lowering, x: Value): boolean => l.view(x).axes[x.shape.length - 1] !== repeated;

/** Softmax over the last axis, with that axis innermost in memory. */
function softmax(l: Lowering, x: Value): View {
	const view = lastInnermost(l, x);
	return { ...view, name: l.graph.node("Softmax", [view.name], { attributes: { axis: -1 } }) };
}

function lastInnermost(l: Lowering, x: Value): View {
	const view = l.plain(x);
	const last = x.shape.length - 1;
	const order = view.axes
		.map((source, axis) => ({ source, axis }))
		.filter(({ source, axis }) => source !== repeated && axis !== last)
		.sort((a, b) => a.source - b.source)
		.map(({ axis }) => axis);
	return ordered(l.graph, view, [...order, last]);
}

/** x and the sum that its mean is made of, if `value` is the mean of x by rows. */
function meanOf(value: Value): Value | undefined {
	const node = madeBy(value, "mul");
	if (!node) return undefined;
	for (const [sum, factor] of [node.inputs, [...node.inputs].reverse()]) {
		const by = fullValue(factor);
		const reshaped = sum.node?.op === "reshape" ? sum.node.inputs[0] : sum;
		const x = lastAxis(sum, "Add") ?? lastAxis(reshaped, "Add");
		if (x && by !== undefined && Math.abs(by * x.shape[x.shape.length - 1] - 1) < 1e-6) return x;
	}
	return undefined;
}

/** x − mean(x) by rows. */
const centred = (value: Value): Value | undefined => minusRow(value, (row, x) => meanOf(row) === x);

/** The centred array and ε, if `value` is 1 / √(mean(c²) + ε). */
function inverseDeviation(value: Value): { c: Value; x: Value; epsilon: number } | undefined {
	const root = madeBy(value, "reciprocal")?.inputs[0];
	const sum = root && madeBy(root, "sqrt")?.inputs[0];
	if (sum?.dtype !== "float32") return undefined;
	const epsilon =
		sum.node?.op === "add" ? (fullValue(sum.node.inputs[1]) ?? fullValue(sum.node.inputs[0])) : 0;
	const variance = sum.node?.op === "add" ? sum.node.inputs.find((v) => fullValue(v) === undefined) : sum;
	const square = variance && meanOf(variance);
	const c = square && madeBy(square, "mul")?.inputs;
	const x = c && c[0] === c[1] ? centred(c[0]) : undefined;
	return x && epsilon !== undefined ? { c: c![0], x, epsilon } : undefined;
}

function layerNormPart(l: Lowering, node: Node): boolean {
	const [out] = node.outputs;
	const own = node.op === "reciprocal" ? inverseDeviation(out) : undefined;
	if (own && holdsRows(l, own.x)) {
		const { names, view } = layerNorm(l, own.x, own.epsilon);
		const source = view.source.slice(0, -1);
		const rank = out.shape.length;
		const axes = rank === own.x.shape.length ? [...view.axes.slice(0, -1), repeated] : view.axes.slice(0, -1);
		const name = l.graph.node("Reshape", [names[2], l.graph.integers(source)]);
		l.set(out, { ...plainView(name, source, "float32"), axes, shape: out.shape });
		return true;
	}
	if (node.op !== "mul") return false;
	for (const [c, other] of [node.inputs, [...node.inputs].reverse()]) {
		const found = c.shape.length > 0 ? inverseDeviation(rowNumber(other, c.shape)) : undefined;
		if (found?.c !== c || !holdsRows(l, found.x)) continue;
		const { names, view } = layerNorm(l, found.x, found.epsilon);
		l.set(out, { ...view, name: names[0] });
		return true;
	}
	return false;
}

/** Normalised rows, their means and their inverse deviations. */
function layerNorm(l: Lowering, x: Value, epsilon: number): { names: readonly string[]; view: View } {
	const view = lastInnermost(l, x);
	const width = x.shape[x.shape.length - 1];
	const ones = l.graph.constant("float32", [width], new Array<number>(width).fill(1));
	const names = l.graph.nodes("LayerNormalization", [view.name, ones], {
		attributes: { axis: -1, epsilon: { float: epsilon } },
		outputs: 3,
	});
	return { names, view };
}
