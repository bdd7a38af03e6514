/**
 * Tracing: a function and the specs of its arguments become a jaxpr, jax-js's typed list of equations.
 *
 * Nothing is computed and no memory of the arrays' size is taken: arguments are lazy zeros.
 */
import {
	type ClosedJaxpr,
	init,
	type Array as JaxArray,
	Array as JaxArrayClass,
	type JsTreeDef,
	makeJaxpr,
	numpy as np,
	tree,
} from "@jax-js/jax";
import { UserError } from "../error.ts";
import type { DType, Leaf, Spec, TracedFunction, Tree } from "./types.ts";
import { formatSpec } from "./values.ts";

/** One leaf of the arguments: its spec and the path that messages name, `arguments[0].blocks.0.ln1.weight`. */
export interface TracedLeaf extends Spec {
	readonly path: string;
}

export interface Traced {
	readonly closed: ClosedJaxpr;
	readonly inputs: readonly TracedLeaf[];
	/** How many of the leaves belong to each argument, in order. */
	readonly argumentSizes: readonly number[];
	readonly outputs: readonly Spec[];
	readonly outputTree: JsTreeDef;
	/** For input leaf i: the output leaf that takes over its memory, or -1. */
	readonly donated: readonly number[];
}

const isSpec = (x: unknown): x is Spec =>
	typeof x === "object" &&
	x !== null &&
	Array.isArray((x as Spec).shape) &&
	typeof (x as Spec).dtype === "string";

/** Leaves of a tree with their paths, in the order of jax-js: keys as inserted. */
function leavesOf<T>(
	value: Tree<T>,
	isLeaf: (x: unknown) => x is T,
	path: string,
): { path: string; leaf: T }[] {
	if (isLeaf(value)) return [{ path, leaf: value }];
	if (Array.isArray(value)) return value.flatMap((v, i) => leavesOf<T>(v, isLeaf, `${path}[${i}]`));
	if (typeof value === "object" && value !== null)
		return Object.entries(value).flatMap(([k, v]) => leavesOf<T>(v as Tree<T>, isLeaf, `${path}.${k}`));
	throw new UserError(`Expected \`${path}\` to be a leaf, a list or an object, got ${String(value)}`);
}

const isLeaf = (x: unknown): x is Leaf =>
	typeof x === "number" || ArrayBuffer.isView(x) || (isSpec(x) && "dispose" in x);

/** The leaves of one call's arguments, checked against what was traced: same paths, same specs. */
export function flattenArguments(traced: Traced, args: readonly Tree<Leaf>[], name: string): Leaf[] {
	if (args.length !== traced.argumentSizes.length)
		throw new UserError(
			`Expected ${traced.argumentSizes.length} arguments for \`${name}\`, got ${args.length}`,
		);
	const leaves = args.flatMap((arg, i) => leavesOf(arg, isLeaf, `arguments[${i}]`));
	if (leaves.length !== traced.inputs.length)
		throw new UserError(`Expected ${traced.inputs.length} leaves for \`${name}\`, got ${leaves.length}`);
	return leaves.map(({ leaf, path }, i) => {
		const want = traced.inputs[i];
		if (path !== want.path) throw new UserError(`Expected \`${want.path}\` for \`${name}\`, got \`${path}\``);
		if (isSpec(leaf) && formatSpec(leaf) !== formatSpec(want))
			throw new UserError(
				`Expected \`${path}\` of \`${name}\` to be ${formatSpec(want)}, got ${formatSpec(leaf)}`,
			);
		return leaf;
	});
}

let ready: Promise<unknown> | undefined;

/**
 * jax-js needs a device only to read the scalars that a traced function closes over; WebAssembly is always there.
 * Node 20 lacks two globals that it names: the type of half-precision arrays, and `navigator`.
 */
export function prepareJax(): Promise<unknown> {
	const globals = globalThis as Record<string, unknown>;
	globals.Float16Array ??= class Float16Array {};
	globals.navigator ??= { userAgent: "Node" };
	ready ??= init("wasm");
	return ready;
}

/**
 * jax-js reads the numbers in a traced function as float32, which would spoil a float64 program. So such a program is
 * traced twice: first to collect the scalars, which are read in full once no trace is active, then with these values.
 * A library function that jax-js has traced and kept (`tanh`, say) keeps its own numbers as they are, float32.
 */
function withExactScalars<T>(traced: () => T): T {
	const { prototype } = JaxArrayClass;
	const { dataSync } = prototype;
	const isNumber = (x: JaxArray) => x.weakType && x.ndim === 0 && x.dtype === "float32";
	const reading = (read: (x: JaxArray) => ReturnType<typeof dataSync>): T => {
		let within = false;
		prototype.dataSync = function (this: JaxArray) {
			if (within || !isNumber(this)) return dataSync.call(this);
			within = true;
			try {
				return read(this);
			} finally {
				within = false;
			}
		};
		try {
			return traced();
		} finally {
			prototype.dataSync = dataSync;
		}
	};
	const scalars: JaxArray[] = [];
	reading((x) => {
		scalars.push(x.ref);
		return x.dataSync();
	});
	const exact = scalars.map((x) => x.astype("float64" as never).dataSync()[0]);
	return reading((x) => {
		const [rounded] = x.dataSync();
		while (exact.length > 0 && Math.fround(exact[0]) !== rounded && !Number.isNaN(rounded)) exact.shift();
		return Float64Array.of(exact.shift() ?? rounded);
	});
}

/** The top of jax-js's stack of traces: how deep it is, and what takes the top off. */
function topOfStack(): { readonly level: number; [Symbol.dispose](): void } {
	let main: unknown;
	makeJaxpr((x: JaxArray) => {
		({ main } = x._trace);
		return x;
	})(np.zeros([]));
	return main as ReturnType<typeof topOfStack>;
}

/**
 * The result of `traced`, which may trace gradients. jax-js 0.1.25 leaves an entry on its stack of traces with each of
 * them (`partialEvalFlat` takes off none), and the entry holds all that was traced: here they are taken off again.
 */
export function unwinding<T>(traced: () => T): T {
	const { level } = topOfStack();
	try {
		return traced();
	} finally {
		const top = topOfStack();
		for (let i = top.level; i > level; i--) top[Symbol.dispose]();
	}
}

/** Traces `fn`. `donate` names the arguments whose memory the first outputs take over, in order. */
export async function trace(
	fn: TracedFunction<Tree<JaxArray>>,
	specs: readonly Tree<Spec>[],
	donate: readonly number[],
	name: string,
): Promise<Traced> {
	await prepareJax();
	const byArgument = specs.map((spec, i) => leavesOf(spec, isSpec, `arguments[${i}]`));
	const traceOnce = () =>
		unwinding(() => makeJaxpr(fn as (...args: unknown[]) => JaxArray)(...specs.map(toZeros)));
	const isDouble = byArgument.flat().some(({ leaf }) => leaf.dtype === "float64");
	const { jaxpr: closed, treedef } = isDouble ? withExactScalars(traceOnce) : traceOnce();
	const outputs = closed.jaxpr.outs.map((x) => ({ shape: x.aval.shape, dtype: x.aval.dtype as DType }));
	const inputs = byArgument.flat().map(({ path, leaf }) => ({ path, shape: leaf.shape, dtype: leaf.dtype }));
	const argumentSizes = byArgument.map((leaves) => leaves.length);
	const donated = new Array<number>(inputs.length).fill(-1);
	let output = 0;
	for (const argument of donate) {
		const start = argumentSizes.slice(0, argument).reduce((a, b) => a + b, 0);
		for (let i = start; i < start + argumentSizes[argument]; i++, output++) {
			if (output >= outputs.length || formatSpec(inputs[i]) !== formatSpec(outputs[output]))
				throw new UserError(
					`Expected output ${output} of \`${name}\` to replace \`${inputs[i].path}\` (${formatSpec(inputs[i])}), got ${
						output < outputs.length ? formatSpec(outputs[output]) : "no such output"
					}. Return the donated arguments first, with the same trees.`,
				);
			donated[i] = output;
		}
	}
	return { closed, inputs, argumentSizes, outputs, outputTree: treedef, donated };
}

function toZeros(spec: Tree<Spec>): Tree<JaxArray> {
	if (isSpec(spec)) return np.zeros([...spec.shape], { dtype: spec.dtype as never });
	if (Array.isArray(spec)) return spec.map(toZeros);
	return Object.fromEntries(Object.entries(spec).map(([k, v]) => [k, toZeros(v)]));
}

/** Output leaves put back into the tree that the function returned. */
export const unflattenOutputs = <T>(traced: Traced, leaves: T[]): Tree<T> =>
	tree.unflatten(traced.outputTree, leaves) as Tree<T>;
