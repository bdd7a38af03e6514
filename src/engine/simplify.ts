/**
 * Algebra on a program as it is built: one rule a case, each true for finite values.
 *
 * Most of what they remove is left behind by differentiation: tangents that are zero, factors that are one, and the
 * terms `x - stop_gradient(x)` that model/functional.ts adds to give a function its gradient. Zero times infinity is
 * taken as zero here, as an absent tangent is meant to be.
 */
import { type Builder, fullValue, madeBy, type Node, type Value } from "./ir.ts";
import type { Spec } from "./types.ts";
import { sizeOf } from "./values.ts";

const unary: Record<string, (x: number) => number> = {
	neg: (x) => -x,
	reciprocal: (x) => 1 / x,
	exp: Math.exp,
	log: Math.log,
	sqrt: Math.sqrt,
	sin: Math.sin,
	cos: Math.cos,
	floor: Math.floor,
	ceil: Math.ceil,
};

const sameShape = (a: Spec, b: Spec): boolean =>
	a.shape.length === b.shape.length && a.shape.every((d, i) => d === b.shape[i]);

/** `x` as an array of `spec`: cast and broadcast (aligned at the last axis) where it is not one already. */
function conformed(builder: Builder, x: Value, spec: Spec): Value {
	const value = fullValue(x);
	if (value !== undefined) return builder.full(value, spec);
	if (x.dtype !== spec.dtype)
		x = builder.emit("cast", [x], { dtype: spec.dtype }, [{ ...x, dtype: spec.dtype }])[0];
	if (sameShape(x, spec)) return x;
	const axis = Array.from({ length: spec.shape.length - x.shape.length }, (_, i) => i);
	return builder.emit("broadcast", [x], { shape: spec.shape, axis }, [spec])[0];
}

/** The value that `op` amounts to, or undefined if it must be computed. */
export function simplified(
	builder: Builder,
	op: string,
	inputs: readonly Value[],
	params: Node["params"],
	outputs: readonly Spec[],
): Value | undefined {
	const [spec] = outputs;
	const [x, y] = inputs;
	const numbers = inputs.map(fullValue);
	const [a, b] = numbers;
	const full = (value: number) => builder.full(value, spec);
	const as = (value: Value) => conformed(builder, value, spec);
	const isFloat = spec.dtype === "float32" || spec.dtype === "float64";

	if (op in unary && a !== undefined && isFloat) return full(unary[op](a));
	switch (op) {
		case "stop_gradient":
			return x;
		case "neg":
			return madeBy(x, "neg")?.inputs[0];
		case "cast":
			if (a !== undefined && (isFloat || Number.isInteger(a)))
				return full(spec.dtype === "bool" ? Number(a !== 0) : a);
			return x.dtype === spec.dtype ? x : undefined;
		case "add":
			if (!isFloat) return undefined;
			if (a !== undefined && b !== undefined) return full(a + b);
			if (a === 0) return as(y);
			if (b === 0) return as(x);
			return madeBy(x, "neg")?.inputs[0] === y || madeBy(y, "neg")?.inputs[0] === x ? full(0) : undefined;
		case "mul":
			if (!isFloat) return undefined;
			if (a !== undefined && b !== undefined) return full(a * b);
			if (a === 0 || b === 0) return full(0);
			if (a === 1) return as(y);
			if (b === 1) return as(x);
			if (a === -1) return as(builder.emit("neg", [y], {}, [y])[0]);
			if (b === -1) return as(builder.emit("neg", [x], {}, [x])[0]);
			return undefined;
		case "where":
			if (inputs[1] === inputs[2] || (b !== undefined && b === numbers[2])) return as(inputs[1]);
			return a === undefined ? undefined : as(a ? inputs[1] : inputs[2]);
		case "reduce":
			if (a !== undefined && isFloat && params.op === "Add")
				return full((a * sizeOf(x.shape)) / sizeOf(spec.shape));
			if (a !== undefined && (params.op === "Max" || params.op === "Min")) return full(a);
			return params.axis.length === 0 ? x : undefined;
		case "dot":
			return a === 0 || b === 0 ? full(0) : undefined;
		case "gather":
		case "flip":
		case "shrink":
			return a === undefined ? undefined : full(a);
		case "pad":
		case "scatter":
			return a === 0 ? full(0) : undefined;
		case "concatenate":
			return a !== undefined && numbers.every((v) => v === a) ? full(a) : undefined;
		case "reshape": {
			if (a !== undefined) return full(a);
			if (sameShape(x, spec)) return x;
			const inner = madeBy(x, "reshape");
			return inner && builder.emit("reshape", inner.inputs, params, outputs)[0];
		}
		case "broadcast":
			if (a !== undefined) return full(a);
			return sameShape(x, spec) ? x : undefined;
		case "transpose": {
			if (a !== undefined) return full(a);
			const perm = params.perm as number[];
			if (perm.every((p, i) => p === i)) return x;
			const inner = madeBy(x, "transpose");
			return (
				inner &&
				builder.emit("transpose", inner.inputs, { perm: perm.map((p) => inner.params.perm[p]) }, outputs)[0]
			);
		}
		default:
			return undefined;
	}
}
