/**
 * The component table: how each building block of a transformer changes the degree of homogeneity of what it is given.
 * Merrill et al. 2021, Table 1 (after Li & Arora 2019), with the rows that a transformer needs besides.
 *
 *     x has degree k: at cθ it is c^k x        g(cθ, c^k x) = c^k' g(θ, x)        k' is the degree of the output
 *
 * The blocks are those that models are built of (`model/`), with epsilon 0. Shapes: 3 rows of 8 features; for attention
 * one sequence of 6 positions, 2 heads.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import type { Engine, Spec } from "../engine/types.ts";
import { attention } from "../model/attention.ts";
import { modelConfig } from "../model/config.ts";
import { embed, layerNorm, linear, relu, rmsNorm, standardise } from "../model/functional.ts";
import type { Parameters } from "../model/parameters.ts";

export interface Component {
	readonly name: string;
	/** In the paper's Table 1; otherwise an addition of ours. */
	readonly inTable: boolean;
	/** Degrees of the inputs that are tried, a list for each trial. */
	readonly inputs: readonly (readonly number[])[];
	/** The stated degree of the output for these degrees of the inputs, or undefined: stated to have none. */
	degree(inputs: readonly number[]): number | undefined;
	readonly parameters: Readonly<Record<string, readonly number[]>>;
	/** The shape of each input. */
	readonly shape: readonly number[];
	/** Traced. Consumes what it is given. */
	apply(params: Parameters, inputs: readonly JaxArray[]): JaxArray;
}

const rows = [3, 8];
const [weight, bias] = [{ w: [8, 8] }, { b: [8] }];
const anyDegree = [[0], [1], [2], [3]];

const attentionModel = modelConfig.parse({
	vocabulary: 1,
	context: 6,
	layers: 1,
	heads: 2,
	width: 8,
	biases: false,
	attention: "hard",
});

/** Hard attention up to the intermediate `shown`: the mixed values AV, or the output W A V. */
function attentionUpTo(shown: "a.heads" | undefined): Component["apply"] {
	return (params, [x]) => {
		let seen: JaxArray | undefined;
		const output = attention(attentionModel, { params, dropped: new Set() }, "a", x!, (name, value) => {
			if (name === shown) seen = value.ref;
			return value;
		});
		if (!seen) return output;
		output.dispose();
		return seen;
	};
}

const projections = (...names: string[]) =>
	Object.fromEntries(names.map((name) => [`a.${name}.weight`, [8, 8]]));

export const components: readonly Component[] = [
	{
		name: "linear",
		inTable: true,
		inputs: anyDegree,
		degree: ([k]) => k! + 1,
		parameters: weight,
		shape: rows,
		apply: (p, [x]) => linear(x!, p["w"]!, undefined),
	},
	{
		name: "bias",
		inTable: true,
		inputs: [[1]],
		degree: () => 1,
		parameters: bias,
		shape: rows,
		apply: (p, [x]) => x!.add(p["b"]!),
	},
	{
		name: "affine",
		inTable: true,
		inputs: [[0]],
		degree: () => 1,
		parameters: { ...weight, ...bias },
		shape: rows,
		apply: (p, [x]) => linear(x!, p["w"]!, p["b"]!),
	},
	{
		name: "layer norm, no affine",
		inTable: true,
		inputs: anyDegree,
		degree: () => 0,
		parameters: {},
		shape: rows,
		apply: (_, [x]) => standardise(x!, 0),
	},
	{
		name: "layer norm + affine",
		inTable: true,
		inputs: anyDegree,
		degree: () => 1,
		parameters: { g: [8], ...bias },
		shape: rows,
		apply: (p, [x]) => layerNorm(x!, p["g"]!, p["b"]!, 0),
	},
	{
		name: "ReLU",
		inTable: true,
		inputs: anyDegree,
		degree: ([k]) => k!,
		parameters: {},
		shape: rows,
		apply: (_, [x]) => relu(x!),
	},
	{
		name: "sum",
		inTable: true,
		inputs: [
			[0, 0],
			[1, 1],
			[2, 2],
			[3, 3],
		],
		degree: ([k]) => k!,
		parameters: {},
		shape: rows,
		apply: (_, [x, y]) => x!.add(y!),
	},
	{
		name: "product",
		inTable: true,
		inputs: [
			[0, 1],
			[1, 1],
			[1, 2],
			[2, 2],
		],
		degree: ([k, l]) => k! + l!,
		parameters: {},
		shape: rows,
		apply: (_, [x, y]) => x!.mul(y!),
	},
	{
		name: "RMS norm + gain",
		inTable: false,
		inputs: anyDegree,
		degree: () => 1,
		parameters: { g: [8] },
		shape: rows,
		apply: (p, [x]) => rmsNorm(x!, p["g"]!, 0),
	},
	{
		name: "embedding",
		inTable: false,
		inputs: [[]],
		degree: () => 1,
		parameters: { table: [5, 8] },
		shape: [],
		apply: (p) => embed(p["table"]!, np.array([4, 0, 2], { dtype: np.int32 })),
	},
	{
		name: "attention head AV (saturated)",
		inTable: false,
		inputs: [[0], [1], [2]],
		degree: ([k]) => k! + 1,
		parameters: projections("q", "k", "v", "o"),
		shape: [1, 6, 8],
		apply: attentionUpTo("a.heads"),
	},
	{
		name: "attention output W·AV (saturated)",
		inTable: false,
		inputs: [[0], [1], [2]],
		degree: ([k]) => k! + 2,
		parameters: projections("q", "k", "v", "o"),
		shape: [1, 6, 8],
		apply: attentionUpTo(undefined),
	},
	{
		name: "affine, input not of degree 0",
		inTable: false,
		inputs: [[1], [2]],
		degree: () => undefined,
		parameters: { ...weight, ...bias },
		shape: rows,
		apply: (p, [x]) => linear(x!, p["w"]!, p["b"]!),
	},
	{
		name: "sum of two degrees",
		inTable: false,
		inputs: [[1, 3]],
		degree: () => undefined,
		parameters: {},
		shape: rows,
		apply: (_, [x, y]) => x!.add(y!),
	},
];

export interface ComponentValues {
	readonly params: Readonly<Record<string, Float64Array>>;
	readonly inputs: readonly Float64Array[];
}

/** Compiles a component in float64: from parameters and inputs, row-major, to its output. */
export async function compileComponent(engine: Engine, component: Component) {
	const spec = (shape: readonly number[]): Spec => ({ shape, dtype: "float64" });
	const params = Object.fromEntries(
		Object.entries(component.parameters).map(([name, shape]) => [name, spec(shape)]),
	);
	const count = component.inputs[0]!.length;
	const program = await engine.compile(
		(p: Parameters, inputs: JaxArray[]) => component.apply(p, inputs),
		[params, Array.from({ length: count }, () => spec(component.shape))],
		{ name: component.name },
	);
	return {
		async run({ params, inputs }: ComponentValues): Promise<Float64Array> {
			const output = await program({ ...params }, [...inputs]);
			const values = await output.read();
			output.dispose();
			return values as Float64Array;
		},
		dispose: () => program.dispose(),
	};
}
