/**
 * One layer × step heat map for every quantity that was measured by layer: two hundred curves as a dozen pictures.
 *
 * A quantity is known by its key with `#` in place of the layer: `dyn/norm.layer.#`, `param/blocks.#.attention.query.norm`.
 */
import type { Figure, FigureOptions, Row } from "./figure.ts";
import { drawHeatMap, drawNormHeatMap, drawSaturationHeatMap } from "./heat-map.ts";

/** `Norm of a tensor`'s layer is the first number in its key; so are all others'. */
const layerPart = /\.(\d+)(?=\.|$)/;

/** The quantities by layer among some keys, each with its number of layers; single ones are none. Sorted as the keys are. */
export function layerQuantities(keys: readonly string[]): string[] {
	const counts = new Map<string, number>();
	for (const key of keys) {
		if (!layerPart.test(key)) continue;
		const quantity = key.replace(layerPart, ".#");
		counts.set(quantity, (counts.get(quantity) ?? 0) + 1);
	}
	return [...counts].filter(([, count]) => count > 1).map(([quantity]) => quantity);
}

interface Words {
	readonly title: string;
	readonly caption: string;
	readonly quantity: string;
}

const emb = (layer: number): string => (layer === 0 ? "emb" : String(layer));
const fromOne = (layer: number): string => String(layer + 1);

const known: Readonly<Record<string, Words>> = {
	"dyn/similarity.#": {
		title: "Likeness of tokens, layer by step",
		caption: "Mean cosine between the states of different tokens, by layer: the control of saturation.",
		quantity: "cosine",
	},
	"dyn/direction.layer.#.previous": {
		title: "Direction to the step before, layer by step",
		caption:
			"Cosine between each block's parameters and themselves at the previous measured step. Measured steps lie at growing " +
			"distances early in training.",
		quantity: "cosine",
	},
	"dyn/direction.layer.#.initial": {
		title: "Direction to the beginning, layer by step",
		caption: "Cosine between each block's parameters and themselves at step 0.",
		quantity: "cosine",
	},
	"dyn/radial.layer.#": {
		title: "Radial part of the step, layer by step",
		caption: "2θᵀδ of each block: what the part of the coming step along the parameters adds to ‖θ‖².",
		quantity: "2θᵀδ",
	},
	"dyn/squared_step.layer.#": {
		title: "Squared step, layer by step",
		caption: "‖δ‖² of each block: what the length of the coming step adds to ‖θ‖².",
		quantity: "‖δ‖²",
	},
};

/** Draws one of `layerQuantities`, a panel a run; undefined where no row has it. */
export function drawLayerMap(
	rows: readonly Row[],
	{ quantity, ...options }: FigureOptions & { readonly quantity: string },
): Figure | undefined {
	if (quantity === "dyn/norm.layer.#") return drawNormHeatMap(rows, options);
	if (quantity === "dyn/saturation.#") return drawSaturationHeatMap(rows, options);
	const words = known[quantity] ?? {
		title: `${nameOf(quantity)}, layer by step`,
		caption: `The metric ${quantity.replace("#", "<layer>")} at each step, lowest layer at the bottom.`,
		quantity: nameOf(quantity),
	};
	return drawHeatMap(byNumber(rows, quantity), {
		id: `map-${quantity.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-|-$/g, "")}`,
		...words,
		...options,
		prefix,
		layerName: quantity === "dyn/similarity.#" ? emb : fromOne,
	});
}

const prefix = "layer";

/** Rows with the quantity alone, as `layer.<number>`. */
function byNumber(rows: readonly Row[], quantity: string): Row[] {
	const [before, after] = quantity.split("#") as [string, string];
	return rows.map((row) => {
		const { run, step } = row;
		const values: Record<string, Row[string]> = {};
		for (const key of Object.keys(row)) {
			if (!key.startsWith(before) || !key.endsWith(after)) continue;
			const layer = key.slice(before.length, key.length - after.length);
			if (/^\d+$/.test(layer)) values[`${prefix}.${layer}`] = row[key];
		}
		return { run, step, ...values };
	});
}

/** `attention query norm` of `param/blocks.#.attention.query.norm`, with `gradient` in front where it is of one. */
function nameOf(quantity: string): string {
	const [panel, path] = quantity.split(/\/(.*)/) as [string, string?];
	const words = (path ?? panel)
		.split(".")
		.filter((part) => part !== "#" && part !== "blocks" && part !== "layer" && part !== "layers")
		.join(" ")
		.replaceAll("_", " ");
	return panel === "grad" ? `gradient ${words}` : words;
}
