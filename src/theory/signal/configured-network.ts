/**
 * What a model's configuration says of its signals before the first step: the network and the start of the recursion.
 *
 * Scores count as 0, which they are with `init: signal` (W_Q = 0). Otherwise their variance is g_Q g_K q² of inputs of q
 * value q: 1/9 with the defaults of PyTorch behind a normalisation, (width · 0.02²)² with normal ones. Uneven weights
 * average over fewer tokens than the recursion takes them to, so that tokens stay less alike than predicted.
 */
import { UserError } from "../../error.ts";
import { leakyShapeOf, shapeOf } from "../../model/activation-shape.ts";
import { layerOf } from "../../model/attention-plan.ts";
import type { ModelConfig } from "../../model/config.ts";
import { embeddingScale } from "../../model/initialise.ts";
import { normalises } from "../../model/parameters.ts";
import { shaped } from "../../model/signal/shaped-activation.ts";
import { smoothActivations } from "../../model/signal/smooth-activation.ts";
import { type ActivationKernel, gated, leakyReluActivation, smoothActivation } from "./activation-kernel.ts";
import { type Kernel, sumOfKernels } from "./kernel.ts";
import type { AttentionBranch, FeedForwardBranch, LinearGain, NetworkDescription } from "./network.ts";
import { differentTokens, kernelOfTokens, sinusoidalPositions } from "./start-kernels.ts";
import { identityMixing, type Mixing, uniformBidirectional, uniformCausal } from "./token-mixing.ts";

/** The blocks of a model as it begins. Throws UserError for `terms` leading, and where the model cannot be built. */
export function describeNetwork(config: ModelConfig): NetworkDescription {
	const { width, feedForward: hidden, residual, placement, normEpsilon: epsilon } = config;
	if (config.terms === "leading")
		throw new UserError(
			"Expected `terms` to be all for a prediction of signals, got leading. Its network is that of grown parameters.",
		);
	const linear = (into: number, out: number) => linearGain(config, into, out);
	const activation = activationKernelOf(config);
	const keyWidth = (width / config.heads) * config.keyValueHeads;
	return Array.from({ length: config.layers }, (_, i) => {
		const attention: AttentionBranch = {
			kind: "attention",
			heads: [mixingOf(config, i)],
			values: config.valueMaps === "linear" ? "random" : "identity",
			value: linear(width, keyWidth),
			output: linear(width, width),
			weight: residual.attention.branch,
		};
		const feedForward: FeedForwardBranch = {
			kind: "feed-forward",
			activations: [activation],
			linear: [linear(width, hidden), linear(hidden, width)],
			weight: residual.feedForward.branch,
		};
		const common = { placement: normalises(config, i) ? placement : "none", epsilon } as const;
		const { skip } = residual.attention;
		if (config.parallel)
			return [{ name: "ff.residual", skip, branches: [attention, feedForward], ...common }];
		return [
			{ name: "attn.residual", skip, branches: [attention], ...common },
			{ name: "ff.residual", skip: residual.feedForward.skip, branches: [feedForward], ...common },
		];
	});
}

/** Σ_0 of a model as it begins, for a sequence of these tokens; `ids` of one token each stand for different ones. */
export function startKernelOf(config: ModelConfig, ids: ArrayLike<number>): Kernel {
	const { initScale, positions, width } = config;
	const variance = (initScale * embeddingScale(config)) ** 2;
	const tokens: [number, Kernel] = [variance, kernelOfTokens(ids)];
	if (positions === "learned") return sumOfKernels([tokens, [variance, differentTokens(ids.length)]]);
	if (positions !== "sinusoidal") return sumOfKernels([tokens]);
	return sumOfKernels([tokens, [1, sinusoidalPositions(ids.length, width)]]);
}

/** The mixing of positions in a block, counted from 0, where all visible scores are equal. */
function mixingOf(config: ModelConfig, block: number): Mixing {
	switch (config.mixing.name) {
		case "plain":
			// Leaky: later positions have the score 0, as all others have.
			return config.mask === "strict" ? uniformCausal : uniformBidirectional;
		case "u-spa":
		case "e-spa":
			return layerOf(config, `blocks.${block}.attn`).apply;
		case "value-skip-init":
		case "shaped":
		case "shaped-transformer":
			return identityMixing;
	}
}

/** Of a linear map [out, into] by the scheme of `src/model/initialise.ts`. */
function linearGain({ init, initScale, biases }: ModelConfig, into: number, out: number): LinearGain {
	const square = initScale ** 2;
	switch (init) {
		case "pytorch": // U(±1/√into)
			return { gain: square / 3, bias: biases ? square / (3 * into) : 0 };
		case "normal":
			return { gain: square * 0.02 ** 2 * into };
		case "orthogonal": // orthonormal columns keep the sum of squares, which more outputs share
			return { gain: square * Math.min(1, into / out) };
		case "signal":
			return { gain: square };
	}
}

function activationKernelOf(config: ModelConfig): ActivationKernel {
	switch (config.activation) {
		case "relu":
			return leakyReluActivation(0, 1);
		case "leaky-relu": {
			const { slope, scale } = leakyShapeOf(config);
			return leakyReluActivation(slope, scale);
		}
		case "swiglu":
			return gated(smoothActivation((x) => smoothActivations.silu(x)[0]));
		default: {
			const phi = smoothActivations[config.activation];
			const shape = shapeOf(config);
			const f = shape ? shaped(phi, shape) : phi;
			return smoothActivation((x) => f(x)[0]);
		}
	}
}
