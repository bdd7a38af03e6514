/**
 * Fused updates at run time: the WebAssembly memory that holds what they read and write, and their kernels.
 *
 * Each donated array has its place in that memory, and so has each gradient; the native runtime reads and writes
 * there directly. A tensor that comes from elsewhere is copied in, once; after the step the new tensor lives there.
 */
import type * as ort from "onnxruntime-node";
import type { Value } from "../ir.ts";
import { NativeTensor, nativeOf } from "../onnx/native-tensor.ts";
import type { Spec, TypedArray } from "../types.ts";
import { bytesOf, sizeOf } from "../values.ts";
import { kernelOf, type RunKernel } from "./kernel.ts";
import type { FusedGroup, Partition } from "./partition.ts";
import { addRows, checkIndices, clearRows, type ScatteredRows } from "./scattered.ts";

const page = 65536;
const mostBytes = 65536 * page;

/** Bytes of an array in the memory: whole cache lines, so that vectors are aligned and lines not shared. */
const padded = (spec: Spec): number => Math.ceil((sizeOf(spec.shape) * bytesOf(spec.dtype)) / 64) * 64;

interface Place {
	readonly native: ort.Tensor;
	readonly address: number;
	/** The live tensor that has this place, if one has. */
	owner?: NativeTensor;
}

interface PlacedGroup {
	readonly group: FusedGroup;
	readonly run: RunKernel;
	readonly addresses: readonly number[];
	readonly bytes: number;
}

export class FusedUpdates {
	readonly #places = new Map<Value, Place>();
	readonly #groups: PlacedGroup[] = [];
	readonly #scattered: readonly ScatteredRows[];

	constructor({ groups, scattered }: Pick<Partition, "groups" | "scattered">) {
		this.#scattered = scattered;
		for (const bin of binned(groups)) {
			const total = bin.reduce((sum, g) => sum + bytesOfGroup(g), 0);
			const pages = Math.ceil(total / page);
			const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
			const instances = new Map<WebAssembly.Module, RunKernel>();
			let address = 0;
			for (const group of bin) {
				for (const array of group.arrays) {
					this.#places.set(array, { native: tensorAt(memory, address, array), address });
					address += padded(array);
				}
				const module = kernelOf(group);
				const run =
					instances.get(module) ??
					(new WebAssembly.Instance(module, { env: { memory } }).exports["run"] as unknown as RunKernel);
				instances.set(module, run);
				this.#groups.push({
					group,
					run,
					addresses: group.arrays.map((x) => this.#places.get(x)!.address),
					bytes: padded(group.arrays[0]),
				});
			}
		}
	}

	/** The memory of an array that a fused update reads. */
	native(value: Value): ort.Tensor | undefined {
		return this.#places.get(value)?.native;
	}

	/** Puts a donated or other input into its place, and gives that. */
	accept(value: Value, leaf: NativeTensor | TypedArray): ort.Tensor {
		const place = this.#places.get(value)!;
		if (leaf instanceof NativeTensor && leaf.holds(place.native)) return place.native;
		if (place.owner?.holds(place.native)) place.owner.moveOut();
		place.owner = undefined;
		(place.native.data as Float32Array).set(
			(leaf instanceof NativeTensor ? leaf.native.data : leaf) as Float32Array,
		);
		return place.native;
	}

	/** Runs every update, reading through `data` what has no place here: single numbers, rows and their indices. */
	run(data: (value: Value) => TypedArray): void {
		const table = (s: ScatteredRows) => this.#places.get(s.value)!.native.data as TypedArray;
		for (const s of this.#scattered) checkIndices(s, data(s.indices));
		for (const s of this.#scattered) addRows(s, table(s), data(s.rows), data(s.indices));
		for (const { group, run, addresses, bytes } of this.#groups)
			run(bytes, ...addresses, ...group.scalars.map((x) => data(x)[0]));
		for (const s of this.#scattered) clearRows(s, table(s), data(s.indices));
	}

	/** New tensors for the outputs that the updates have written: output number and tensor. */
	results(): { output: number; tensor: NativeTensor }[] {
		return this.#groups.flatMap(({ group }) =>
			group.updates.map(({ replaces, output, value }) => {
				const place = this.#places.get(replaces)!;
				place.owner = new NativeTensor(place.native, value);
				return { output, tensor: place.owner };
			}),
		);
	}
}

const bytesOfGroup = (g: FusedGroup): number => g.arrays.reduce((sum, x) => sum + padded(x), 0);

/** Groups packed into as few memories as WebAssembly's limit of 4 GiB allows. */
function binned(groups: readonly FusedGroup[]): FusedGroup[][] {
	const bins: { groups: FusedGroup[]; bytes: number }[] = [];
	for (const group of groups) {
		const bytes = bytesOfGroup(group);
		const bin = bins.find((b) => b.bytes + bytes <= mostBytes);
		if (bin) {
			bin.groups.push(group);
			bin.bytes += bytes;
		} else bins.push({ groups: [group], bytes });
	}
	return bins.map((b) => b.groups);
}

function tensorAt(memory: WebAssembly.Memory, address: number, spec: Spec): ort.Tensor {
	const type = spec.dtype === "float64" ? Float64Array : Float32Array;
	return nativeOf(new type(memory.buffer, address, sizeOf(spec.shape)), spec);
}
