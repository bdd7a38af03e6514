/** One program's calls: feeds the session, runs the updates, and makes tensors of what both wrote. */
import type * as ort from "onnxruntime-node";
import type { FusedUpdates } from "../fuse/updates.ts";
import type { Value } from "../ir.ts";
import { flattenArguments, type Traced, unflattenOutputs } from "../trace.ts";
import type { Leaf, Tensor, Tree, TypedArray } from "../types.ts";
import { checkedValues, formatSpec, sizeOf, typedArray } from "../values.ts";
import { type Download, isOnHost, NativeTensor, nativeOf } from "./native-tensor.ts";

export interface RunnerOptions {
	readonly name: string;
	readonly traced: Traced;
	readonly inputs: readonly Value[];
	/** Outputs of the session; the first ones are outputs of the program, the others feed the updates. */
	readonly sessionOutputs: readonly Value[];
	/** For those that are outputs of the program: which. */
	readonly bodyOutputs: readonly number[];
	readonly updates: FusedUpdates;
	/** Inputs that the session takes. */
	readonly fed: readonly number[];
	/** Outputs that stay in a GPU's memory. */
	readonly onGpu: ReadonlySet<number>;
	readonly download: Download;
}

export class Runner {
	readonly #o: RunnerOptions;
	/** For outputs that replace an input on the host: the other of its two buffers. */
	readonly #spare = new Map<number, ort.Tensor>();
	/** What the session writes for the updates alone, and they read at once. */
	readonly #passed = new Map<Value, ort.Tensor>();
	/** Milliseconds that the last run of the updates took. */
	updateMs = 0;

	constructor(options: RunnerOptions) {
		this.#o = options;
	}

	/** One call. `session` is absent where nothing but updates is to be run. */
	async run(session: ort.InferenceSession | undefined, args: readonly Tree<Leaf>[]): Promise<Tree<Tensor>> {
		const { traced, inputs, sessionOutputs, updates } = this.#o;
		const leaves = flattenArguments(traced, args, this.#o.name);
		const natives = leaves.map((leaf, i) => this.#input(i, leaf));
		const feeds = Object.fromEntries(this.#o.fed.map((i) => [`i${i}`, natives[i]]));
		const fetches = Object.fromEntries(sessionOutputs.map((value, k) => [`o${k}`, this.#buffer(value, k)]));
		const fetched = session ? await session.run(feeds, fetches) : {};

		const start = performance.now();
		const natively = new Map<Value, ort.Tensor>();
		inputs.forEach((value, i) => {
			natively.set(value, natives[i]);
		});
		sessionOutputs.forEach((value, k) => {
			natively.set(value, fetched[`o${k}`] as ort.Tensor);
		});
		updates.run((value) => natively.get(value)!.data as TypedArray);
		this.updateMs = performance.now() - start;
		this.#retire(leaves);
		return unflattenOutputs(traced, this.#outputs(fetched as Record<string, ort.Tensor>));
	}

	#input(i: number, leaf: Leaf): ort.Tensor {
		const { traced, inputs, updates } = this.#o;
		const spec = traced.inputs[i];
		const placed = updates.native(inputs[i]);
		if (leaf instanceof NativeTensor) return placed ? updates.accept(inputs[i], leaf) : leaf.native;
		if (typeof leaf !== "number" && !ArrayBuffer.isView(leaf))
			throw new TypeError(
				`Expected a tensor of this engine for \`${spec.path}\`, got ${formatSpec(leaf)} of another`,
			);
		const values = checkedValues(typeof leaf === "number" ? [leaf] : leaf, spec.shape, spec.dtype, spec.path);
		return placed ? updates.accept(inputs[i], values) : nativeOf(values, spec);
	}

	/** Where the session is to write an output; null leaves it to the runtime. */
	#buffer(value: Value, k: number): ort.Tensor | null {
		const make = () => nativeOf(typedArray(value.dtype, sizeOf(value.shape)), value);
		if (k >= this.#o.bodyOutputs.length) {
			const passed = this.#o.updates.native(value) ?? this.#passed.get(value) ?? make();
			this.#passed.set(value, passed);
			return passed;
		}
		const output = this.#o.bodyOutputs[k];
		if (this.#o.onGpu.has(output)) return null;
		const spare = this.#spare.get(output);
		this.#spare.delete(output);
		return spare ?? make();
	}

	/** Takes donated tensors from their owners: their memory serves the next call, or is freed. */
	#retire(leaves: readonly Leaf[]): void {
		const { traced, inputs, updates } = this.#o;
		leaves.forEach((leaf, i) => {
			if (traced.donated[i] < 0 || !(leaf instanceof NativeTensor)) return;
			const native = leaf.take();
			if (!isOnHost(native)) native.dispose();
			else if (!updates.native(inputs[i])) this.#spare.set(traced.donated[i], native);
		});
	}

	#outputs(fetched: Record<string, ort.Tensor>): NativeTensor[] {
		const { traced, bodyOutputs, updates, download } = this.#o;
		const outputs = new Array<NativeTensor>(traced.outputs.length);
		for (const { output, tensor } of updates.results()) outputs[output] = tensor;
		bodyOutputs.forEach((output, k) => {
			outputs[output] = new NativeTensor(fetched[`o${k}`], traced.outputs[output], download);
		});
		return outputs;
	}
}
