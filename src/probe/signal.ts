/**
 * Signals of a model as it stands: the kernel Σ_l = X_l X_lᵀ/W of the states after every sublayer, and how large a
 * gradient the loss gives each block. Whatever the configuration, and whatever the parameters.
 *
 * Measured in float64 where the device can: states of a network that explodes leave float32 at a kernel of 1e38,
 * after the block that is to be named has long gone by, and residuals of one that collapses are below 1e-7.
 *
 * Cost: a forward and a backward pass, and for each of 2·layers + 1 places T²·W products a sequence and a kernel [T, T]
 * brought to the host.
 */
import { grad, type Array as JaxArray, numpy as np, tree } from "@jax-js/jax";
import type { Engine, Spec, Tensor } from "../engine/types.ts";
import type { ModelConfig } from "../model/config.ts";
import { type Parameters, parameterSpecs } from "../model/parameters.ts";
import { type Batch, encode, loss } from "../model/transformer.ts";
import type { Kernel } from "../theory/signal/kernel.ts";
import { type Breakdown, breakdownOf } from "../theory/signal/propagate.ts";
import { squared } from "./sums.ts";

/** The states after one sublayer, or the embeddings. */
export interface SignalPlace {
	/** Name for an `Observer`: `state.0`, `blocks.<i>.attn.residual`, `blocks.<i>.ff.residual`. */
	readonly name: string;
	/** Blocks passed so far: 0 for the embeddings, i + 1 after block i, i + ½ after its attention. */
	readonly depth: number;
	/** Σ of each sequence. */
	readonly kernels: readonly Kernel[];
	/** ‖X − 1x̄ᵀ‖/‖X‖ of each sequence, x̄ its mean token: of the states themselves, so exact where Σ is all rounding. */
	readonly residuals: readonly number[];
}

export interface Signals {
	/** In the order of the forward pass. After a breakdown there are no more. */
	readonly places: readonly SignalPlace[];
	/** The first place, sequence by sequence, where a q value is not from 1e-30 to 1e30, or is no number. */
	readonly breakdown?: Breakdown;
	/** ‖∂L/∂θ‖ of each tensor, L the mean loss over the sequences; absent if not asked for. */
	readonly gradients?: Readonly<Record<string, number>>;
}

export interface SignalShape {
	readonly sequences: number;
	/** T, at most the context. */
	readonly length: number;
	/** Default: yes. */
	readonly gradients?: boolean;
}

/** Measures signals of one configuration for any parameters and tokens. */
export interface SignalProgram {
	/** What the parameters are to be: float64 where the device has it. */
	readonly specs: Readonly<Record<string, Spec>>;
	/** `tokens` int32 [sequences, length + 1]: inputs, and what comes next. */
	measure(params: Readonly<Record<string, Tensor>>, tokens: Int32Array): Promise<Signals>;
	dispose(): void;
}

export async function compileSignals(
	engine: Engine,
	config: ModelConfig,
	{ sequences, length, gradients = true }: SignalShape,
): Promise<SignalProgram> {
	const specs = parameterSpecs(config, engine.float64 ? "float64" : "float32");
	const program = await engine.compile(
		(params: Parameters, tokens: JaxArray) => signals(config, params, tokens, gradients),
		[specs, { shape: [sequences, length + 1], dtype: "int32" }],
		{ name: "signals" },
	);
	const places = signalPlaces(config);
	return {
		specs,
		async measure(params, tokens) {
			const seen = await program(params, tokens);
			const read = async (tensor: Tensor) => {
				const values = await tensor.read();
				tensor.dispose();
				return values;
			};
			const measured: SignalPlace[] = [];
			let breakdown: Breakdown | undefined;
			for (const { name, depth } of places) {
				const values = Float64Array.from(await read(seen.kernels[name]!));
				const residuals = Array.from(await read(seen.residuals[name]!));
				if (breakdown) continue; // read all the same: whoever reads a tensor frees it
				const kernels = Array.from({ length: sequences }, (_, b) => ({
					tokens: length,
					values: values.subarray(b * length ** 2, (b + 1) * length ** 2),
				}));
				measured.push({ name, depth, kernels, residuals });
				breakdown = firstBreakdown(name, kernels);
			}
			const { squares } = seen.gradients;
			const norms = squares && Array.from(await read(squares), Math.sqrt);
			return {
				places: measured,
				...(breakdown ? { breakdown } : {}),
				...(norms
					? { gradients: Object.fromEntries(Object.keys(specs).map((name, k) => [name, norms[k]!])) }
					: {}),
			};
		},
		dispose: () => program.dispose(),
	};
}

/** Traced: kernels [B, T, T] and residuals [B] by place, and, if asked for, ‖∂L/∂θ‖² of each tensor, [tensors]. */
function signals(config: ModelConfig, params: Parameters, tokens: JaxArray, gradients: boolean) {
	const wanted = new Set(signalPlaces(config).map(({ name }) => name));
	const kernels: Record<string, JaxArray> = {};
	const residuals: Record<string, JaxArray> = {};
	const inputs = tokens.ref.slice([], [0, tokens.shape[1]! - 1]);
	encode(config, params, inputs, (name, x) => {
		if (!wanted.has(name)) return;
		kernels[name] = np.matmul(x.ref, np.transpose(x.ref, [0, 2, 1])).mul(1 / x.shape[2]!);
		const centred = x.ref.sub(np.mean(x.ref, 1, { keepdims: true }));
		residuals[name] = np.sqrt(sumOfSquares(centred).mul(np.reciprocal(sumOfSquares(x.ref))));
	}).dispose();
	if (!gradients) return { kernels, residuals, gradients: {} as Record<string, JaxArray> };
	const slopes = grad((p: Parameters) => loss(config, p, { tokens: tokens.ref }))(tree.ref(params));
	const norms = Object.keys(params).map((name) => squared(slopes[name]!));
	return { kernels, residuals, gradients: { squares: np.stack(norms) } as Record<string, JaxArray> };
}

/** Of each sequence: [B, T, W] -> [B]. */
const sumOfSquares = (x: JaxArray): JaxArray => np.sum(np.sum(np.square(x), -1), -1);

/**
 * Traced: what tells where a network stopped being numbers, of a batch that it is trained on. The largest |x| of the states
 * at each place, [places], and ‖∂L/∂θ‖² of each tensor, [tensors]; `signalPlaces` and the record name them.
 */
export function signalSizes(
	config: ModelConfig,
	params: Parameters,
	batch: Batch,
): { states: JaxArray; gradients: JaxArray } {
	const wanted = new Set(signalPlaces(config).map(({ name }) => name));
	const states: JaxArray[] = [];
	const inputs = batch.tokens.ref.slice([], [0, batch.tokens.shape[1]! - 1]);
	encode(config, params, inputs, (name, x) => {
		if (wanted.has(name)) states.push(np.max(np.absolute(x.ref)));
	}).dispose();
	const slopes = grad((p: Parameters) => loss(config, p, batch))(tree.ref(params));
	return {
		states: np.stack(states),
		gradients: np.stack(Object.keys(params).map((name) => squared(slopes[name]!))),
	};
}

/** Places of the forward pass, in order. */
export function signalPlaces({ layers, parallel }: ModelConfig): { name: string; depth: number }[] {
	const sublayers = parallel ? ["ff"] : ["attn", "ff"];
	const inBlocks = Array.from({ length: layers }, (_, i) =>
		sublayers.map((part, k) => ({
			name: `blocks.${i}.${part}.residual`,
			depth: i + (k + 1) / sublayers.length,
		})),
	);
	return [{ name: "state.0", depth: 0 }, ...inBlocks.flat()];
}

function firstBreakdown(name: string, kernels: readonly Kernel[]): Breakdown | undefined {
	const place = /^blocks\.(\d+)\.(.+)$/.exec(name);
	if (!place) return undefined;
	for (const kernel of kernels) {
		const breakdown = breakdownOf(kernel, Number(place[1]), place[2]!);
		if (breakdown) return breakdown;
	}
	return undefined;
}

/** What the gradient of a block is measured of. Biases count with their weights. */
const gradientParts = {
	all: /^/,
	query: /^attn\.q\./,
	key: /^attn\.k\./,
	value: /^attn\.v\./,
	output: /^attn\.o\./,
	/** Of the mixing αI + βA. */
	beta: /^attn\.beta$/,
	feedForward: /^ff\.w\d\./,
} as const;

type GradientPart = keyof typeof gradientParts;

/** ‖∂L/∂θ‖ over the tensors of each part of a block, counted from 0; a part is absent where it has no tensors. */
export function blockGradients(
	gradients: Readonly<Record<string, number>>,
	block: number,
): Partial<Record<GradientPart, number>> {
	const prefix = `blocks.${block}.`;
	const ofBlock = Object.entries(gradients).flatMap(([name, norm]) =>
		name.startsWith(prefix) ? [[name.slice(prefix.length), norm] as const] : [],
	);
	const sums: Partial<Record<GradientPart, number>> = {};
	for (const [part, pattern] of Object.entries(gradientParts) as [GradientPart, RegExp][]) {
		const norms = ofBlock.flatMap(([name, norm]) => (pattern.test(name) ? [norm] : []));
		if (norms.length > 0) sums[part] = Math.hypot(...norms);
	}
	return sums;
}
