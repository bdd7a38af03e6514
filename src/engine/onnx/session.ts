/**
 * The native engine: a program's ONNX graph run by onnxruntime-node, and its fused updates after it.
 *
 * On the CPU a donated input is replaced in place by a fused update (fuse/) where the program's form allows; otherwise
 * it has two buffers, and a step reads one and writes the other. Nothing is copied or allocated from step to step.
 * On a GPU (WebGPU) what replaces a donated input stays in the GPU's buffers. With CUDA state lives on the host.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import type { Array as JaxArray } from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { UserError } from "../../error.ts";
import { graphOf } from "../builder.ts";
import { partition } from "../fuse/partition.ts";
import { FusedUpdates } from "../fuse/updates.ts";
import type { Graph } from "../ir.ts";
import { trace } from "../trace.ts";
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
import { bytesOf, checkedValues, dtypeOf, sizeOf, typedArray } from "../values.ts";
import { downloader } from "./download.ts";
import { OnnxGraph } from "./graph.ts";
import { lower } from "./lower.ts";
import { NativeTensor, nativeOf } from "./native-tensor.ts";
import { readProfile } from "./profile.ts";
import { Runner } from "./runner.ts";

// Its messages reach the caller as errors; printed as well they would only be noise.
ort.env.logLevel = "fatal";

export type NativeDevice = "cpu" | "webgpu" | "cuda";

export async function openOnnxEngine(device: NativeDevice, threads: number): Promise<Engine> {
	const options: ort.InferenceSession.SessionOptions = {
		executionProviders: device === "cpu" ? ["cpu"] : [device, "cpu"],
		intraOpNumThreads: threads,
		graphOptimizationLevel: "all",
		// One block for all of a run's arrays, planned after the first, would take a quarter more memory and no less time.
		enableMemPattern: false,
		logSeverityLevel: 4,
		// Saturated networks make denormal numbers, which the processor handles a hundred times slower.
		// Threads that go on spinning after a run would take the processor from whatever runs next.
		extra: {
			session: { set_denormal_as_zero: "1", force_spinning_stop: "1" },
			// A sum and its layer normalisation as one operator take four times as long as the two.
			optimization: { disable_specified_optimizers: "SkipLayerNormFusion" },
		},
	};
	if (device !== "cpu") await probe(device, options);
	const processor = cpus()[0]?.model ?? "CPU";
	return {
		device,
		description: `ONNX Runtime ${ort.env.versions.common} on ${device === "cpu" ? processor : device}`,
		float64: true,
		threads,
		tensor: (values, shape, dtype) => {
			const type = dtype ?? (ArrayBuffer.isView(values) ? dtypeOf(values as TypedArray) : "float32");
			const own = typedArray(type, sizeOf(shape));
			own.set(checkedValues(values, shape, type));
			return new NativeTensor(nativeOf(own, { shape, dtype: type }), { shape, dtype: type });
		},
		compile: ((fn, specs, given) => compile(fn, specs, given ?? {}, device, options)) as Engine["compile"],
		dispose: async () => {},
	};
}

const advice: Record<Exclude<NativeDevice, "cpu">, string> = {
	webgpu:
		"Install a driver for the GPU and the Vulkan loader (Debian: `apt install libvulkan1 mesa-vulkan-drivers`), " +
		"or name a driver's file in VK_ICD_FILENAMES.",
	cuda:
		"Install CUDA 12 with cuDNN 9 on Linux, then `ONNXRUNTIME_NODE_INSTALL=cuda12 node " +
		"node_modules/onnxruntime-node/script/install.js`; the plain install leaves these libraries out.",
};

/** Throws a `UserError` where the device is absent: it is asked to copy one number. */
async function probe(device: "webgpu" | "cuda", options: ort.InferenceSession.SessionOptions): Promise<void> {
	const graph = new OnnxGraph();
	graph.output("o", "Identity", "i");
	const scalar: Spec = { shape: [1], dtype: "float32" };
	const { bytes } = graph.encode([{ ...scalar, name: "i" }], [{ ...scalar, name: "o" }]);
	try {
		const session = await ort.InferenceSession.create(bytes, options);
		await session.release();
	} catch (error) {
		const why = (error as Error).message
			.split("\n")[0]
			.replace(/^.*was false\. /, "")
			.replace(/\.?$/, ".");
		throw new UserError(
			`Expected a device \`${device}\` here, got: ${why} ${advice[device]} Or use device cpu.`,
		);
	}
}

async function compile(
	fn: TracedFunction<Tree<JaxArray>>,
	specs: readonly Tree<Spec>[],
	{ name = fn.name || "program", donate = [] }: CompileOptions,
	device: NativeDevice,
	options: ort.InferenceSession.SessionOptions,
): Promise<Program<Tree<Tensor>>> {
	const begin = performance.now();
	const traced = await trace(fn, specs, donate, name);
	const tracedAt = performance.now();
	const graph = graphOf(traced.closed);
	const parts = device === "webgpu" ? whole(graph) : partition(graph, traced.donated);
	const lowered = lower(parts.body, name, device);
	const updates = new FusedUpdates(parts);
	const loweredAt = performance.now();
	const onGpu = device === "webgpu" ? traced.donated.filter((o) => o >= 0) : [];
	const sessionOptions: ort.InferenceSession.SessionOptions = {
		...options,
		// Beyond "basic" the runtime moves factors into operators that keep them in single precision.
		graphOptimizationLevel: traced.inputs.some((x) => x.dtype === "float64") ? "basic" : "all",
		// What replaces its arguments is run again and again, and memory fresh from the system would cost it a tenth of its
		// time. The others would only hold memory between their runs; so would an arena of large arrays, since it grows by
		// doubling.
		enableCpuMemArena: donate.length > 0 && bytesMade(parts.body) < 2 ** 32,
		preferredOutputLocation: Object.fromEntries(onGpu.map((o) => [`o${o}`, "gpu-buffer" as const])),
	};
	// A program that is nothing but fused updates has no graph to run.
	const session =
		parts.body.outputs.length > 0
			? await ort.InferenceSession.create(lowered.bytes, sessionOptions)
			: undefined;
	const startedAt = performance.now();
	const runner = new Runner({
		name,
		traced,
		inputs: graph.inputs,
		sessionOutputs: parts.body.outputs,
		bodyOutputs: parts.bodyOutputs,
		updates,
		fed: lowered.inputs,
		onGpu: new Set(onGpu),
		download: downloader(options),
	});

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
			const profiled =
				session &&
				(await ort.InferenceSession.create(lowered.bytes, {
					...sessionOptions,
					enableProfiling: true,
					profileFilePrefix: join(folder, "step"),
				}));
			const result = await runner.run(profiled, args);
			profiled?.endProfiling();
			await profiled?.release();
			const rows = profiled ? await readProfile(folder) : [];
			await rm(folder, { recursive: true });
			return {
				result,
				rows: [
					...rows,
					{ operator: "fused updates", calls: parts.groups.length, milliseconds: runner.updateMs },
				],
			};
		},
		dispose: () => void session?.release(),
	});
}

/** Operations that mostly change a view (view.ts) and make no array. */
const unmade = new Set(["broadcast", "reshape", "transpose", "full"]);

/** Bytes of all arrays that a program makes on its way, were they kept. */
const bytesMade = (graph: Graph): number =>
	graph.nodes
		.filter(({ op }) => !unmade.has(op))
		.flatMap((n) => n.outputs)
		.reduce((sum, v) => sum + sizeOf(v.shape) * bytesOf(v.dtype), 0);

/** A program without fused updates. */
const whole = (graph: Graph) => ({
	body: graph,
	bodyOutputs: graph.outputs.map((_, i) => i),
	groups: [],
	scattered: [],
});
