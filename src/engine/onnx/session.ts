/**
 * The native engine: a program's ONNX graph run by onnxruntime-node.
 *
 * Outputs that replace donated inputs are written into preallocated buffers: each donated leaf has two, and a step
 * reads one and writes the other, so that nothing is copied or allocated.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import type { Array as JaxArray } from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { graphOf } from "../builder.ts";
import { flattenArguments, trace, unflattenOutputs } from "../trace.ts";
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
} from "../types.ts";
import { checkedValues, dtypeOf, formatSpec, sizeOf, typedArray } from "../values.ts";
import { lower } from "./lower.ts";
import { readProfile } from "./profile.ts";

/** An array in host memory, which is the CPU device's own. */
class HostTensor implements Tensor {
	readonly shape: readonly number[];
	readonly dtype: DType;
	#native: ort.Tensor | undefined;

	constructor(values: TypedArray, shape: readonly number[], dtype: DType) {
		this.shape = shape;
		this.dtype = dtype;
		this.#native = new ort.Tensor(dtype as "float32", values as Float32Array, shape);
	}

	get native(): ort.Tensor {
		if (!this.#native)
			throw new Error(`${formatSpec(this)} was donated or disposed of and cannot be used again`);
		return this.#native;
	}

	get values(): TypedArray {
		return this.native.data as TypedArray;
	}

	async read(): Promise<TypedArray> {
		return this.values.slice();
	}

	async write(values: TypedArray): Promise<void> {
		this.values.set(checkedValues(values, this.shape, this.dtype));
	}

	/** The native tensor, which this one gives up. */
	take(): ort.Tensor {
		const native = this.native;
		this.#native = undefined;
		return native;
	}

	dispose(): void {
		this.#native = undefined;
	}
}

const isTensorOfHost = (leaf: Leaf): leaf is HostTensor => leaf instanceof HostTensor;

export interface OnnxEngineOptions {
	readonly threads: number;
}

export async function openOnnxEngine({ threads }: OnnxEngineOptions): Promise<Engine> {
	return {
		device: "cpu",
		description: `ONNX Runtime ${ort.env.versions.common} on ${cpus()[0]?.model ?? "CPU"}`,
		threads,
		tensor: (values, shape, dtype) => {
			const type = dtype ?? (ArrayBuffer.isView(values) ? dtypeOf(values as TypedArray) : "float32");
			const own = typedArray(type, sizeOf(shape));
			own.set(checkedValues(values, shape, type));
			return new HostTensor(own, shape, type);
		},
		compile: ((fn, specs, options) => compileOnnx(fn, specs, options ?? {}, threads)) as Engine["compile"],
		dispose: async () => {},
	};
}

async function compileOnnx(
	fn: TracedFunction<Tree<JaxArray>>,
	specs: readonly Tree<Spec>[],
	options: CompileOptions,
	threads: number,
): Promise<Program<Tree<Tensor>>> {
	const name = options.name ?? (fn.name || "program");
	const begin = performance.now();
	const traced = await trace(fn, specs, options.donate ?? [], name);
	const graph = graphOf(traced.closed);
	const tracedAt = performance.now();
	const { bytes, nodes } = lower(graph, name, "cpu");
	const loweredAt = performance.now();
	const sessionOptions: ort.InferenceSession.SessionOptions = {
		executionProviders: ["cpu"],
		intraOpNumThreads: threads,
		graphOptimizationLevel: "all",
		logSeverityLevel: 3,
		extra: { session: { set_denormal_as_zero: "1" } },
	};
	const session = await ort.InferenceSession.create(bytes, sessionOptions);
	const startedAt = performance.now();

	const spare = new Map<number, ort.Tensor>();
	const run = async (active: ort.InferenceSession, args: Tree<Leaf>[]): Promise<Tree<Tensor>> => {
		const leaves = flattenArguments(traced, args, name);
		const feeds: Record<string, ort.Tensor> = {};
		const fetches: Record<string, ort.Tensor | null> = {};
		leaves.forEach((leaf, i) => {
			feeds[`i${i}`] = nativeOf(leaf, traced.inputs[i]);
		});
		traced.outputs.forEach((spec, o) => {
			fetches[`o${o}`] =
				spare.get(o) ??
				new ort.Tensor(
					spec.dtype as "float32",
					typedArray(spec.dtype, sizeOf(spec.shape)) as Float32Array,
					spec.shape,
				);
			spare.delete(o);
		});
		const known = new Set(active.inputNames);
		for (const key of Object.keys(feeds)) if (!known.has(key)) delete feeds[key];
		await active.run(feeds, fetches as ort.InferenceSession.NullableOnnxValueMapType);
		traced.donated.forEach((o, i) => {
			const leaf = leaves[i];
			if (o >= 0 && isTensorOfHost(leaf)) spare.set(o, leaf.take());
		});
		return unflattenOutputs(
			traced,
			traced.outputs.map(
				(spec, o) =>
					new HostTensor((fetches[`o${o}`] as ort.Tensor).data as TypedArray, spec.shape, spec.dtype),
			),
		);
	};

	return Object.assign((...args: Tree<Leaf>[]) => run(session, args), {
		info: {
			name,
			equations: traced.closed.jaxpr.eqns.length,
			simplified: graph.nodes.length,
			nodes,
			traceMs: tracedAt - begin,
			lowerMs: loweredAt - tracedAt,
			sessionMs: startedAt - loweredAt,
		},
		profile: async (...args: Tree<Leaf>[]) => {
			const folder = await mkdtemp(join(tmpdir(), "orrery-profile-"));
			const profiled = await ort.InferenceSession.create(bytes, {
				...sessionOptions,
				enableProfiling: true,
				profileFilePrefix: join(folder, "step"),
			});
			const result = await run(profiled, args);
			profiled.endProfiling();
			await profiled.release();
			const rows = await readProfile(folder);
			await rm(folder, { recursive: true });
			return { result, rows };
		},
		dispose: () => void session.release(),
	});
}

function nativeOf(leaf: Leaf, spec: Spec): ort.Tensor {
	if (isTensorOfHost(leaf)) return leaf.native;
	if (typeof leaf === "number" || ArrayBuffer.isView(leaf)) {
		const values = checkedValues(
			typeof leaf === "number" ? [leaf] : (leaf as TypedArray),
			spec.shape,
			spec.dtype,
		);
		return new ort.Tensor(spec.dtype as "float32", values as Float32Array, spec.shape);
	}
	throw new TypeError(`Expected a tensor of this engine, got ${formatSpec(leaf)} of another`);
}
