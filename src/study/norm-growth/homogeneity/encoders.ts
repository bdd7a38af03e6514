/** Encoders at random initialisation: their parameters in the engine's memory, and them as functions of cθ. */
import type { DType, Engine, Spec, Tensor } from "../../../engine/types.ts";
import { type ModelConfig, modelConfig } from "../../../model/config.ts";
import { initialise } from "../../../model/initialise.ts";
import { parameterSpecs, tensorsOf } from "../../../model/parameters.ts";
import { encode } from "../../../model/transformer.ts";
import { compileScaling, type ScalingProgram } from "../../../probe/homogeneity.ts";

export type Tensors = Readonly<Record<string, Tensor>>;

/** The encoder on which limits and their approach are measured: 2 blocks of width 64, sequences of 10, no epsilon. */
export const smallEncoder = (placement: ModelConfig["placement"], biases: boolean): ModelConfig =>
	modelConfig.parse({
		vocabulary: 10,
		context: 10,
		layers: 2,
		heads: 4,
		width: 64,
		placement,
		biases,
		normEpsilon: 0,
		finalNorm: false,
	});

/** The parameters that the final encoder state depends on: all but the classifier's. */
export const encoderSpecs = (config: ModelConfig, dtype: DType): Record<string, Spec> =>
	Object.fromEntries(
		Object.entries(parameterSpecs(config, dtype)).filter(([name]) => !name.startsWith("head.")),
	);

/** The initial values of the parameters in `specs`. A parameter of one name is the same in every configuration. */
export function initialTensors(
	engine: Engine,
	config: ModelConfig,
	specs: Readonly<Record<string, Spec>>,
	seed: number,
): Tensors {
	const initial = Object.entries(initialise(config, seed)).map(
		([name, { values }]) => [name, values] as const,
	);
	return tensorsOf(engine, specs, Object.fromEntries(initial));
}

export function dispose(tensors: Tensors): void {
	for (const tensor of Object.values(tensors)) tensor.dispose();
}

/** The final encoder state [B, T, W] as a function of cθ. `shape` is that of the tokens. */
export const compileEncoder = (
	engine: Engine,
	config: ModelConfig,
	specs: Readonly<Record<string, Spec>>,
	shape: readonly [number, number],
): Promise<ScalingProgram> =>
	compileScaling(engine, (params, tokens) => encode(config, params, tokens), specs, shape, [
		...shape,
		config.width,
	]);
