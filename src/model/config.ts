/**
 * The options of a model. Their names, meanings, defaults and ranges are in this schema and nowhere else: it is the
 * manual, and what it lets through can be built (`option-rules.ts`).
 */
import { z } from "zod";
import { mixing } from "./mixing-options.ts";
import { checkCombinations, checkSolvable } from "./option-rules.ts";
import { residual, residualsOf } from "./residual-options.ts";
import { shaping } from "./shaping-options.ts";

export type { Residual } from "./residual-options.ts";

const size = z.int().positive();

const options = z.strictObject({
	vocabulary: size.describe("Number of different tokens."),
	context: size.describe("Most tokens a sequence can have; the length that training uses."),
	layers: size.describe("Number of blocks, each attention and a feed-forward network."),
	heads: size.describe("Attention heads a block; they share the width equally."),
	keyValueHeads: size
		.optional()
		.describe("Heads of keys and values, each shared by heads / keyValueHeads queries. Default: heads."),
	width: size.describe("Length of the vector at each position (d_model)."),
	feedForward: size.optional().describe("Hidden width of the feed-forward network. Default: 4 × width."),
	placement: z
		.enum(["pre", "post", "res-post", "none"])
		.default("pre")
		.describe(
			"Where normalisation stands. pre: x + f(N(x)) (Xiong et al.); post: N(x + f(x)) (the original); " +
				"res-post: x + N(f(x)) (what Merrill et al. call pre-norm); none: x + f(x).",
		),
	residual: residual
		.default("sum")
		.describe("How sublayers join the stream, both alike or each its own way."),
	parallel: z
		.boolean()
		.default(false)
		.describe("Attention and feed-forward side by side, on one normalised input: x + f(N(x)) + g(N(x))."),
	normBlocks: z
		.enum(["all", "first"])
		.default("all")
		.describe("Which blocks normalise; `placement` says where. The final norm is apart."),
	norm: z
		.enum(["layer", "rms"])
		.default("layer")
		.describe("layer: subtract the mean, divide by the deviation; rms: divide by the root mean square."),
	normEpsilon: z
		.number()
		.nonnegative()
		.default(1e-5)
		.describe("Added to the variance or mean square. 0 makes normalisation exactly scale invariant."),
	finalNorm: z
		.boolean()
		.optional()
		.describe("Normalise once more after the last block. Default: only with placement pre."),
	biases: z.boolean().default(true).describe("Biases in all linear maps of the blocks and in layer norms."),
	positions: z
		.enum(["learned", "sinusoidal", "rope", "none"])
		.default("learned")
		.describe(
			"learned, sinusoidal: a vector added to the embedding; rope: rotation of queries and keys; none.",
		),
	ropeStyle: z
		.enum(["adjacent", "half"])
		.default("half")
		.describe("Which dimensions of a head turn together: 2i and 2i + 1, or i and i + half (Hugging Face)."),
	ropeBase: z.number().positive().default(10000).describe("Base of the geometric series of wavelengths."),
	mask: z
		.enum(["strict", "leaky", "none"])
		.default("strict")
		.describe(
			"Causal mask. strict: no weight on later positions; leaky: later positions get the score 0, as in the " +
				"published code of Merrill et al. (they leak); none: every position sees every other, the next token too.",
		),
	attention: z
		.enum(["softmax", "hard"])
		.default("softmax")
		.describe(
			"What turns scores into weights. hard: equal weights on the visible keys whose score is the largest, the " +
				"limit of softmax for large scores (saturated attention, Merrill et al. §4.2).",
		),
	tieTolerance: z
		.number()
		.nonnegative()
		.default(1e-6)
		.describe(
			"With attention hard: how far below the largest score another counts as equal to it, relative to the " +
				"largest absolute visible score of the row.",
		),
	mixing: mixing
		.prefault({ name: "plain" })
		.describe("What mixes the values of a head, made of the attention weights A."),
	valueMaps: z
		.enum(["linear", "identity"])
		.default("linear")
		.describe("W_V and W_O. identity: neither, as in the simplified block of He & Hofmann 2023."),
	queryKeyNorm: z
		.boolean()
		.default(false)
		.describe(
			"Normalise queries and keys, each head by itself, as `norm` says, with gains shared by the heads.",
		),
	activation: z
		.enum(["relu", "leaky-relu", "gelu", "gelu-tanh", "swiglu", "tanh", "softplus"])
		.default("relu")
		.describe(
			"relu: max(x, 0); leaky-relu: relu with the slope `negativeSlope` below 0; gelu: x·Φ(x); gelu-tanh: GPT-2's form " +
				"of it; swiglu: silu(W1 x)·(W3 x); tanh; softplus: log(1 + eˣ).",
		),
	negativeSlope: z.number().min(0).max(1).default(0.01).describe("Of leaky-relu, unless `shaping` sets it."),
	shaping: shaping
		.prefault({ name: "none" })
		.describe("Scales and shifts of the activation, so that depth does not make all tokens alike."),
	terms: z
		.enum(["all", "leading"])
		.default("all")
		.describe(
			"leading: in every sum only the terms that grow fastest when all parameters are multiplied by c, with relu in " +
				"place of gelu, silu and softplus and the sign in place of tanh. With attention hard: the network's limit as " +
				"c grows, its saturated network.",
		),
	tiedHead: z.boolean().default(false).describe("The output matrix is the token embedding."),
	headBias: z.boolean().optional().describe("A bias on the logits. Default: as biases."),
	init: z
		.enum(["pytorch", "normal", "orthogonal", "signal"])
		.default("pytorch")
		.describe(
			"Initial values. pytorch: its defaults, U(±1/√fan_in) for linear weights and biases, N(0, 1) for embeddings; " +
				"normal: N(0, 0.02²) and biases 0; orthogonal: orthogonal linear weights, embeddings N(0, 0.02²), biases 0; " +
				"signal: W_Q = 0, W_K and the head N(0, 1/width), all other linear weights orthogonal and scaled by " +
				"max(1, √(out/in)), embeddings and what positions add to them of mean square 1 together, biases 0 " +
				"(He et al. 2023). Gains are 1 and shifts 0.",
		),
	initScale: z.number().positive().default(1).describe("Factor on every random initial value."),
});

/** Options that are each in range, before those that follow from others. */
export type CheckedOptions = z.output<typeof options>;

const resolved = options.superRefine(checkCombinations).transform((c) => ({
	...c,
	keyValueHeads: c.keyValueHeads ?? c.heads,
	feedForward: c.feedForward ?? 4 * c.width,
	residual: residualsOf(c.residual),
	finalNorm: c.finalNorm ?? c.placement === "pre",
	headBias: c.headBias ?? c.biases,
}));

/** A model with every option resolved. */
export type ModelConfig = z.output<typeof resolved>;

export const modelConfig = resolved.superRefine(checkSolvable);

/** A model as a user writes it: options with a default may be absent. */
export type ModelOptions = z.input<typeof modelConfig>;
