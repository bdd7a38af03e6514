/**
 * The oracles of pretrained families in test/fixtures/hf and hf-layouts: tiny models whose states, attention and
 * saturation another implementation has computed, and running ours on their inputs.
 *
 * A model with one stack calls it encoder here, whatever the file says.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Array as JaxArray } from "@jax-js/jax";
import { openSafetensors, type TensorSource, writeSafetensors } from "../../src/checkpoint/safetensors.ts";
import type { Engine, Tensor, TypedArray } from "../../src/engine/types.ts";
import type { ForwardOptions } from "../../src/model/families/family.ts";
import type { Pretrained } from "../../src/model/families/pretrained.ts";
import { type Parameters, tensorsOf } from "../../src/model/parameters.ts";
import { fixture, readJson } from "./fixtures.ts";
import { temporaryFolder } from "./tiny-run.ts";

type Matrix = number[][];

/** mean [state], per_sequence [state][sequence]. */
export interface SaturationOracle {
	readonly mean: number[];
	readonly per_sequence: number[][];
}

export interface StackOracle {
	/** `embeddings`, `block.0`, …: in the order of the saturation's rows. */
	readonly states: readonly { readonly name: string }[];
	readonly saturation: Record<"f32" | "f64", SaturationOracle>;
	readonly saturation_c2: Record<"f32" | "f64", SaturationOracle>;
	readonly hidden_states: {
		/** By state: [sequence][position][dimension], real positions only. */
		readonly f32: Record<string, Matrix[]>;
		/** The one that was run alone in float64, [position][dimension]. Some layouts have no float64. */
		readonly sequence?: number;
		readonly f64?: Record<string, Matrix>;
		readonly f64_scaled?: Record<string, Matrix>;
	};
	/** Of one sequence run alone, [head][query][key]. */
	readonly attention_layer0: { readonly sequence: number } & Partial<
		Record<"f32" | "f32_scaled" | "cross_f32" | "cross_f32_scaled", Matrix[]>
	>;
	readonly logits?: { readonly f32: Matrix[] };
}

export interface FamilyOracle {
	/** The model's folder. */
	readonly folder: string;
	readonly model_type: string;
	/** 1000: what f64_scaled, f32_scaled and `saturation` multiply every parameter by. */
	readonly c: number;
	readonly inputs: { readonly input_ids: number[][]; readonly lengths: number[] };
	readonly stacks: Partial<Record<"encoder" | "decoder", StackOracle>>;
}

async function oracleAt(url: URL): Promise<FamilyOracle> {
	const oracle: FamilyOracle & { same_as?: string } = JSON.parse(await readFile(url, "utf8"));
	return oracle.same_as ? oracleAt(new URL(oracle.same_as, url)) : oracle;
}

/** `name`: `hf/bert` or `hf-layouts/llama-bf16`. */
export async function readFamilyOracle(name: string): Promise<FamilyOracle> {
	const read = await oracleAt(fixture(`${name}/expected.json`));
	const single = Object.values(read.stacks).length === 1 ? Object.values(read.stacks)[0] : undefined;
	return {
		...read,
		folder: fileURLToPath(fixture(name)),
		stacks: single ? { encoder: single } : read.stacks,
	};
}

export interface FamilyRun extends ForwardOptions {
	/** Shorter sequences are padded with zeros. */
	readonly tokens: readonly (readonly number[])[];
	/** Default float32. */
	readonly dtype?: "float32" | "float64";
	/** What every parameter is multiplied by on the host, in the type of the run. Default 1. */
	readonly factor?: number;
	/** Which of the values that the model shows are read. Default: all. */
	readonly wanted?: (name: string) => boolean;
}

/** One forward pass: what the model shows, by name, with its shape. */
export async function runFamily(
	engine: Engine,
	model: Pretrained,
	run: FamilyRun,
): Promise<Record<string, { values: TypedArray; shape: readonly number[] }>> {
	const { dtype = "float32", factor = 1, wanted = () => true } = run;
	const batch = run.tokens.length;
	const time = Math.max(...run.tokens.map((row) => row.length));
	const tokens = new Int32Array(batch * time);
	const real = new Float64Array(batch * time);
	for (const [b, row] of run.tokens.entries()) {
		tokens.set(row, b * time);
		real.fill(1, b * time, b * time + row.length);
	}
	const specs = model.specs(dtype);
	const values = await Promise.all(
		Object.keys(specs).map(async (name) => {
			const x = await model.values(name, dtype);
			return [name, factor === 1 ? x : x.map((v) => v * factor)] as const;
		}),
	);
	const params = tensorsOf(engine, specs, Object.fromEntries(values));
	const program = await engine.compile(
		(p: Parameters, t: JaxArray, r: JaxArray) => {
			const seen: Record<string, JaxArray> = {};
			model.forward(
				p,
				{ tokens: t, real: r },
				(name, value) => {
					if (wanted(name)) seen[name] = value.ref;
				},
				run,
			);
			return seen;
		},
		[specs, { shape: [batch, time], dtype: "int32" }, { shape: [batch, time], dtype }],
		{ name: "family" },
	);
	const seen = (await program(
		params,
		tokens,
		dtype === "float64" ? real : Float32Array.from(real),
	)) as Record<string, Tensor>;
	const read = await Promise.all(
		Object.entries(seen).map(
			async ([name, tensor]) => [name, { values: await tensor.read(), shape: tensor.shape }] as const,
		),
	);
	for (const tensor of [...Object.values(seen), ...Object.values(params)]) tensor.dispose();
	program.dispose();
	return Object.fromEntries(read);
}

/** The sequences of an oracle without their padding. */
export const sequencesOf = ({ inputs }: FamilyOracle): number[][] =>
	inputs.input_ids.map((row, b) => row.slice(0, inputs.lengths[b]));

export interface Change {
	/** Keys of `config.json` that differ; undefined removes one. */
	readonly config?: Readonly<Record<string, unknown>>;
	/** Tensors that differ or are added; undefined removes one. */
	readonly tensors?: Readonly<Record<string, TensorSource | undefined>>;
}

/** A copy of a fixture's model with some of it changed, in a folder of its own: its path. */
export async function changedModel(name: string, { config = {}, tensors = {} }: Change): Promise<string> {
	const folder = temporaryFolder();
	const own = { ...(await readJson(`${name}/config.json`)), ...config };
	await writeFile(join(folder, "config.json"), JSON.stringify(own));
	const file = await openSafetensors(fileURLToPath(fixture(`${name}/model.safetensors`)));
	const stored = [...file.tensors.keys()].map((key) => [key, file.source(key)] as const);
	const all = Object.entries({ ...Object.fromEntries(stored), ...tensors });
	const kept = all.filter((entry): entry is [string, TensorSource] => entry[1] !== undefined);
	await writeSafetensors(join(folder, "model.safetensors"), Object.fromEntries(kept));
	await file.close();
	return folder;
}
