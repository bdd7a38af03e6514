/**
 * The native engine: a program's ONNX graph run by onnxruntime-node, and its fused updates after it.
 *
 * A donated input is replaced in place by a fused update (fuse/) where the program's form allows. Otherwise it has
 * two buffers, and a step reads one and writes the other. Either way nothing is copied or allocated from step to step.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import type { Array as JaxArray } from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { graphOf } from "../builder.ts";
import { partition } from "../fuse/partition.ts";
import { FusedUpdates } from "../fuse/updates.ts";
import type { Value } from "../ir.ts";
import { flattenArguments, type Traced, trace, unflattenOutputs } from "../trace.ts";
import type {
	CompileOptions,
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
import { HostTensor, nativeTensor } from "./host-tensor.ts";
import { type Lowered, lower } from "./lower.ts";
import { readProfile } from "./profile.ts";

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
			const spec = { shape, dtype: type };
			const own = typedArray(type, sizeOf(shape));
			own.set(checkedValues(values, shape, type));
			return new HostTensor(nativeTensor(own, spec), spec);
		},
		compile: ((fn, specs, options) => compile(fn, specs, options ?? {}, threads)) as Engine["compile"],
		dispose: async () => {},
	};
}

async function compile(
	fn: TracedFunction<Tree<JaxArray>>,
	specs: readonly Tree<Spec>[],
	options: CompileOptions,
	threads: number,
): Promise<Program<Tree<Tensor>>> {
	const name = options.name ?? (fn.name || "program");
	const begin = performance.now();
	const traced = await trace(fn, specs, options.donate ?? [], name);
	const tracedAt = performance.now();
	const graph = graphOf(traced.closed);
	const { body, bodyOutputs, groups } = partition(graph, traced.donated);
	const lowered = lower(body, name, "cpu");
	const updates = new FusedUpdates(groups);
	const loweredAt = performance.now();
	const sessionOptions: ort.InferenceSession.SessionOptions = {
		executionProviders: ["cpu"],
		intraOpNumThreads: threads,
		graphOptimizationLevel: "all",
		logSeverityLevel: 4,
		// Saturated networks make denormal numbers, which the processor handles a hundred times slower.
		extra: { session: { set_denormal_as_zero: "1" } },
	};
	const session = await ort.InferenceSession.create(lowered.bytes, sessionOptions);
	const startedAt = performance.now();
	const runner = new Runner(name, traced, graph.inputs, body.outputs, bodyOutputs, updates, lowered);

	return Object.assign((...args: Tree<Leaf>[]) => runner.run(session, args), {
		info: {
			name,
			equations: traced.closed.jaxpr.eqns.length,
			simplified: graph.nodes.length,
			nodes: lowered.nodes,
			traceMs: tracedAt - begin,
			lowerMs: loweredAt - tracedAt,
			sessionMs: startedAt - loweredAt,
		},
		profile: async (...args: Tree<Leaf>[]) => {
			const folder = await mkdtemp(join(tmpdir(), "orrery-profile-"));
			const profiled = await ort.InferenceSession.create(lowered.bytes, {
				...sessionOptions,
				enableProfiling: true,
				profileFilePrefix: join(folder, "step"),
			});
			const result = await runner.run(profiled, args);
			profiled.endProfiling();
			await profiled.release();
			const rows = await readProfile(folder);
			await rm(folder, { recursive: true });
			return {
				result,
				rows: [...rows, { operator: "fused updates", calls: groups.length, milliseconds: runner.updateMs }],
			};
		},
		dispose: () => void session.release(),
	});
}

/** Feeds a session from the arguments of a call, and makes the call's outputs of what it and the updates wrote. */
class Runner {
	readonly #name: string;
	readonly #traced: Traced;
	readonly #inputs: readonly Value[];
	/** Outputs of the session; the first ones are outputs of the program, the others feed the updates. */
	readonly #sessionOutputs: readonly Value[];
	readonly #bodyOutputs: readonly number[];
	readonly #updates: FusedUpdates;
	readonly #lowered: Lowered;
	/** For outputs that replace an input: the other of its two buffers. */
	readonly #spare = new Map<number, ort.Tensor>();
	/** What the last run of the updates took. */
	updateMs = 0;

	constructor(
		name: string,
		traced: Traced,
		inputs: readonly Value[],
		sessionOutputs: readonly Value[],
		bodyOutputs: readonly number[],
		updates: FusedUpdates,
		lowered: Lowered,
	) {
		this.#name = name;
		this.#traced = traced;
		this.#inputs = inputs;
		this.#sessionOutputs = sessionOutputs;
		this.#bodyOutputs = bodyOutputs;
		this.#updates = updates;
		this.#lowered = lowered;
	}

	async run(session: ort.InferenceSession, args: readonly Tree<Leaf>[]): Promise<Tree<Tensor>> {
		const { donated, outputs: specs } = this.#traced;
		const leaves = flattenArguments(this.#traced, args, this.#name);
		const natives = leaves.map((leaf, i) => this.#input(i, leaf));
		const feeds = Object.fromEntries(this.#lowered.inputs.map((i) => [`i${i}`, natives[i]]));
		const fetched = this.#sessionOutputs.map((value, k) => this.#output(value, k));
		const fetches = Object.fromEntries(fetched.map((tensor, k) => [`o${k}`, tensor]));
		if (fetched.length > 0) await session.run(feeds, fetches);

		const start = performance.now();
		const numbers = new Map<Value, ort.Tensor>();
		this.#inputs.forEach((value, i) => {
			numbers.set(value, natives[i]);
		});
		this.#sessionOutputs.forEach((value, k) => {
			numbers.set(value, fetched[k]);
		});
		this.#updates.run((value) => Number(numbers.get(value)!.data[0]));
		const outputs = new Array<HostTensor>(specs.length);
		leaves.forEach((leaf, i) => {
			if (donated[i] < 0 || !(leaf instanceof HostTensor)) return;
			const native = leaf.take();
			if (!this.#updates.native(this.#inputs[i])) this.#spare.set(donated[i], native);
		});
		for (const { output, tensor } of this.#updates.results()) outputs[output] = tensor;
		this.#bodyOutputs.forEach((output, k) => {
			outputs[output] = new HostTensor(fetched[k], specs[output]);
		});
		this.updateMs = performance.now() - start;
		return unflattenOutputs(this.#traced, outputs);
	}

	#input(i: number, leaf: Leaf): ort.Tensor {
		const spec = this.#traced.inputs[i];
		const value = this.#inputs[i];
		if (leaf instanceof HostTensor)
			return this.#updates.native(value) ? this.#updates.accept(value, leaf) : leaf.native;
		if (typeof leaf !== "number" && !ArrayBuffer.isView(leaf))
			throw new TypeError(
				`Expected a tensor of this engine for \`${spec.path}\`, got ${formatSpec(leaf)} of another`,
			);
		const values = checkedValues(typeof leaf === "number" ? [leaf] : leaf, spec.shape, spec.dtype, spec.path);
		return this.#updates.native(value) ? this.#updates.accept(value, values) : nativeTensor(values, spec);
	}

	#output(value: Value, k: number): ort.Tensor {
		const placed = k >= this.#bodyOutputs.length ? this.#updates.native(value) : undefined;
		if (placed) return placed;
		const output = this.#bodyOutputs[k];
		const spare = this.#spare.get(output);
		this.#spare.delete(output);
		return spare ?? nativeTensor(typedArray(value.dtype, sizeOf(value.shape)), value);
	}
}
