/**
 * Networks with random weights, in float64 and by hand, against the recursion that predicts their kernels.
 */
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { expect, test } from "vitest";
import { stream } from "../../engine/random.ts";
import { leakyRelu, leakyReluScale } from "../../model/signal/leaky-relu.ts";
import { haar } from "../../model/signal/orthogonal.ts";
import { spaLayers } from "../../model/signal/spa.ts";
import { tatSlope } from "../../model/signal/tailored-leaky-relu.ts";
import { skipless, transformerMap } from "../../model/signal/transformer-map.ts";
import { leakyReluActivation } from "./activation-kernel.ts";
import { type Kernel, kernelOf, normalised } from "./kernel.ts";
import type { NetworkDescription } from "./network.ts";
import { propagate } from "./propagate.ts";
import { differentTokens } from "./start-kernels.ts";
import { identityMixing, type Mixing, uniformBidirectional, uniformCausal } from "./token-mixing.ts";

/** [rows, width]: the first rows of a Haar matrix. */
const frame = (seed: number, name: string, rows: number, width: number) =>
	Matrix.from1DArray(rows, width, haar(stream(seed, name), rows, width));

const times = (layers: number, mixing: Mixing) => Array.from({ length: layers }, () => mixing);
const spa = (options: Parameters<typeof spaLayers>[0]) => spaLayers(options).map(({ apply }) => apply);

/** States [T, width] with X Xᵀ = width·I, so Σ_0 = I. */
const start = (seed: number, tokens: number, width: number) =>
	frame(seed, "start", tokens, width).mul(Math.sqrt(width));

const mix = (mixing: Mixing, x: Matrix) =>
	Matrix.from1DArray(x.rows, x.columns, mixing(Float64Array.from(x.to1DArray()), x.columns));

const largestDifference = (a: Kernel, b: Kernel) =>
	a.values.reduce((most, value, k) => Math.max(most, Math.abs(value - b.values[k]!)), 0);

const describe = (layers: readonly Mixing[], slope?: number): NetworkDescription =>
	layers.map((mixing) => [
		{ name: "attn.residual", skip: 0, branches: [{ kind: "attention", heads: [mixing] }] },
		...(slope === undefined
			? []
			: [
					{
						name: "ff.residual",
						skip: 0,
						branches: [
							{
								kind: "feed-forward",
								activations: [leakyReluActivation(slope, leakyReluScale(slope))],
							} as const,
						],
					},
				]),
	]);

/** Largest difference, over depth, of measured and predicted kernels of attention alone. */
function attentionError(
	layers: readonly Mixing[],
	tokens: number,
	width: number,
	weight: (name: string) => Matrix,
): number {
	const { kernels } = propagate(describe(layers), differentTokens(tokens));
	let x = start(0, tokens, width);
	return Math.max(
		...layers.map((mixing, l) => {
			x = mix(mixing, x)
				.mmul(weight(`${l}/v`))
				.mmul(weight(`${l}/o`));
			return largestDifference(kernelOf(x.to1DArray(), tokens), kernels[l + 1]!);
		}),
	);
}

const networks: [string, readonly Mixing[]][] = [
	["vanilla causal", times(24, uniformCausal)],
	["vanilla bidirectional", times(24, uniformBidirectional)],
	["V-SkipInit", times(24, identityMixing)],
	["U-SPA", spa({ kind: "u-spa", layers: 24, rhoL: 0.8 })],
	["E-SPA", spa({ kind: "e-spa", layers: 24, gammaL: 0.05 })],
	["bidirectional U-SPA", spa({ kind: "u-spa", layers: 24, rhoL: 0.8, mask: "bidirectional" })],
	["bidirectional E-SPA", spa({ kind: "e-spa", layers: 24, gammaL: 0.05, mask: "bidirectional" })],
];

test.each(networks)(
	"with orthogonal W_V, W_O the kernels of %s are the predicted ones at any width, here 32 and 64 (1e-12)",
	(_, layers) => {
		for (const width of [32, 64])
			expect(attentionError(layers, 32, width, (name) => frame(1, name, width, width))).toBeLessThan(1e-12);
	},
);

test("with Gaussian weights they are off by more than .01, at width 256 still", () => {
	const layers = spa({ kind: "e-spa", layers: 8, gammaL: 0.05 });
	const scaled = (name: string) =>
		Matrix.from1DArray(256, 256, stream(1, name).normal(256 * 256)).mul(1 / Math.sqrt(256));
	expect(attentionError(layers, 16, 256, scaled)).toBeGreaterThan(0.01);
});

/**
 * Mean over seeds of the largest error of a normalised kernel after E-SPA attention and leaky relus, at this width.
 *
 * A Haar matrix acts on X through its images of the T directions that X spans: with X Xᵀ = R Rᵀ the product X W has the
 * law of R F, F the first T rows of a Haar matrix. So width costs O(T²d) and not O(d³).
 */
function errorWithLeakyRelu(width: number, seeds: number): number {
	const [layers, tokens] = [8, 16];
	const slope = tatSlope(transformerMap({ layers, residual: skipless }), 0.5);
	const phi = leakyRelu(slope);
	const mixings = spa({ kind: "e-spa", layers, gammaL: 0.05 });
	const predicted = normalised(propagate(describe(mixings, slope), differentTokens(tokens)).kernels.at(-1)!);
	let sum = 0;
	for (let seed = 0; seed < seeds; seed++) {
		let x = start(seed, tokens, width);
		for (const [l, mixing] of mixings.entries()) {
			const mixed = mix(mixing, x);
			const root = new CholeskyDecomposition(mixed.mmul(mixed.transpose())).lowerTriangularMatrix;
			const hidden = root.mmul(frame(seed, `${l}`, tokens, width));
			x = Matrix.from1DArray(tokens, width, hidden.to1DArray().map(phi));
		}
		sum += largestDifference(normalised(kernelOf(x.to1DArray(), tokens)), predicted);
	}
	return sum / seeds;
}

test("with leaky relus the normalised kernel comes near the recursion as 1/√width: .11, .05, .024 at 64, 256, 1024", () => {
	const errors = [64, 256, 1024].map((width) => errorWithLeakyRelu(width, 16));
	expect(errors[1]).toBeLessThan(0.12);
	// Four times the width halves the error; 16 seeds know it to a sixth or so.
	for (const [k, error] of errors.slice(1).entries()) expect(errors[k]! / error).toBeGreaterThan(1.5);
	for (const [k, error] of errors.slice(1).entries()) expect(errors[k]! / error).toBeLessThan(2.7);
});
