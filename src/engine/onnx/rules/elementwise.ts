/**
 * Elementwise operations. Operands are broadcast by the runtime, never expanded, and kept in the order of axes in
 * which the largest one lies in memory, so that a transposed operand need not be moved.
 */
import { fullValue, madeBy, type Node, type Value } from "../../ir.ts";
import type { DType } from "../../types.ts";
import { sizeOf } from "../../values.ts";
import type { Lowering, Rule } from "../lowering.ts";
import { aligned, operand, repeated, scaled, sourceOrder, unscaled, type View } from "../view.ts";
import { errorFunction } from "./error-function.ts";

/** Applies `operator` to views broadcast against each other; their factors are ignored. */
export function broadcastNode(
	l: Lowering,
	operator: string,
	operands: readonly View[],
	shape: readonly number[],
	dtype: DType,
	attributes?: Record<string, number>,
): View {
	const views = operands.map((v) => aligned(v, shape.length));
	const held = shape.map((_, i) => i).filter((i) => views.some((v) => v.axes[i] !== repeated));
	const largest = views.reduce((a, b) => (sizeOf(b.source) > sizeOf(a.source) ? b : a));
	const order = sourceOrder(largest).length === held.length ? sourceOrder(largest) : held;
	const name = l.graph.node(
		operator,
		views.map((v) => operand(l.graph, v, order)),
		{ attributes },
	);
	const axes = new Array<number>(shape.length).fill(repeated);
	order.forEach((axis, i) => {
		axes[axis] = i;
	});
	return { name, source: order.map((axis) => shape[axis]), axes, shape, dtype, scale: 1 };
}

const unary =
	(operator: string): Rule =>
	(l, node) => {
		const view = l.plain(node.inputs[0]);
		l.set(node.outputs[0], { ...view, name: l.graph.node(operator, [view.name]) });
	};

/** Operands cast to the type of the result, factors kept. */
const promoted = (l: Lowering, node: Node, dtype: DType): View[] =>
	node.inputs.map((x) => {
		const value = fullValue(x);
		return value === undefined ? l.cast(l.view(x), dtype) : fullView(l, x, value, dtype);
	});

const fullView = (l: Lowering, { shape }: Value, value: number, dtype: DType): View => ({
	name: l.graph.scalar(dtype, value),
	source: [],
	axes: shape.map(() => repeated),
	shape,
	dtype,
	scale: 1,
});

const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";

/** x + y. Equal factors are kept, opposite ones make a subtraction. On booleans: or. */
const add: Rule = (l, node) => {
	const [out] = node.outputs;
	const [a, b] = promoted(l, node, out.dtype);
	if (out.dtype === "bool") return l.set(out, broadcastNode(l, "Or", [a, b], out.shape, "bool"));
	if (a.scale === b.scale)
		return l.set(out, scaled(broadcastNode(l, "Add", [a, b], out.shape, out.dtype), a.scale));
	if (a.scale === -b.scale)
		return l.set(
			out,
			b.scale < 0
				? scaled(broadcastNode(l, "Sub", [a, b], out.shape, out.dtype), a.scale)
				: scaled(broadcastNode(l, "Sub", [b, a], out.shape, out.dtype), b.scale),
		);
	// Carry out factors but for signs; opposite signs make a subtraction.
	const [p, q] = [a, b].map((v) => (Math.abs(v.scale) === 1 ? v : unscaled(l.graph, v)));
	if (p.scale === q.scale)
		return l.set(out, scaled(broadcastNode(l, "Add", [p, q], out.shape, out.dtype), p.scale));
	const [plus, minus] = p.scale > 0 ? [p, q] : [q, p];
	l.set(out, broadcastNode(l, "Sub", [plus, minus], out.shape, out.dtype));
};

/** x · y; by a number it is only recorded, by a reciprocal of full size it is a division. On booleans: and. */
const mul: Rule = (l, node) => {
	const [out] = node.outputs;
	if (out.dtype === "bool")
		return l.set(out, broadcastNode(l, "And", promoted(l, node, "bool"), out.shape, "bool"));
	const [x, y] = node.inputs;
	if (isFloat(out.dtype)) {
		for (const [number, other] of [
			[x, y],
			[y, x],
		]) {
			const factor = fullValue(number);
			if (factor !== undefined && Number.isFinite(factor) && factor !== 0) {
				const view = aligned(l.cast(l.view(other), out.dtype), out.shape.length);
				return l.set(out, { ...scaled(view, factor), shape: out.shape });
			}
			const divisor = madeBy(number, "reciprocal")?.inputs[0];
			if (
				divisor &&
				number.dtype === out.dtype &&
				sizeOf(l.view(divisor).source) === sizeOf(out.shape) &&
				sizeOf(out.shape) > 1
			) {
				const a = l.cast(l.view(other), out.dtype);
				const b = l.view(divisor);
				return l.set(out, scaled(broadcastNode(l, "Div", [a, b], out.shape, out.dtype), a.scale / b.scale));
			}
		}
	}
	const [a, b] = smallUnscaled(l, promoted(l, node, out.dtype));
	l.set(out, scaled(broadcastNode(l, "Mul", [a, b], out.shape, out.dtype), a.scale * b.scale));
};

/** Carries out the factor of an operand that is far smaller than the other: there it costs nothing. */
const smallUnscaled = (l: Lowering, [a, b]: readonly View[]): View[] => {
	const [sizeA, sizeB] = [sizeOf(a.source), sizeOf(b.source)];
	if (sizeA * 4 <= sizeB) return [unscaled(l.graph, a), b];
	return sizeB * 4 <= sizeA ? [a, unscaled(l.graph, b)] : [a, b];
};

const extremum =
	(operator: "Max" | "Min"): Rule =>
	(l, node) => {
		const [out] = node.outputs;
		const [x, y] = node.inputs;
		if (operator === "Max" && isFloat(out.dtype) && (fullValue(y) === 0 || fullValue(x) === 0)) {
			const view = l.cast(l.plain(fullValue(y) === 0 ? x : y), out.dtype);
			const named = { ...aligned(view, out.shape.length), name: l.graph.node("Relu", [view.name]) };
			return l.set(out, { ...named, shape: out.shape });
		}
		const views = promoted(l, node, out.dtype).map((v) => unscaled(l.graph, v));
		l.set(out, broadcastNode(l, operator, views, out.shape, out.dtype));
	};

const comparison: Record<string, string> = {
	less: "Less",
	less_equal: "LessOrEqual",
	equal: "Equal",
	not_equal: "Equal",
};

const typeRank: readonly DType[] = ["bool", "int32", "float32", "float64"];

/** x < y and its kin, in the wider of the operands' types; a plain number takes the type of the other. */
const compare: Rule = (l, node) => {
	const [out] = node.outputs;
	const typed = node.inputs.filter((x) => fullValue(x) === undefined);
	const types = (typed.length > 0 ? typed : node.inputs).map((x) => typeRank.indexOf(x.dtype));
	const dtype = typeRank[Math.max(...types, ...(typed.length ? [] : [1]))];
	const views = promoted(l, node, dtype === "bool" ? "int32" : dtype).map((v) => unscaled(l.graph, v));
	const view = broadcastNode(l, comparison[node.params.op], views, out.shape, "bool");
	l.set(out, node.params.op === "not_equal" ? { ...view, name: l.graph.node("Not", [view.name]) } : view);
};

/** where(condition, x, y). A common factor is kept; zero has any factor. */
const where: Rule = (l, node) => {
	const [out] = node.outputs;
	const condition = l.view(node.inputs[0]);
	const views = node.inputs.slice(1).map((x) => {
		const value = fullValue(x);
		return value === undefined ? l.cast(l.view(x), out.dtype) : fullView(l, x, value, out.dtype);
	});
	const isZero = node.inputs.slice(1).map((x) => fullValue(x) === 0);
	const scale = isZero[0] ? views[1].scale : views[0].scale;
	const kept = views.every((v, i) => isZero[i] || v.scale === scale);
	const branches = kept ? views : views.map((v) => unscaled(l.graph, v));
	const view = broadcastNode(l, "Where", [condition, ...branches], out.shape, out.dtype);
	l.set(out, kept ? scaled(view, scale) : view);
};

/** Integer quotient towards zero; on floats, the truncated quotient. */
const idiv: Rule = (l, node) => {
	const [out] = node.outputs;
	const views = promoted(l, node, out.dtype).map((v) => unscaled(l.graph, v));
	const quotient = broadcastNode(l, "Div", views, out.shape, out.dtype);
	if (!isFloat(out.dtype)) return l.set(out, quotient);
	const magnitude = l.graph.node("Floor", [l.graph.node("Abs", [quotient.name])]);
	l.set(out, { ...quotient, name: l.graph.node("Mul", [l.graph.node("Sign", [quotient.name]), magnitude]) });
};

/** Remainder with the sign of the dividend, as C's fmod. */
const mod: Rule = (l, node) => {
	const [out] = node.outputs;
	const views = promoted(l, node, out.dtype).map((v) => unscaled(l.graph, v));
	l.set(out, broadcastNode(l, "Mod", views, out.shape, out.dtype, { fmod: 1 }));
};

/** Operators that the runtime has for single precision only. */
const single =
	(operator: string): Rule =>
	(l, node) => {
		if (node.outputs[0].dtype !== "float32") l.fail(node, `of ${node.outputs[0].dtype} has no operator`);
		unary(operator)(l, node);
	};

/** erf(x). */
const erf: Rule = (l, node) => {
	if (node.outputs[0].dtype === "float64") errorFunction(l, node, "erf");
	else single("Erf")(l, node);
};

/** erfc(x); in single precision as 1 − erf(x), which has no digits where erf is near 1. */
const erfc: Rule = (l, node) => {
	const [out] = node.outputs;
	if (out.dtype === "float64") return errorFunction(l, node, "erfc");
	single("Erf")(l, node);
	l.set(out, broadcastNode(l, "Sub", [fullView(l, out, 1, out.dtype), l.view(out)], out.shape, out.dtype));
};

const neg: Rule = (l, node) => {
	const [x] = node.inputs;
	if (isFloat(x.dtype)) l.set(node.outputs[0], scaled(l.view(x), -1));
	else unary("Neg")(l, node);
};

/** 1 / x; a factor c of x becomes 1/c. */
const reciprocal: Rule = (l, node) => {
	const view = l.view(node.inputs[0]);
	l.set(node.outputs[0], { ...view, name: l.graph.node("Reciprocal", [view.name]), scale: 1 / view.scale });
};

const cast: Rule = (l, node) => l.set(node.outputs[0], l.cast(l.view(node.inputs[0]), node.params.dtype));

export const elementwise: Record<string, Rule> = {
	add,
	mul,
	idiv,
	mod,
	neg,
	reciprocal,
	compare,
	where,
	cast,
	erf,
	erfc,
	max: extremum("Max"),
	min: extremum("Min"),
	exp: unary("Exp"),
	log: unary("Log"),
	sqrt: unary("Sqrt"),
	sin: unary("Sin"),
	cos: unary("Cos"),
	asin: single("Asin"),
	atan: single("Atan"),
	floor: unary("Floor"),
	ceil: unary("Ceil"),
	full: (l, node) => {
		const [out] = node.outputs;
		l.set(out, fullView(l, out, node.params.value, out.dtype));
	},
	constant: (l, node) => {
		const [out] = node.outputs;
		l.setTensor(out, l.graph.constant(out.dtype, out.shape, node.params.values));
	},
};
