/**
 * Random programs over arrays, for comparing engines: a list of numbers is read as a recipe, each number choosing an
 * operation that fits the arrays made so far. Operations keep values finite and of moderate size, and numbers in the
 * programs are exact in float32, so that any difference is the engine's.
 */
import { type Array as JaxArray, lax, nn, numpy as np } from "@jax-js/jax";
import {
	crossEntropy,
	geluTanh,
	layerNorm,
	linear,
	relu,
	softmax,
	standardise,
} from "../../src/model/functional.ts";

type Choose = (bound: number) => number;

interface Step {
	readonly name: string;
	/** The result, or undefined where the operation does not fit these arrays. */
	readonly apply: (choose: Choose, x: JaxArray, y: JaxArray) => JaxArray | undefined;
}

const squash = (x: JaxArray) => x.ref.mul(np.reciprocal(np.sqrt(np.square(x).add(1))));
const axisOf = (choose: Choose, x: JaxArray) => choose(x.ndim);
const broadcastable = (x: JaxArray, y: JaxArray) => {
	const rank = Math.max(x.ndim, y.ndim);
	const at = (a: JaxArray, i: number) => a.shape[a.ndim - rank + i] ?? 1;
	return Array.from({ length: rank }, (_, i) => i).every(
		(i) => at(x, i) === at(y, i) || at(x, i) === 1 || at(y, i) === 1,
	);
};
const permutation = (choose: Choose, rank: number) => {
	const rest = Array.from({ length: rank }, (_, i) => i);
	return Array.from({ length: rank }, (_, i) => rest.splice(choose(rank - i), 1)[0]);
};
const indices = (choose: Choose, count: number, bound: number) =>
	np.array(
		Int32Array.from({ length: count }, () => choose(bound)),
		{ dtype: np.int32 },
	);
const pairwise = (f: (x: JaxArray, y: JaxArray) => JaxArray) => (_: Choose, x: JaxArray, y: JaxArray) =>
	broadcastable(x, y) ? f(x, y) : undefined;
const ranked = (f: (choose: Choose, x: JaxArray) => JaxArray) => (choose: Choose, x: JaxArray) =>
	x.ndim > 0 ? f(choose, x) : undefined;

const steps: Step[] = [
	{ name: "add", apply: pairwise((x, y) => x.add(y)) },
	{ name: "sub", apply: pairwise((x, y) => x.sub(y)) },
	{ name: "mul", apply: pairwise((x, y) => squash(x).mul(y)) },
	{ name: "div", apply: pairwise((x, y) => x.div(np.square(y).add(1))) },
	{ name: "max", apply: pairwise((x, y) => np.maximum(x, y)) },
	{ name: "min", apply: pairwise((x, y) => np.minimum(x, y)) },
	{ name: "where", apply: pairwise((x, y) => np.where(x.ref.less(y.ref), x.mul(2), np.negative(y))) },
	{ name: "scale", apply: (choose, x) => x.mul([0.5, -1, 2, -0.25][choose(4)]) },
	{ name: "shift", apply: (choose, x) => x.add([0.5, -1, 0][choose(3)]) },
	{ name: "neg", apply: (_, x) => np.negative(x) },
	{ name: "exp", apply: (_, x) => np.exp(squash(x)) },
	{ name: "log", apply: (_, x) => np.log(np.square(x).add(1)) },
	{ name: "sqrt", apply: (_, x) => np.sqrt(np.square(x).add(0.5)) },
	{ name: "sin", apply: (_, x) => np.sin(x) },
	{ name: "cos", apply: (_, x) => np.cos(x) },
	{ name: "atan", apply: (_, x) => np.arctan(x) },
	{ name: "erf", apply: (_, x) => lax.erf(x.ref).add(lax.erfc(x).mul(0.5)) },
	{ name: "asin", apply: (_, x) => np.arcsin(squash(x).mul(0.5)) },
	{ name: "relu", apply: (_, x) => np.maximum(x, 0) },
	{ name: "stop", apply: (_, x) => lax.stopGradient(x.ref).add(x.ref.sub(lax.stopGradient(x))) },
	{ name: "softmax", apply: ranked((choose, x) => nn.softmax(x, axisOf(choose, x))) },
	{ name: "logsumexp", apply: ranked((choose, x) => nn.logsumexp(x, axisOf(choose, x))) },
	{ name: "sum", apply: ranked((choose, x) => x.sum(axisOf(choose, x), { keepdims: choose(2) === 1 })) },
	{ name: "mean", apply: ranked((choose, x) => x.sum(axisOf(choose, x), { keepdims: true }).mul(0.5)) },
	{ name: "maximum", apply: ranked((choose, x) => x.max(axisOf(choose, x))) },
	{ name: "transpose", apply: (choose, x) => np.transpose(x, permutation(choose, x.ndim)) },
	{ name: "flatten", apply: (choose, x) => (choose(2) ? x.reshape([-1]) : x.reshape([1, ...x.shape])) },
	{
		name: "merge",
		apply: ranked((choose, x) => {
			const axis = choose(Math.max(1, x.ndim - 1));
			return x.ndim < 2 ? x : x.reshape([...x.shape.slice(0, axis), -1, ...x.shape.slice(axis + 2)]);
		}),
	},
	{
		name: "broadcast",
		apply: (choose, x) => (x.ndim < 4 ? np.broadcastTo(x, [2 + choose(2), ...x.shape]) : undefined),
	},
	{ name: "flip", apply: ranked((choose, x) => np.flip(x, axisOf(choose, x))) },
	{
		name: "slice",
		apply: ranked((choose, x) => {
			const axis = axisOf(choose, x);
			const start = choose(x.shape[axis]);
			return x.slice(...x.shape.map((d, i): [number, number] => (i === axis ? [start, d] : [0, d])));
		}),
	},
	// No pad: jax-js 0.1.25 itself gives cos(pad(x)) the value 0, not 1, at the padding, on each of its devices.
	{
		name: "concatenate",
		apply: ranked((choose, x) => np.concatenate([x.ref, x.mul(2)], axisOf(choose, x))),
	},
	{
		name: "split",
		apply: ranked((choose, x) => {
			const axis = axisOf(choose, x);
			if (x.shape[axis] < 2) return x;
			const at = 1 + choose(x.shape[axis] - 1);
			const [a, b] = np.split(x, [at], axis);
			return at * 2 > x.shape[axis] ? a : b;
		}),
	},
	{ name: "gather", apply: ranked((choose, x) => np.take(x, indices(choose, 3, x.shape[0]), 0)) },
	{
		name: "takeLast",
		apply: ranked((choose, x) =>
			np.take(x, indices(choose, 4, x.shape[x.ndim - 1]).reshape([2, 2]), x.ndim - 1),
		),
	},
	{
		name: "takeAlong",
		apply: (choose, x) =>
			x.ndim === 2
				? np.takeAlongAxis(x, indices(choose, x.shape[0], x.shape[1]).reshape([x.shape[0], 1]), 1)
				: undefined,
	},
	{ name: "sort", apply: ranked((choose, x) => np.sort(x, axisOf(choose, x))) },
	{ name: "cumsum", apply: (_, x) => (x.ndim === 1 ? np.cumsum(x) : undefined) },
	{
		name: "matmul",
		apply: (_, x, y) =>
			x.ndim === 2 && y.ndim === 2
				? x.shape[1] === y.shape[0]
					? np.matmul(squash(x), y)
					: x.shape[1] === y.shape[1]
						? np.matmul(squash(x), np.transpose(y))
						: undefined
				: undefined,
	},
	{
		name: "gram",
		apply: (choose, x) => {
			if (x.ndim < 2 || x.size > 400) return undefined;
			const rest = Array.from({ length: x.ndim - 2 }, (_, i) => i);
			const swapped = np.transpose(x.ref, [...rest, x.ndim - 1, x.ndim - 2]);
			return choose(2) ? np.matmul(squash(x), swapped) : np.matmul(swapped, squash(x));
		},
	},
	// The forms that models are written in, which the engine recognises.
	{ name: "standardise", apply: ranked((_, x) => standardise(squash(x), 0.25)) },
	{
		name: "affine",
		apply: (_, x, y) =>
			x.ndim > 0 && y.ndim === 1 && x.shape[x.ndim - 1] === y.shape[0]
				? layerNorm(squash(x), y.ref, y, 0.25)
				: undefined,
	},
	{ name: "attention weights", apply: ranked((_, x) => softmax(x)) },
	{ name: "relu of a model", apply: (_, x) => relu(x) },
	{ name: "gelu of a model", apply: (_, x) => geluTanh(squash(x)) },
	{
		name: "cross-entropy",
		apply: (choose, x) =>
			x.ndim === 2 ? crossEntropy(x, indices(choose, x.shape[0], x.shape[1])) : undefined,
	},
	{
		name: "linear",
		apply: (choose, x, y) =>
			x.ndim > 1 && y.ndim === 2 && x.shape[x.ndim - 1] === y.shape[1]
				? linear(squash(x), y.ref, choose(2) ? y.sum(1) : undefined)
				: undefined,
	},
	{
		name: "heads",
		apply: (choose, x) => {
			if (x.ndim !== 3) return undefined;
			const turned = np.transpose(x.ref, choose(2) ? [1, 0, 2] : [1, 2, 0]);
			const weights = np.transpose(turned.ref.sum(0));
			return np.transpose(np.matmul(squash(turned), weights), [1, 0, 2]);
		},
	},
];

/**
 * Operations for float32 only: natively there is no other, or they hold numbers that jax-js, evaluating a gradient,
 * rounds to float32.
 */
const singleOnly = new Set([
	"erf",
	"asin",
	"atan",
	"standardise",
	"affine",
	"gelu of a model",
	"cross-entropy",
]);

/** The function that a recipe describes, of two arrays; its result is the last array made and a scalar of them all. */
export function randomProgram(
	recipe: readonly number[],
	double: boolean,
): (x: JaxArray, y: JaxArray) => JaxArray {
	const usable = steps.filter((s) => !(double && singleOnly.has(s.name)));
	return (x, y) => {
		const made: JaxArray[] = [x, y];
		let next = 0;
		const choose: Choose = (bound) => (bound <= 1 ? 0 : (recipe[next++ % recipe.length] + next) % bound);
		while (next < recipe.length) {
			const step = usable[choose(usable.length)];
			const a = made[made.length - 1 - choose(Math.min(3, made.length))];
			const b = made[made.length - 1 - choose(made.length)];
			next++;
			const result = step.apply(choose, a.ref, b.ref);
			if (result && result.size <= 3000 && result.size > 0 && result.ndim <= 4) made.push(result);
		}
		return made.slice(2).reduce((sum, a) => sum.add(np.sum(np.sin(a))), np.sum(x.ref.mul(0.5)));
	};
}
