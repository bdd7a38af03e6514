/**
 * Runs a pretrained network for measurements: its parameters, or others of the same shapes, once as they are and once
 * multiplied by c, on batches of any shape, with the skips or without, with dropout or without.
 *
 * A program is compiled for each shape and kind of run, and kept. Parameters are scaled by a program of their own, so
 * that no program holds a second copy of them.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import { stream } from "../engine/random.ts";
import { trace } from "../engine/trace.ts";
import type { Engine, Program, Spec, Tensor, TypedArray } from "../engine/types.ts";
import { sizeOf } from "../engine/values.ts";
import type { ForwardOptions } from "../model/families/family.ts";
import type { Pretrained } from "../model/families/pretrained.ts";
import type { Parameters } from "../model/parameters.ts";
import { scaledBy } from "../probe/homogeneity.ts";
import { type Network, type StateDistances, shown, stateDistances } from "../probe/network-saturation.ts";
import type { LengthBatch } from "./length-batches.ts";

export type Precision = "float32" | "float64";
export type Loaded = Readonly<Record<string, Tensor>>;

/** What a run shows: a list of arrays made of the values named. */
export interface View {
	/** Distinct: programs are kept by it. */
	readonly key: string;
	readonly names: readonly string[];
	/** Traced; consumes them. Default: the values themselves. */
	readonly summary?: (values: readonly JaxArray[]) => JaxArray[];
}

export interface RunOptions {
	/** Default true. */
	readonly skips?: boolean;
	/** Dropout is on, with masks of this seed. */
	readonly dropout?: number;
}

type Masks = Record<string, { readonly shape: readonly number[]; readonly rate: number }>;

export class NetworkRunner {
	readonly #engine: Engine;
	readonly #network: Network;
	readonly #specs: Record<string, Spec>;
	readonly #programs = new Map<string, Promise<Program<unknown>>>();
	readonly #masks = new Map<string, Promise<Masks>>();
	readonly precision: Precision;

	constructor(engine: Engine, network: Network, specs: Record<string, Spec>, precision: Precision) {
		this.#engine = engine;
		this.#network = network;
		this.#specs = specs;
		this.precision = precision;
	}

	static of(engine: Engine, model: Pretrained, precision: Precision): NetworkRunner {
		const network: Network = (...args) => model.forward(...args);
		return new NetworkRunner(engine, network, model.specs(precision), precision);
	}

	/** Puts parameters into the engine's memory, one after the other. */
	async load(values: (name: string) => TypedArray | Promise<TypedArray>): Promise<Loaded> {
		const loaded: Record<string, Tensor> = {};
		try {
			for (const [name, { shape }] of Object.entries(this.#specs))
				loaded[name] = this.#engine.tensor(await values(name), shape, this.precision);
		} catch (error) {
			disposeAll(loaded);
			throw error;
		}
		return loaded;
	}

	/** All parameters times c. */
	async scaled(params: Loaded, c: number): Promise<Loaded> {
		const scale = await this.#program("scale", () =>
			this.#engine.compile(
				(theta: Parameters, factor: JaxArray) => scaledBy(theta, factor),
				[this.#specs, { shape: [], dtype: this.precision }],
				{ name: "scale" },
			),
		);
		return (await scale({ ...params }, c)) as Record<string, Tensor>;
	}

	/** What the network shows of a batch. The tensors are the caller's. */
	async show(params: Loaded, batch: LengthBatch, view: View, options: RunOptions = {}): Promise<Tensor[]> {
		const { skips = true, dropout } = options;
		const { tokens, real, batch: rows, time } = batch;
		const places = dropout === undefined ? {} : await this.#dropoutPlaces(rows, time);
		const names = Object.keys(places);
		const program = await this.#program(`${view.key}/${rows}×${time}/${skips}/${names.length > 0}`, () =>
			this.#engine.compile(
				(theta: Parameters, ids: JaxArray, mask: JaxArray, kept: Parameters) => {
					const forward: ForwardOptions = {
						skips,
						...(names.length > 0 ? { dropout: (place) => kept[place]!.ref } : {}),
					};
					const values = shown(this.#network, view.names, theta, { tokens: ids, real: mask }, forward);
					return view.summary ? view.summary(values) : values;
				},
				[
					this.#specs,
					{ shape: [rows, time], dtype: "int32" },
					{ shape: [rows, time], dtype: this.precision },
					Object.fromEntries(
						names.map((name) => [name, { shape: places[name]!.shape, dtype: this.precision }]),
					),
				],
				{ name: view.key },
			),
		);
		const kept = Object.fromEntries(
			names.map((name) => [name, this.#typed(maskOf(dropout!, name, places[name]!))]),
		);
		return (await program({ ...params }, tokens, this.#typed(real), kept)) as Tensor[];
	}

	/** Two runs of the same states compared. */
	async compare(
		batch: LengthBatch,
		states: readonly Tensor[],
		others: readonly Tensor[],
	): Promise<StateDistances<TypedArray>> {
		const { real, batch: rows, time } = batch;
		const specs = states.map(({ shape, dtype }) => ({ shape, dtype }));
		const program = await this.#program(`compare/${states.length}/${rows}×${time}`, () =>
			this.#engine.compile(
				(a: JaxArray[], b: JaxArray[], mask: JaxArray) => stateDistances(a, b, mask),
				[specs, specs, { shape: [rows, time], dtype: this.precision }],
				{ name: "compare" },
			),
		);
		const result = (await program([...states], [...others], this.#typed(real))) as StateDistances<Tensor>;
		const read: Record<string, TypedArray> = {};
		for (const [name, tensor] of Object.entries(result)) read[name] = await tensor.read();
		disposeAll(Object.values(result));
		return read as StateDistances<TypedArray>;
	}

	async dispose(): Promise<void> {
		for (const program of this.#programs.values()) (await program).dispose();
		this.#programs.clear();
	}

	#program(key: string, compile: () => Promise<Program<unknown>>): Promise<Program<unknown>> {
		const program = this.#programs.get(key) ?? compile();
		this.#programs.set(key, program);
		return program;
	}

	/** Where dropout is, with the shape and the rate: what the network asks for when it is traced. */
	#dropoutPlaces(rows: number, time: number): Promise<Masks> {
		const key = `${rows}×${time}`;
		const found =
			this.#masks.get(key) ??
			(async () => {
				const masks: Masks = {};
				await trace(
					(theta: Parameters, ids: JaxArray, real: JaxArray) => {
						const dropout: NonNullable<ForwardOptions["dropout"]> = (place, shape, rate) => {
							masks[place] = { shape: [...shape], rate };
							return np.ones([...shape], { dtype: real.dtype });
						};
						this.#network(theta, { tokens: ids, real }, () => {}, { dropout });
						return real;
					},
					[
						this.#specs,
						{ shape: [rows, time], dtype: "int32" },
						{ shape: [rows, time], dtype: this.precision },
					],
					[],
					"dropout",
				);
				return masks;
			})();
		this.#masks.set(key, found);
		return found;
	}

	#typed(values: Float64Array): TypedArray {
		return this.precision === "float64" ? values : Float32Array.from(values);
	}
}

/** 0 with the probability `rate`, else 1 / (1 − rate). */
function maskOf(seed: number, place: string, { shape, rate }: Masks[string]): Float64Array {
	const kept = stream(seed, `dropout/${place}`).uniform(sizeOf(shape));
	return kept.map((u) => (u < rate ? 0 : 1 / (1 - rate)));
}

export function disposeAll(tensors: readonly Tensor[] | Loaded): void {
	for (const tensor of Object.values(tensors)) tensor.dispose();
}
