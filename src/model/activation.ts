/**
 * The activation of the feed-forward network, shaped if the configuration says so: outScale·(φ(inScale·x + inShift) +
 * outShift), for a leaky relu its slope and √(2/(1 + slope²)) (src/model/signal/shaped-activation.ts).
 */
import type { Array as JaxArray } from "@jax-js/jax";
import { leakyShapeOf, shapeOf } from "./activation-shape.ts";
import type { ModelConfig } from "./config.ts";
import { gelu, geluTanh, leakyRelu, relu, sign, silu, softplus, tanh } from "./functional.ts";

type Activation = (x: JaxArray) => JaxArray;

/** The activation of a model, elementwise. With `terms` leading: what becomes of it as its argument grows. */
export function activationOf(config: ModelConfig): Activation {
	const leading = config.terms === "leading";
	if (config.activation === "leaky-relu") {
		const { slope, scale } = leakyShapeOf(config);
		return (x) => scaled(leakyRelu(x, slope), scale);
	}
	const shape = shapeOf(config);
	const phi = (leading ? limits : activations)[config.activation];
	if (!shape) return phi;
	const { inScale, inShift, outScale, outShift } = shape;
	// Shifts are outgrown, but for that of a sign, which no longer grows. Scales are positive.
	if (leading && config.activation !== "tanh") return (x) => phi(x).mul(inScale * outScale);
	return (x) =>
		phi(x.mul(inScale).add(leading ? 0 : inShift))
			.add(outShift)
			.mul(outScale);
}

type Plain = Exclude<ModelConfig["activation"], "leaky-relu">;

const activations: Readonly<Record<Plain, Activation>> = {
	relu,
	gelu,
	"gelu-tanh": geluTanh,
	swiglu: silu,
	tanh,
	softplus,
};

const limits: Readonly<Record<Plain, Activation>> = {
	relu,
	gelu: relu,
	"gelu-tanh": relu,
	swiglu: relu,
	tanh: sign,
	softplus: relu,
};

const scaled = (x: JaxArray, scale: number): JaxArray => (scale === 1 ? x : x.mul(scale));
