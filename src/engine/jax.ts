/**
 * The engine that is jax-js itself: the traced function runs as WebAssembly, on any machine and in the page, or in the
 * page on WebGPU.
 *
 * Slower than the native engine, and the reference that its lowering is compared with. jax-js has one default device; it
 * is set before each program runs, and back afterwards, so that engines of both devices stand side by side.
 */
import {
	blockUntilReady,
	defaultDevice,
	getWebGPUDevice,
	init,
	type Array as JaxArray,
	jit,
	numpy as np,
	tree,
} from "@jax-js/jax";
import { UserError } from "../error.ts";
import { flattenArguments, prepareJax, trace, unflattenOutputs, unwinding } from "./trace.ts";
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

/** What jax-js computes on. WebGPU has no float64. */
type JaxDevice = "wasm" | "webgpu";

class JaxTensor implements Tensor {
	array: JaxArray;
	readonly #device: JaxDevice;
	readonly shape: readonly number[];
	readonly dtype: DType;

	constructor(array: JaxArray, device: JaxDevice) {
		this.array = array;
		this.#device = device;
		this.shape = array.shape;
		this.dtype = array.dtype as DType;
	}

	async read(): Promise<TypedArray> {
		const data = await this.array.ref.data();
		return this.dtype === "bool" ? Uint8Array.from(data as Int32Array) : (data as TypedArray);
	}

	async write(values: TypedArray): Promise<void> {
		this.array.dispose();
		this.array = toJax(values, this, this.#device);
	}

	dispose(): void {
		this.array.dispose();
	}
}

function toJax(values: TypedArray | readonly number[], { shape, dtype }: Spec, device: JaxDevice): JaxArray {
	const host = checkedValues(values, shape, dtype);
	const data = dtype === "bool" ? Int32Array.from(host) : host.slice();
	return np.array(data as never, { shape: [...shape], dtype: dtype as never, device });
}

function leafToJax(leaf: Leaf, spec: Spec, donated: boolean, device: JaxDevice): JaxArray {
	if (leaf instanceof JaxTensor) return donated ? leaf.array : leaf.array.ref;
	if (typeof leaf === "number") return toJax([leaf], spec, device);
	if (ArrayBuffer.isView(leaf)) return toJax(leaf as TypedArray, spec, device);
	throw new TypeError(`Expected a tensor of this engine, got ${formatSpec(leaf as Spec)} of another`);
}

/**
 * `webgpu` only in pages, from an adapter that the browser has.
 * Throws a `UserError` if there is none.
 */
export async function openJaxEngine(device: JaxDevice = "wasm"): Promise<Engine> {
	await prepareJax();
	if (device === "webgpu" && !(await init("webgpu")).includes("webgpu"))
		throw new UserError(
			"Expected a browser with WebGPU and a device for it, got none. Take WebAssembly, which is always there.",
		);
	return {
		device,
		description: device === "wasm" ? "jax-js on WebAssembly" : `jax-js on WebGPU, ${adapterName()}`,
		threads: 1,
		float64: false,
		tensor: (values, shape, dtype) =>
			new JaxTensor(
				toJax(
					values,
					{
						shape,
						dtype: dtype ?? (ArrayBuffer.isView(values) ? dtypeOf(values as TypedArray) : "float32"),
					},
					device,
				),
				device,
			),
		compile: ((fn, specs, options) => compileJax(device, fn, specs, options)) as Engine["compile"],
		dispose: async () => {},
	};
}

/** What the browser tells of the device: `nvidia ampere`, `google swiftshader`. */
function adapterName(): string {
	const { adapterInfo } = getWebGPUDevice() as unknown as { adapterInfo?: Record<string, string> };
	const words = [adapterInfo?.["vendor"], adapterInfo?.["architecture"] || adapterInfo?.["description"]];
	return words.filter(Boolean).join(" ") || "a device without a name";
}

async function compileJax(
	device: JaxDevice,
	fn: TracedFunction<Tree<JaxArray>>,
	specs: readonly Tree<Spec>[],
	options: CompileOptions = {},
): Promise<Program<Tree<Tensor>>> {
	const name = options.name ?? (fn.name || "program");
	const start = performance.now();
	const traced = await trace(fn, specs, options.donate ?? [], name);
	const traceMs = performance.now() - start;
	const double = traced.inputs.find(({ dtype }) => dtype === "float64");
	if (double)
		throw new UserError(
			`Expected float32 in \`${name}\` on device ${device}, got ${formatSpec(double)} for \`${double.path}\`: ` +
				"jax-js 0.1.25 computes gradients in float64 wrongly there. Use float32, or device cpu.",
		);
	const compiled = jit(fn as never) as unknown as ((...args: Tree<JaxArray>[]) => Tree<JaxArray>) & {
		dispose(): void;
	};
	const specTree = tree.structure(specs.map((spec) => markLeaves(spec)) as never);

	const run = async (...args: Tree<Leaf>[]): Promise<Tree<Tensor>> => {
		const leaves = flattenArguments(traced, args, name).map((leaf, i) =>
			leafToJax(leaf, traced.inputs[i], traced.donated[i] >= 0, device),
		);
		defaultDevice(device);
		let result: Tree<JaxArray>;
		try {
			// The first call traces.
			result = unwinding(() => compiled(...(tree.unflatten(specTree, leaves) as Tree<JaxArray>[])));
		} finally {
			defaultDevice("wasm");
		}
		await blockUntilReady(result);
		return unflattenOutputs(
			traced,
			tree.leaves(result as never).map((x) => new JaxTensor(x as JaxArray, device)),
		);
	};
	const equations = traced.closed.jaxpr.eqns.length;
	traced.closed.dispose();
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
