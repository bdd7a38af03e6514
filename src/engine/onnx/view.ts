/**
 * Views: arrays as the graph holds them, not yet moved.
 *
 * `transpose`, `broadcast`, reshapes that add or merge axes, negation and multiplication by a number cost a pass over
 * memory each if they are carried out. A view records them instead: for each axis of the array, which axis of a
 * tensor of the graph it reads, or none where the array repeats; and one number that all values are to be multiplied
 * with. Most are never carried out: a matrix product takes transposed operands and a factor, an elementwise operation
 * broadcasts, and a sum over a repeated axis is a product.
 *
 *     array  [batch, head, time, width]  =  0.125 · tensor [time, batch, width] read by axes [1, -, 0, 2]
 */
import type { DType } from "../types.ts";
import { sizeOf } from "../values.ts";
import type { OnnxGraph } from "./graph.ts";

/** Marks an axis of an array along which it repeats. */
export const repeated = -1;

export interface View {
	/** The tensor in the graph and its sizes; none of them is 1. */
	readonly name: string;
	readonly source: readonly number[];
	/** For each axis of the array, the axis of the tensor that it reads, or `repeated`. Every tensor axis is read once. */
	readonly axes: readonly number[];
	readonly shape: readonly number[];
	readonly dtype: DType;
	/** The array is this number times the tensor; always 1 unless `dtype` is a float. */
	readonly scale: number;
}

/** A tensor whose own sizes are `shape`, as a view: axes of size 1 are dropped from the tensor. */
export function viewOf(graph: OnnxGraph, name: string, shape: readonly number[], dtype: DType): View {
	const source = shape.filter((d) => d !== 1);
	let next = 0;
	const axes = shape.map((d) => (d === 1 ? repeated : next++));
	return {
		name: source.length === shape.length ? name : reshaped(graph, name, source),
		source,
		axes,
		shape,
		dtype,
		scale: 1,
	};
}

/** A tensor of this shape whose axes have all a size above 1. */
export const plainView = (name: string, shape: readonly number[], dtype: DType): View => ({
	name,
	source: shape,
	axes: shape.map((_, i) => i),
	shape,
	dtype,
	scale: 1,
});

const reshaped = (graph: OnnxGraph, name: string, shape: readonly number[]): string =>
	graph.node("Reshape", [name, graph.integers(shape)]);

export const transposed = (view: View, perm: readonly number[]): View => ({
	...view,
	axes: perm.map((p) => view.axes[p]),
	shape: perm.map((p) => view.shape[p]),
});

/** jax-js's broadcast: new axes at `inserted`, and axes of size 1 repeated. */
export function broadcasted(view: View, shape: readonly number[], inserted: readonly number[]): View {
	const added = new Set(inserted);
	let next = 0;
	return { ...view, axes: shape.map((_, i) => (added.has(i) ? repeated : view.axes[next++])), shape };
}

/** The view with leading repeated axes until it has `rank` of them. */
export function aligned(view: View, rank: number): View {
	const missing = rank - view.shape.length;
	if (missing === 0) return view;
	const lead = <T>(x: T, list: readonly T[]) => [...new Array<T>(missing).fill(x), ...list];
	return { ...view, axes: lead(repeated, view.axes), shape: lead(1, view.shape) };
}

export const scaled = (view: View, factor: number): View => ({ ...view, scale: view.scale * factor });

/** The view with its factor carried out. */
export function unscaled(graph: OnnxGraph, view: View): View {
	if (view.scale === 1) return view;
	const name =
		view.scale === -1
			? graph.node("Neg", [view.name])
			: graph.node("Mul", [view.name, graph.scalar(view.dtype, view.scale)]);
	return { ...view, name, scale: 1 };
}

/** The axes of the array that the tensor has, in the tensor's order. */
export function sourceOrder(view: View): number[] {
	const order = new Array<number>(view.source.length);
	view.axes.forEach((s, i) => {
		if (s !== repeated) order[s] = i;
	});
	return order;
}

/** The view with the axes of its tensor in `order`, a list of array axes that holds all that the tensor has. */
export function ordered(graph: OnnxGraph, view: View, order: readonly number[]): View {
	const wanted = order.filter((axis) => view.axes[axis] !== repeated);
	const perm = wanted.map((axis) => view.axes[axis]);
	if (perm.every((p, i) => p === i)) return view;
	const axes = [...view.axes];
	wanted.forEach((axis, i) => {
		axes[axis] = i;
	});
	return {
		...view,
		name: graph.node("Transpose", [view.name], { attributes: { perm } }),
		source: perm.map((p) => view.source[p]),
		axes,
	};
}

/**
 * The name of a tensor whose sizes are those of the array's axes in `order`, 1 where the array repeats; leading ones
 * are left out. The factor is not carried out.
 */
export function operand(graph: OnnxGraph, view: View, order: readonly number[]): string {
	const { name, axes, source } = ordered(graph, view, order);
	const sizes = order.map((axis) => (axes[axis] === repeated ? 1 : view.shape[axis]));
	const first = sizes.findIndex((d) => d !== 1);
	const dims = first < 0 ? [] : sizes.slice(first);
	return dims.length === source.length ? name : reshaped(graph, name, dims);
}

/** The name of a tensor that holds the array itself: everything carried out, sizes as in `shape`. */
export function materialised(graph: OnnxGraph, view: View): string {
	const order = view.shape.map((_, i) => i);
	const plain = unscaled(graph, ordered(graph, view, order));
	const kept = view.shape.map((d, i) => (plain.axes[i] === repeated ? 1 : d));
	let name = kept.length === plain.source.length ? plain.name : reshaped(graph, plain.name, kept);
	if (view.shape.some((d, i) => d !== kept[i]))
		name = graph.node("Expand", [name, graph.integers(view.shape)]);
	return name;
}

/**
 * The view under another shape of the same size. Runs of axes are matched from the left wherever the products of
 * their sizes agree; a run that the tensor holds side by side is merged or split in place, a repeated one stays
 * repeated, and only a run that is scattered or partly repeated is carried out first.
 */
export function reshapedView(graph: OnnxGraph, view: View, shape: readonly number[]): View {
	const runs = matchingRuns(view.shape, shape);
	const sideBySide = (from: readonly number[]) => {
		const held = from.filter((axis) => view.axes[axis] !== repeated);
		const whole =
			held.length === 0 || from.every((axis) => view.axes[axis] !== repeated || view.shape[axis] === 1);
		return whole && held.every((axis, i) => i === 0 || view.axes[axis] === view.axes[held[i - 1]] + 1);
	};
	if (!runs.every(({ from }) => sideBySide(from))) {
		const whole = view.shape.map((_, i) => i);
		const partly = runs.some(({ from }) => {
			const sizes = from.filter((axis) => view.shape[axis] !== 1);
			return new Set(sizes.map((axis) => view.axes[axis] === repeated)).size > 1;
		});
		const moved = partly
			? viewOf(graph, materialised(graph, view), view.shape, view.dtype)
			: ordered(graph, view, whole);
		return reshapedView(graph, moved, shape);
	}
	// Each tensor axis belongs to one run; put the runs into the tensor's order and give each its new sizes.
	const held = runs
		.map((run) => ({
			...run,
			at: Math.min(...run.from.map((a) => view.axes[a]).filter((s) => s !== repeated)),
		}))
		.filter((run) => Number.isFinite(run.at))
		.sort((a, b) => a.at - b.at);
	const axes = new Array<number>(shape.length).fill(repeated);
	const source: number[] = [];
	for (const { to } of held)
		for (const axis of to) if (shape[axis] !== 1) axes[axis] = source.push(shape[axis]) - 1;
	const same = source.length === view.source.length && source.every((d, i) => d === view.source[i]);
	return { ...view, name: same ? view.name : reshaped(graph, view.name, source), source, axes, shape };
}

/** Pairs of runs of axes, left to right, whose sizes have equal products, each as short as can be. */
function matchingRuns(a: readonly number[], b: readonly number[]): { from: number[]; to: number[] }[] {
	const runs: { from: number[]; to: number[] }[] = [];
	let [i, j] = [0, 0];
	while (i < a.length || j < b.length) {
		const from: number[] = [];
		const to: number[] = [];
		const sizes = (list: readonly number[], axes: readonly number[]) => sizeOf(axes.map((x) => list[x]));
		do {
			if (j >= b.length || (i < a.length && sizes(a, from) <= sizes(b, to))) from.push(i++);
			else to.push(j++);
		} while (sizes(a, from) !== sizes(b, to));
		runs.push({ from, to });
	}
	return runs;
}
