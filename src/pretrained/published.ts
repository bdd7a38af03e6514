/**
 * The curves of Merrill et al.'s Fig. 2, read off the figure that the authors published with their code
 * (`data/t5-norms/README.md`), for the four models that they measured.
 */
import { readFileSync } from "node:fs";
import type { Pretrained } from "../model/families/pretrained.ts";

export interface PublishedSaturation {
	/** As Hugging Face names it. */
	readonly model: string;
	/** The stack that was measured, whatever the figure calls it. */
	readonly stack: "encoder" | "decoder";
	/** Cosines of layers 1, 2, …. */
	readonly pretrained: readonly number[];
	readonly random: readonly number[];
	/** What to know of the curve. */
	readonly remark?: string;
}

type Curves = Readonly<Record<string, readonly number[]>>;

let curves: { readonly pretrained: Curves; readonly random_init: Curves } | undefined;

const read = () => {
	const path = new URL("../../data/t5-norms/published-figures.json", import.meta.url);
	curves ??= JSON.parse(readFileSync(path, "utf8")).fig2 as NonNullable<typeof curves>;
	return curves;
};

/** What tells the four from others of their families: 12 blocks of width 768, and the vocabulary. */
const models = [
	{ model: "bert-base-cased", family: "BERT", vocabulary: 28996, stack: "encoder" },
	{ model: "roberta-base", family: "RoBERTa", vocabulary: 50265, stack: "encoder" },
	{
		model: "t5-base",
		family: "T5",
		vocabulary: 32128,
		stack: "decoder",
		remark: "T5 is its decoder, taken for the encoder, and layer 12 is after the final normalisation",
	},
	{
		model: "xlnet-base-cased",
		family: "XLNet",
		vocabulary: 32000,
		stack: "encoder",
		remark: "XLNet lacks its last layer",
	},
] as const;

/** Undefined for a model that is none of the four. */
export function publishedSaturation({
	family,
	config,
	stacks,
	specs,
}: Pick<Pretrained, "family" | "config" | "stacks" | "specs">): PublishedSaturation | undefined {
	const isBase = stacks.every(({ layers, width }) => layers === 12 && width === 768);
	// T5 v1.1 has the sizes of T5 and a gate.
	const isGated = Object.keys(specs("float32")).some((name) => name.includes("wi_0"));
	const found = models.find(
		({ family: name, vocabulary }) => name === family.name && vocabulary === config.vocabulary,
	);
	if (!found || !isBase || isGated) return undefined;
	const { family: _, vocabulary: __, ...known } = found;
	const { model } = found;
	return { ...known, pretrained: read().pretrained[model]!, random: read().random_init[model]! };
}
