/**
 * What would be measured of a series of checkpoints whose norms follow formulas: an input for tests of figures, reports
 * and exports, which have to work on any numbers and any depth. Nothing here was measured.
 */
import { join } from "node:path";
import type { SeriesMeasure, TensorMeasure, TensorSeries } from "../../src/inspect/series-measure.ts";
import { rolesOf } from "../../src/inspect/tensor-role.ts";

export interface FormulaSeries {
	readonly steps: readonly number[];
	readonly layers: number;
	/** With a decoder of as many layers. Default false. */
	readonly decoder?: boolean;
	readonly location?: string;
}

/** Pythia's 154 steps: 0, the powers of two to 512, and every thousand to 143000. */
export const pythiaSteps: readonly number[] = [
	0,
	...Array.from({ length: 10 }, (_, i) => 2 ** i),
	...Array.from({ length: 143 }, (_, i) => 1000 * (i + 1)),
];

const sublayers: readonly [name: string, shape: readonly number[]][] = [
	["attention.query.weight", [64, 64]],
	["attention.dense.weight", [64, 64]],
	["mlp.up.weight", [256, 64]],
	["mlp.down.weight", [64, 256]],
	["input_layernorm.weight", [64]],
];

/** ‖θ‖² = initial + slope²·t of each tensor, by steps at right angles to it. */
export function formulaMeasure({
	steps,
	layers,
	decoder = false,
	location = "/data/formula",
}: FormulaSeries): SeriesMeasure {
	const stacks = decoder ? ["encoder.", "decoder."] : [""];
	const named = stacks.flatMap((stack, s) => [
		...Array.from({ length: layers }, (_, layer) =>
			sublayers.map(([name, shape], k) => ({
				name: `${stack}layers.${layer}.${name}`,
				shape,
				slope: (1 + 0.5 * s) * (0.6 + layer / layers) * (k === 4 ? 0.05 : 1 + 0.3 * k),
			})),
		).flat(),
		{ name: `${stack}final_norm.weight`, shape: [64], slope: 0.1 },
	]);
	const tensors = [
		{ name: "embed_tokens.weight", shape: [1000, 64], slope: 2 },
		...named,
		{ name: "lm_head.weight", shape: [1000, 64], slope: 3 },
	];
	const roles = rolesOf(tensors.map(({ name, shape }) => ({ name, shape, dtype: "F32" })));
	return {
		series: {
			location,
			entries: steps.map((step) => ({ step, location: join(location, `step${step}`) })),
			ignored: [],
		},
		steps,
		tensors: tensors.map(({ name, shape, slope }): TensorSeries => {
			const known = roles.get(name)!;
			if (!("role" in known)) throw new Error(`${name} is no parameter.`);
			const size = shape.reduce((a, b) => a * b, 1);
			const squared = (step: number) => 0.02 * size + slope ** 2 * step;
			return {
				name,
				role: known.role,
				copyOf: undefined,
				measures: steps.map((step, i): TensorMeasure => {
					const before = steps[i - 1];
					return {
						dtype: "F32",
						shape,
						file: join(location, `step${step}`, "model.safetensors"),
						squared: squared(step),
						nonFinite: 0,
						...(before !== undefined && { squaredStep: squared(step) - squared(before) }),
						squaredDistance: squared(step) - squared(steps[0]!),
						...(known.role.isLinear && {
							spectrum: {
								norm: Math.sqrt(squared(step) / (20 + 10 * Math.cos(step / 30000))),
								stableRank: 20 + 10 * Math.cos(step / 30000),
								iterations: 10,
								residual: 1e-7,
							},
							columns: { sum: 8 * Math.sqrt(squared(step)), count: 64 },
						}),
					};
				}),
			};
		}),
		ignored: [{ path: join(location, "main"), reason: "a name without a step" }],
		bytes: 4e9,
		seconds: 2.1,
	};
}
