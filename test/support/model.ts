/** Small models, their values, and reading what programs return: shared by the tests of models and probes. */
import type { Array as JaxArray } from "@jax-js/jax";
import type { DType, Engine, Spec, Tensor, TypedArray } from "../../src/engine/types.ts";
import { type ModelConfig, type ModelOptions, modelConfig } from "../../src/model/config.ts";
import { initialise } from "../../src/model/initialise.ts";
import { type Parameters, parameterSpecs, tensorsOf } from "../../src/model/parameters.ts";
import { type Measured, type MeasureInputs, measure, metrics } from "../../src/probe/measure.ts";

export type Values = Record<string, TypedArray>;

export const smallModel = (options: Partial<ModelOptions> = {}): ModelConfig =>
	modelConfig.parse({
		vocabulary: 11,
		context: 8,
		layers: 2,
		heads: 2,
		width: 16,
		feedForward: 24,
		...options,
	});

export const initialValues = (config: ModelConfig, seed = 1): Values =>
	Object.fromEntries(Object.entries(initialise(config, seed)).map(([name, x]) => [name, x.values]));

/** Values without a pattern: gains, shifts and factors are moved from where they start, 1 and 0, and W_Q from 0. */
export function genericValues(config: ModelConfig, seed: number): Values {
	const values = initialValues(config, seed);
	for (const [name, x] of Object.entries(values))
		if (/ln|_norm|alpha|beta|gamma|branch|attn\.q\.weight/.test(name))
			values[name] = Float64Array.from(x, (v, i) => v + 0.3 * Math.sin(7 * i + name.length));
	return values;
}

/** The parameters of a model in an engine's memory. */
export const parameterTensors = (engine: Engine, config: ModelConfig, values: Values, dtype: DType) =>
	tensorsOf(engine, parameterSpecs(config, dtype), values);

export async function readAll(tensors: Record<string, Tensor>): Promise<Values> {
	const entries = Object.entries(tensors).map(async ([name, t]) => [name, await t.read()] as const);
	return Object.fromEntries(await Promise.all(entries));
}

/** Runs `fn(params, tokens)` once. `tokens` [batch][time]. */
export async function run(
	engine: Engine,
	config: ModelConfig,
	values: Values,
	tokens: number[][],
	fn: (params: Parameters, tokens: JaxArray) => Record<string, JaxArray>,
	dtype: DType = "float32",
): Promise<Values> {
	const spec: Spec = { shape: [tokens.length, tokens[0]!.length], dtype: "int32" };
	const program = await engine.compile(fn, [parameterSpecs(config, dtype), spec], { name: "test" });
	const params = parameterTensors(engine, config, values, dtype);
	const result = await readAll(await program(params, Int32Array.from(tokens.flat())));
	program.dispose();
	return result;
}

/** All metrics of `params`, seen from `previous` and `initial`, on two sequences of six tokens. */
export async function measured(
	engine: Engine,
	config: ModelConfig,
	params: Values,
	options: {
		previous?: Values;
		initial?: Values;
		factor?: number;
		dtype?: DType;
		tokens?: number[];
	} = {},
): Promise<Record<string, number>> {
	const {
		previous = params,
		initial = params,
		factor = 1000,
		dtype = "float32",
		tokens = [1, 2, 3, 4, 5, 6],
	} = options;
	const specs = parameterSpecs(config, dtype);
	const program = await engine.compile(
		(inputs: MeasureInputs) => measure(config, inputs),
		[
			{
				params: specs,
				previous: specs,
				initial: specs,
				tokens: { shape: [2, 6], dtype: "int32" },
				factor: { shape: [], dtype },
			},
		],
		{ name: "measure" },
	);
	const result = await program({
		params: parameterTensors(engine, config, params, dtype),
		previous: parameterTensors(engine, config, previous, dtype),
		initial: parameterTensors(engine, config, initial, dtype),
		tokens: Int32Array.from([...tokens, ...tokens.toReversed()]),
		factor,
	});
	const values = (await readAll(result)) as Measured<TypedArray>;
	program.dispose();
	return metrics(config, values);
}

/** The largest difference where `expected` is finite, relative to its largest value. */
export function relativeError(values: ArrayLike<number>, expected: ArrayLike<number>): number {
	if (values.length !== expected.length) return Number.POSITIVE_INFINITY;
	let [difference, largest] = [0, 0];
	for (let i = 0; i < expected.length; i++) {
		if (!Number.isFinite(expected[i])) continue;
		difference = Math.max(difference, Math.abs(values[i]! - expected[i]!));
		largest = Math.max(largest, Math.abs(expected[i]!));
	}
	return difference / largest;
}
