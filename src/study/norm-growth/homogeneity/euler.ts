/**
 * Euler's identity ⟨θ, ∇f⟩ = k f on networks of known degree: it says of a gradient what scaling says of values.
 *
 *     ReLU network without biases, depth L    degree L, and 1 in each weight matrix
 *     its normalised output, and any loss     degree 0: gradients at right angles to θ
 *     res-post encoder and classifier         degree 2 with saturated attention, nearly so with softmax
 */
import type { Array as JaxArray } from "@jax-js/jax";
import { grad, numpy as np, tree } from "@jax-js/jax";
import { stream } from "../../../engine/random.ts";
import type { Engine, Spec, Tensor } from "../../../engine/types.ts";
import { modelConfig } from "../../../model/config.ts";
import { crossEntropy, linear, relu, standardise } from "../../../model/functional.ts";
import type { Parameters } from "../../../model/parameters.ts";
import { parameterSpecs } from "../../../model/parameters.ts";
import { forward } from "../../../model/transformer.ts";
import { type EulerSums, eulerSums, homogeneityError, scaledBy } from "../../../probe/homogeneity.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { initialTensors } from "./encoders.ts";

export const eulerName = "homogeneity/euler";
export const depths = [1, 2, 3, 4, 5];
const [samples, width] = [4, 8];
/** c of ∇f(cθ) = c^(L−1) ∇f(θ). */
export const factor = 7.7;

export const eulerIdentity = (seeds: number): Analysis => ({
	kind: "analysis",
	name: eulerName,
	title: "Euler's identity on networks of known degree",
	needs: [],
	options: { depths, seeds, factor },
	async compute({ engine, signal, progress }) {
		const rows: AnalysisRow[] = [];
		for (const depth of depths) {
			signal.throwIfAborted();
			rows.push(...(await reluNetworks(engine, depth, seeds)));
			progress(depth / (depths.length + 2));
		}
		for (const attention of ["hard", "softmax"] as const) {
			signal.throwIfAborted();
			rows.push(...(await classifiers(engine, attention, seeds)));
		}
		return rows;
	},
});

/** W_L relu(... relu(W_1 x)): x [rows, width], weights `w1` to `wL`. */
function network(params: Parameters, x: JaxArray): JaxArray {
	return Object.values(params).reduce(
		(hidden, weight, i) => linear(i === 0 ? hidden : relu(hidden), weight.ref, undefined),
		x,
	);
}

async function reluNetworks(engine: Engine, depth: number, seeds: number): Promise<AnalysisRow[]> {
	const spec = (...shape: number[]): Spec => ({ shape, dtype: "float64" });
	const specs = Object.fromEntries(
		Array.from({ length: depth }, (_, i) => [`w${i + 1}`, spec(width, width)]),
	);
	const program = await engine.compile(
		(params: Parameters, x: JaxArray, projection: JaxArray, classes: JaxArray, c: JaxArray) => {
			const value = (p: Parameters) => np.sum(network(p, x.ref).mul(projection.ref));
			const scaled = grad(value)(scaledBy(tree.ref(params), c));
			const gradient = grad(value)(tree.ref(params));
			const loss = (p: Parameters) => crossEntropy(standardise(network(p, x.ref), 0), classes.ref);
			return {
				euler: eulerSums(value, tree.ref(params)),
				invariant: eulerSums(loss, params),
				gradient: np.stack(Object.values(gradient)),
				scaled: np.stack(Object.values(scaled)),
			};
		},
		[specs, spec(samples, width), spec(samples, width), { shape: [samples], dtype: "int32" }, spec()],
		{ name: "euler" },
	);
	const rows: AnalysisRow[] = [];
	for (let seed = 1; seed <= seeds; seed++) {
		const random = (purpose: string, size: number) => stream(seed, purpose).normal(size);
		const weights = Object.fromEntries(Object.keys(specs).map((key) => [key, random(key, width * width)]));
		const out = await program(
			weights,
			random("x", samples * width),
			random("projection", samples * width),
			stream(seed, "classes").integers(samples, width),
			factor,
		);
		const { value, radial } = await read(out.euler);
		const invariant = await read(out.invariant);
		rows.push({
			network: "ReLU network",
			seed,
			depth,
			identity: Math.abs(sum(radial) / value[0]! - depth) / depth,
			layerwise: Math.max(...radial.map((x) => Math.abs(x / value[0]! - 1))),
			gradient: homogeneityError(await out.gradient.read(), await out.scaled.read(), factor, depth - 1),
			invariant: Math.abs(sum(invariant.radial)) / invariant.size,
			invariantLayerwise: Math.max(...invariant.radial.map(Math.abs)) / invariant.size,
		});
	}
	program.dispose();
	return rows;
}

/** Encoder (res-post, no biases, epsilon 0) and linear classifier, logits projected to one number. */
async function classifiers(
	engine: Engine,
	attention: "hard" | "softmax",
	seeds: number,
): Promise<AnalysisRow[]> {
	const config = modelConfig.parse({
		vocabulary: 10,
		context: 8,
		layers: 2,
		heads: 4,
		width: 32,
		placement: "res-post",
		biases: false,
		normEpsilon: 0,
		attention,
	});
	const specs = parameterSpecs(config, "float64");
	const [batch, time] = [4, 8];
	const program = await engine.compile(
		(params: Parameters, tokens: JaxArray, projection: JaxArray, c: JaxArray) =>
			eulerSums((p) => np.sum(forward(config, p, tokens.ref).mul(projection.ref)), scaledBy(params, c)),
		[
			specs,
			{ shape: [batch, time], dtype: "int32" },
			{ shape: [batch, time, config.vocabulary], dtype: "float64" },
			{ shape: [], dtype: "float64" },
		],
		{ name: "euler" },
	);
	const rows: AnalysisRow[] = [];
	for (let seed = 1; seed <= seeds; seed++) {
		const params = initialTensors(engine, config, specs, seed);
		const tokens = stream(seed, "tokens").integers(batch * time, config.vocabulary);
		const projection = stream(seed, "projection").normal(batch * time * config.vocabulary);
		for (const c of [1, 4, 16]) {
			const { value, radial } = await read(await program(params, tokens, projection, c));
			rows.push({
				network: `encoder and classifier, ${attention}`,
				seed,
				c,
				identity: Math.abs(sum(radial) / value[0]! - 2) / 2,
			});
		}
		for (const tensor of Object.values(params)) tensor.dispose();
	}
	program.dispose();
	return rows;
}

/** ⟨θᵢ, ∂f/∂θᵢ⟩ of each tensor, f, and ‖θ‖‖∇f‖. */
async function read(sums: EulerSums<Tensor>) {
	const [value, radial, squares] = await Promise.all([
		sums.value.read(),
		sums.radial.read(),
		sums.squares.read(),
	]);
	return { value, radial: Array.from(radial), size: Math.sqrt(squares[0]! * squares[1]!) };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
