/**
 * A pretrained model in its folder, as Hugging Face leaves it: `config.json` and the weights beside it.
 *
 * Opening reads the configuration and the headers, and says which tensor is which parameter; values come when they
 * are asked for, one parameter at a time.
 */
import { join } from "node:path";
import { readJson } from "../../checkpoint/disk.ts";
import { openWeights, valuesOf } from "../../checkpoint/open-weights.ts";
import { byteSizes } from "../../checkpoint/stored-type.ts";
import type { StoredTensor, Weights } from "../../checkpoint/weights.ts";
import { stream } from "../../engine/random.ts";
import type { Spec } from "../../engine/types.ts";
import { sizeOf } from "../../engine/values.ts";
import { UserError } from "../../error.ts";
import { parseWith } from "../../explain.ts";
import type { InitialValues } from "../initialise.ts";
import type { Parameters } from "../parameters.ts";
import { familyOf } from "./families.ts";
import type {
	Family,
	FamilyConfig,
	FamilyObserver,
	FamilyParameter,
	ForwardOptions,
	Inputs,
	Stack,
} from "./family.ts";
import { identifier } from "./names.ts";
import { Pass } from "./pass.ts";

/** A tensor of the files that the forward pass does not read, and why. */
export interface Unused {
	readonly name: string;
	readonly reason: string;
}

type Floating = "float32" | "float64";

export interface Pretrained {
	readonly location: string;
	readonly family: Family;
	readonly config: FamilyConfig;
	readonly stacks: readonly Stack[];
	readonly unused: readonly Unused[];
	/** Shapes of all parameters, in the order of the model. */
	specs(dtype: Floating): Record<string, Spec>;
	/** One parameter's values, row-major, as stored: narrower types are widened, float64 is rounded to float32. */
	values(name: string, dtype: Floating): Promise<Float32Array | Float64Array>;
	/** Values of a model of the same configuration that was not trained; throws UserError unless the seed is an integer, 0 to 2^53 − 1. */
	initial(seed: number): Record<string, InitialValues>;
	/** Traced: the family's forward pass, with this configuration. Throws UserError if there are more positions than it has. */
	forward(params: Parameters, inputs: Inputs, observe: FamilyObserver, options?: ForwardOptions): void;
	close(): Promise<void>;
}

/**
 * Opens a folder that holds `config.json` and weights. Throws UserError, naming file and key or tensor, for a family
 * or an option that is not computed here, for a parameter that is missing, has another shape or is no floating type.
 */
export async function openPretrained(folder: string): Promise<Pretrained> {
	const path = join(folder, "config.json");
	const json = await readJson(path, "Fetch the file again.");
	const family = familyOf(json, path);
	const config = parseWith(family.config, json, path);
	const weights = await openWeights(folder);
	try {
		const parameters = family.parameters(config);
		const { stored, unused } = await assign(weights, family, config, parameters);
		return {
			location: folder,
			family,
			config,
			stacks: family.stacks(config),
			unused,
			specs: (dtype) =>
				Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, { shape, dtype }])),
			async values(name, dtype) {
				const values = await valuesOf(stored.get(name)!);
				if (dtype === "float64") return values instanceof Float64Array ? values : Float64Array.from(values);
				return values instanceof Float32Array ? values : Float32Array.from(values);
			},
			initial: (seed) =>
				Object.fromEntries(
					Object.entries(parameters).map(([name, parameter]) => [name, initialOf(name, parameter, seed)]),
				),
			forward(params, inputs, observe, options) {
				const time = inputs.tokens.shape[1]!;
				if (config.positions !== undefined && time > config.positions)
					throw new UserError(
						`Expected sequences of \`${folder}\` to have at most ${config.positions} positions, got ${time}. Shorten them.`,
					);
				family.forward(config, new Pass(params, observe, options), inputs);
			},
			close: () => weights.close(),
		};
	} catch (error) {
		await weights.close();
		throw error;
	}
}

/** Which tensor each parameter is stored as; the rest with the reason. */
async function assign(
	weights: Weights,
	family: Family,
	config: FamilyConfig,
	parameters: Readonly<Record<string, FamilyParameter>>,
): Promise<{ stored: Map<string, StoredTensor>; unused: Unused[] }> {
	const identify = identifier(Object.keys(parameters), family.naming(config));
	const stored = new Map<string, StoredTensor>();
	const copies: [StoredTensor, string][] = [];
	const unused: Unused[] = [];
	for (const tensor of weights.tensors.values()) {
		const identity = identify(tensor.name);
		if ("refused" in identity)
			throw new UserError(
				`Expected the tensors of \`${tensor.file}\` to be those that \`config.json\` describes, got \`${tensor.name}\` besides, ` +
					`${identity.refused}: the model would not be computed as it was trained. Check \`config.json\`, merge adapters, save without quantisation.`,
			);
		if ("unused" in identity) unused.push({ name: tensor.name, reason: identity.unused });
		else if (identity.copy) copies.push([tensor, identity.parameter]);
		else {
			const first = stored.get(identity.parameter);
			if (first)
				throw new UserError(
					`Expected one tensor of \`${weights.location}\` to be \`${identity.parameter}\`, got \`${first.name}\` and \`${tensor.name}\`. Remove one.`,
				);
			stored.set(identity.parameter, tensor);
		}
	}
	for (const [tensor, parameter] of copies) {
		const first = stored.get(parameter);
		if (!first) stored.set(parameter, tensor);
		else unused.push({ name: tensor.name, reason: await copyReason(tensor, first) });
	}
	const missing = Object.keys(parameters).filter((name) => !stored.has(name));
	if (missing.length) {
		const more = missing.length > 1 ? ` and ${missing.length - 1} more of ${family.name}'s parameters` : "";
		throw new UserError(
			`Expected \`${weights.location}\` to hold the tensor \`${missing[0]}\`${more}, got ${weights.tensors.size} tensors without. ` +
				"Check that `config.json` belongs to these weights.",
		);
	}
	for (const [name, { shape }] of Object.entries(parameters)) checkTensor(stored.get(name)!, shape);
	return { stored, unused };
}

function checkTensor({ file, name, dtype, shape }: StoredTensor, expected: readonly number[]): void {
	const where = `Expected tensor \`${name}\` of \`${file}\``;
	if (shape.length !== expected.length || shape.some((n, i) => n !== expected[i]))
		throw new UserError(
			`${where} to have the shape [${expected.join(", ")}] that \`config.json\` gives it, got [${shape.join(", ")}]. Check that both belong together.`,
		);
	if (!/^B?F\d/.test(dtype))
		throw new UserError(
			`${where} to be of a floating type, got ${dtype}. Save the model without quantisation.`,
		);
}

/** Bytes that are compared at a time. */
const chunk = 2 ** 22;

/** Why a further copy of a shared table is not read: told apart by whether it is the same. */
async function copyReason(copy: StoredTensor, first: StoredTensor): Promise<string> {
	const differs = `differs from \`${first.name}\`, which the model shares and which is read in its place`;
	if (copy.shape.join() !== first.shape.join()) return differs;
	if (copy.dtype !== first.dtype) return `a copy of \`${first.name}\` in another type, not compared`;
	const bytes = sizeOf(copy.shape) * byteSizes[copy.dtype];
	for (let begin = 0; begin < bytes; begin += chunk) {
		const [a, b] = [copy, first].map(() => new Uint8Array(Math.min(chunk, bytes - begin))) as [
			Uint8Array,
			Uint8Array,
		];
		await Promise.all([copy.readBytes(a, begin), first.readBytes(b, begin)]);
		if (Buffer.compare(a, b) !== 0) return differs;
	}
	return `a copy of \`${first.name}\`, equal to it`;
}

function initialOf(name: string, { shape, initial, zeroRow }: FamilyParameter, seed: number): InitialValues {
	return {
		shape,
		get values() {
			const n = sizeOf(shape);
			if (initial.name === "constant") return new Float64Array(n).fill(initial.value);
			const random = stream(seed, `init/${name}`);
			const values = initial.name === "normal" ? random.normal(n) : random.uniform(n);
			for (let i = 0; i < n; i++)
				values[i] =
					initial.name === "normal" ? values[i]! * initial.deviation : (2 * values[i]! - 1) * initial.bound;
			const row = n / shape[0]!;
			if (zeroRow !== undefined) values.fill(0, zeroRow * row, (zeroRow + 1) * row);
			return values;
		},
	};
}
