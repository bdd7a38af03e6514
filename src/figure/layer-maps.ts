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
	/** Beside the colours. */
	readonly quantity: string;
	readonly isSigned?: boolean;
}

const emb = (layer: number): string => (layer === 0 ? "emb" : String(layer));
const fromOne = (layer: number): string => String(layer + 1);

/** Which step δ is, which differs between a training and a series of checkpoints. */
const stepMeant = "Here δ is the coming step; in a series of checkpoints, the way from the one before.";

/** By key without scope and layer; `of` is whose: `each block’s attention parameters`. */
const known: Readonly<Record<string, (of: string) => Words>> = {
	norm: (of) => ({
		title: "Norm",
		caption: `Norm of ${of} at each measured step, lowest layer at the bottom.`,
		quantity: "‖θ‖",
	}),
	"direction.previous": (of) => ({
		title: "Direction to the step before",
		caption:
			`Cosine between ${of} and themselves at the previous measured step. Measured steps lie at growing distances early ` +
			"in training.",
		quantity: "cosine",
	}),
	"direction.initial": (of) => ({
		title: "Direction to the beginning",
		caption: `Cosine between ${of} and themselves at the first step, or the first checkpoint.`,
		quantity: "cosine",
	}),
	step: (of) => ({
		title: "Length of the step",
		caption: `‖δ‖ of ${of}. ${stepMeant}`,
		quantity: "‖δ‖",
	}),
	"alignment.step": (of) => ({
		title: "Alignment of the step",
		caption:
			`Cosine between θ and δ of ${of}: above 0 the step leads outwards, below 0 inwards, at 0 it is at right angles to ` +
			`the parameters. ${stepMeant}`,
		quantity: "cos(θ, δ)",
		isSigned: true,
	}),
	radial: (of) => ({
		title: "Radial part of the step",
		caption: `2θᵀδ of ${of}: what the part of the step along the parameters adds to ‖θ‖². ${stepMeant}`,
		quantity: "2θᵀδ",
		isSigned: true,
	}),
	squared_step: (of) => ({
		title: "Squared step",
		caption: `‖δ‖² of ${of}: what the length of the step adds to ‖θ‖². ${stepMeant}`,
		quantity: "‖δ‖²",
	}),
	stable_rank: (of) => ({
		title: "Stable rank",
		caption: `‖W‖_F² / ‖W‖₂², mean over the linear weights among ${of}: how many directions a matrix uses.`,
		quantity: "stable rank",
	}),
	spectral_norm: (of) => ({
		title: "Spectral norm",
		caption: `The largest ‖W‖₂ of the linear weights among ${of}.`,
		quantity: "‖W‖₂",
	}),
};

const similarity: Words = {
	title: "Likeness of tokens, layer by step",
	caption: "Mean cosine between the states of different tokens, by layer: the control of saturation.",
	quantity: "cosine",
};

/** Of a tensor: what its key ends in, in words and as a symbol. */
const tensorMeasures: Readonly<Record<string, readonly [words: string, symbol: string]>> = {
	norm: ["Norm", "‖W‖"],
	stable_rank: ["Stable rank", "stable rank"],
	spectral_norm: ["Spectral norm", "‖W‖₂"],
};

/** Draws one of `layerQuantities`, a panel a run; undefined where no row has it. */
export function drawLayerMap(
	rows: readonly Row[],
	{ quantity, ...options }: FigureOptions & { readonly quantity: string },
): Figure | undefined {
	if (quantity === "dyn/norm.layer.#") return drawNormHeatMap(rows, options);
	if (quantity === "dyn/saturation.#") return drawSaturationHeatMap(rows, options);
	return drawHeatMap(byNumber(rows, quantity), {
		id: `map-${quantity.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-|-$/g, "")}`,
		...wordsOf(quantity),
		...options,
		prefix,
		layerName: quantity === "dyn/similarity.#" ? emb : fromOne,
	});
}

/** Keys that are not known are shown as they are. */
function wordsOf(quantity: string): Words {
	if (quantity === "dyn/similarity.#") return similarity;
	const metric = quantity.replace("#", "*");
	const caption = `The metric ${metric} at each measured step, * being the layer, lowest at the bottom.`;
	return (
		wordsOfScope(quantity) ??
		wordsOfTensor(metric, caption) ?? { title: `${metric}, layer by step`, caption, quantity: metric }
	);
}

/** Of `dyn/<measure>.[decoder.]<scope>.#[.<to>]`; scopes are those of `inspect/scopes.ts`. */
function wordsOfScope(quantity: string): Words | undefined {
	const form =
		/^dyn\/([a-z_.]+?)\.(decoder\.)?(layer|attention|cross_attention|feed_forward|norms)\.#(\.[a-z]+)?$/;
	const [, measure, decoder, scope, to = ""] = form.exec(quantity) ?? [];
	const make = known[`${measure}${to}`];
	if (!make || !scope) return undefined;
	const module = { layer: "", norms: "normalisation" }[scope] ?? scope.replace("_", "-");
	const place = [decoder && "decoder", module].filter(Boolean).join(", ");
	const words = make(`each ${decoder ? "decoder " : ""}block’s ${module && `${module} `}parameters`);
	return { ...words, title: `${words.title}${place && ` (${place})`}, layer by step` };
}

/** Of `param/<tensor>.<measure>` and `grad/<tensor>.<measure>`: the tensor's name is as the filter takes it. */
function wordsOfTensor(metric: string, caption: string): Words | undefined {
	const [, panel, tensor, measure = ""] = /^(param|grad)\/(.+)\.([a-z_]+)$/.exec(metric) ?? [];
	const [words, symbol] = tensorMeasures[measure] ?? [];
	if (!tensor || !words || !symbol) return undefined;
	const what = panel === "grad" ? `Gradient ${words.toLowerCase()}` : words;
	return {
		title: `${what} of ${tensor}, layer by step`,
		caption,
		quantity: panel === "grad" ? what : symbol,
	};
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
