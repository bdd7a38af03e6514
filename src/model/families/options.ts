/**
 * Keys of `config.json` that several families share, in their older and newer forms, and what stands behind them.
 *
 * What is not computed here is refused at its key, in the grammar of `src/explain.ts`.
 */
import type { Array as JaxArray } from "@jax-js/jax";
import { z } from "zod";
import { gelu, geluTanh, relu, silu, tanh } from "../functional.ts";

/** A size: a whole number above 0. */
export const size = z.int().positive();

/** Blocks of a stack. Without a limit, a false number would be that of parameters to be listed. */
export const layerCount = size.max(10_000);

/** A rate of dropout. */
export const rate = z.number().min(0).lt(1);

/** A standard deviation, or what is added to a variance. */
export const small = z.number().min(0);

/** The padding token; some files say −1 for none. */
export const padToken = z
	.int()
	.nullish()
	.transform((id) => (id === undefined || id === null || id < 0 ? undefined : id));

/** A key that must be absent, null or this value, since nothing else is computed. */
export const only = <const T extends string | boolean | number>(value: T) => z.literal(value).nullish();

/** Hugging Face's names of activations. The tanh forms of GELU differ in rounding only. */
const activations = {
	gelu,
	gelu_new: geluTanh,
	gelu_fast: geluTanh,
	gelu_pytorch_tanh: geluTanh,
	relu,
	silu,
	swish: silu,
	tanh,
} satisfies Record<string, (x: JaxArray) => JaxArray>;

export type ActivationName = keyof typeof activations;

export const activation = z.enum(Object.keys(activations) as [ActivationName, ...ActivationName[]]);

export const activate = (name: ActivationName, x: JaxArray): JaxArray => activations[name](x);

type Payload<T> = z.core.ParsePayload<Readonly<T>>;

/** An issue at a key that was given, in words. */
export const wrong = (payload: Payload<object>, key: string, expected: string): void => {
	const got = (payload.value as Readonly<Record<string, unknown>>)[key];
	const message = `Expected \`${key}\` to be ${expected}, got ${got === undefined ? "nothing" : JSON.stringify(got)}.`;
	payload.issues.push({ code: "custom", path: [key], message, input: payload.value });
};

/** The rule that one key is a multiple of another, for `.check`. */
export const dividedBy =
	<K extends string>(key: K, by: K) =>
	(payload: Payload<Record<K, number>>): void => {
		const { [key]: n, [by]: divisor } = payload.value;
		if (n % divisor !== 0) wrong(payload, key, `a multiple of \`${by}\` (${divisor})`);
	};

/** Plain rotary positions; scaled ones are refused by the name of their type. */
const plainRope = z.object({
	rope_type: only("default"),
	type: only("default"),
	rope_theta: z.number().positive().nullish(),
	partial_rotary_factor: z.number().gt(0).max(1).nullish(),
});

/** Keys of rotary positions: one object in newer files, apart in older ones, GPT-NeoX's by names of its own. */
export const rotaryKeys = {
	rope_parameters: plainRope.nullish(),
	/** The older name of the scaling alone. */
	rope_scaling: plainRope.nullish(),
	rope_theta: z.number().positive().nullish(),
	partial_rotary_factor: z.number().gt(0).max(1).nullish(),
	rotary_emb_base: z.number().positive().nullish(),
	rotary_pct: z.number().gt(0).max(1).nullish(),
};

export type RotaryKeys = z.output<z.ZodObject<typeof rotaryKeys>>;

/** Base of the frequencies, and the share of a head's dimensions that is turned; `share` where no key says. */
export function rotaryOf(keys: RotaryKeys, share: number): { base: number; share: number } {
	const { rope_parameters: rope } = keys;
	return {
		base: rope?.rope_theta ?? keys.rope_theta ?? keys.rotary_emb_base ?? 10000,
		share: rope?.partial_rotary_factor ?? keys.partial_rotary_factor ?? keys.rotary_pct ?? share,
	};
}

export const architectures = z.array(z.string()).nullish();

/** Whether the classifier is the token table, a table of its own, or not part of the model. */
export type Head = "tied" | "own" | "none";

/** A file that names no class has a head; of those named, a language model has. */
export function headOf(names: z.output<typeof architectures>, tied: boolean): Head {
	if (names?.length && !names.some((name) => /CausalLM|LMHead|DoubleHeads/.test(name))) return "none";
	return tied ? "tied" : "own";
}
