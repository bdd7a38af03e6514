/**
 * The engine that is jax-js itself: the traced function runs as WebAssembly, on any machine and in the page.
 *
 * Slower than the native engine, and the reference that its lowering is compared with.
 */
import { blockUntilReady, defaultDevice, type Array as JaxArray, jit, numpy as np, tree } from "@jax-js/jax";
import { flattenArguments, prepareJax, trace, unflattenOutputs } from "./trace.ts";
import type {
	CompileOptions,
	DType,
	Engine,
	Leaf,
	Program,
	Spec,
	Tensor,
	TracedFunction,
	Tree,
	TypedArray,
} from "./types.ts";
import { checkedValues, dtypeOf, formatSpec } from "./values.ts";

class JaxTensor implements Tensor {
	array: JaxArray;
	readonly shape: readonly number[];
	readonly dtype: DType;

	constructor(array: JaxArray) {
		this.array = array;
		this.shape = array.shape;
		this.dtype = array.dtype as DType;
	}

	async read(): Promise<TypedArray> {
		const data = await this.array.ref.data();
		return this.dtype === "bool" ? Uint8Array.from(data as Int32Array) : (data as TypedArray);
	}

	async write(values: TypedArray): Promise<void> {
		this.array.dispose();
		this.array = toJax(values, this);
	}

	dispose(): void {
		this.array.dispose();
	}
}

function toJax(values: TypedArray | readonly number[], { shape, dtype }: Spec): JaxArray {
	const host = checkedValues(values, shape, dtype);
	const data = dtype === "bool" ? Int32Array.from(host) : host.slice();
	return np.array(data as never, { shape: [...shape], dtype: dtype as never });
}

function leafToJax(leaf: Leaf, spec: Spec, donated: boolean): JaxArray {
	if (leaf instanceof JaxTensor) return donated ? leaf.array : leaf.array.ref;
	if (typeof leaf === "number") return toJax([leaf], spec);
	if (ArrayBuffer.isView(leaf)) return toJax(leaf as TypedArray, spec);
	throw new TypeError(`Expected a tensor of this engine, got ${formatSpec(leaf as Spec)} of another`);
}

export async function openJaxEngine(): Promise<Engine> {
	await prepareJax();
	defaultDevice("wasm");
	return {
		device: "wasm",
		description: "jax-js on WebAssembly",
		threads: 1,
		tensor: (values, shape, dtype) =>
			new JaxTensor(
				toJax(values, {
					shape,
					dtype: dtype ?? (ArrayBuffer.isView(values) ? dtypeOf(values as TypedArray) : "float32"),
				}),
			),
		compile: compileJax as Engine["compile"],
		dispose: async () => {},
	};
}

async function compileJax(
	fn: TracedFunction<Tree<JaxArray>>,
	specs: readonly Tree<Spec>[],
	options: CompileOptions = {},
): Promise<Program<Tree<Tensor>>> {
	const name = options.name ?? (fn.name || "program");
	const start = performance.now();
	const traced = await trace(fn, specs, options.donate ?? [], name);
	const traceMs = performance.now() - start;
	const compiled = jit(fn as never) as unknown as ((...args: Tree<JaxArray>[]) => Tree<JaxArray>) & {
		dispose(): void;
	};
	const specTree = tree.structure(specs.map((spec) => markLeaves(spec)) as never);

	const run = async (...args: Tree<Leaf>[]): Promise<Tree<Tensor>> => {
		const leaves = flattenArguments(traced, args, name).map((leaf, i) =>
			leafToJax(leaf, traced.inputs[i], traced.donated[i] >= 0),
		);
		const result = compiled(...(tree.unflatten(specTree, leaves) as Tree<JaxArray>[]));
		await blockUntilReady(result);
		return unflattenOutputs(
			traced,
			tree.leaves(result as never).map((x) => new JaxTensor(x as JaxArray)),
		);
	};
	const equations = traced.closed.jaxpr.eqns.length;
	return Object.assign(run, {
		info: { name, equations, simplified: equations, nodes: equations, traceMs, lowerMs: 0, sessionMs: 0 },
		profile: async (...args: Tree<Leaf>[]) => {
			const begin = performance.now();
			const result = await run(...args);
			return { result, rows: [{ operator: "jax-js", calls: 1, milliseconds: performance.now() - begin }] };
		},
		dispose: () => compiled.dispose(),
	});
}

/** The tree of specs with each spec replaced by a leaf that jax-js recognises as one. */
function markLeaves(spec: Tree<Spec>): unknown {
	if (Array.isArray(spec)) return spec.map(markLeaves);
	if (Array.isArray((spec as Spec).shape) && typeof (spec as Spec).dtype === "string") return 0;
	return Object.fromEntries(Object.entries(spec).map(([k, v]) => [k, markLeaves(v as Tree<Spec>)]));
}
