/** The closed forms of E-SPA and U-SPA held against slow, independent ways to the same matrices. */
import { stream } from "../../../engine/random.ts";
import { eSpa } from "../../../model/signal/e-spa.ts";
import { exponentialPower } from "../../../model/signal/exponential-root.ts";
import { product } from "../../../model/signal/layer.ts";
import { spaLayers } from "../../../model/signal/spa.ts";
import { choleskyFactor, type TargetKernel, targetKernel } from "../../../model/signal/target-kernel.ts";
import { uSpa } from "../../../model/signal/u-spa.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import {
	largestDifference,
	leastVisible,
	maskedAttention,
	numericFactor,
	numericLayer,
	transported,
} from "./dense.ts";
import { goldenRows } from "./golden.ts";
import { bothPaths, gammaL, type Path, rhoL } from "./paths.ts";

export const algebraName = "attention/algebra";

const gammas = [0.005, 0.05, 0.2, 1, 5];
const rhos = [0, 0.02, 0.3, 0.8, 0.97];
const width = 3;
const prefix = 20;
const far = 999;

/**
 * `depths`: of the paths; `tokens`: T of the dense matrices.
 *
 *     kind layer      one a method, depth and layer: largest errors of what its name says, `least` entry of A
 *     kind factor     L in closed form against elimination
 *     kind grid       least entry of A over pairs of targets, in the allowed order
 *     kind reversed   and in the other one
 *     kind generator  of U-SPA, against a difference quotient
 *     kind float32    shares of finite numbers in a bias of 2048 tokens
 *     kind root       attention without a mask
 *     kind golden     the specification's printed vectors
 */
export const algebra = (depths: readonly number[], tokens: number): Analysis => ({
	kind: "analysis",
	name: algebraName,
	title: "Signal-preserving attention: closed forms against elimination",
	needs: [],
	options: { depths, tokens },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [
			...factors(tokens),
			...grids(),
			...generators(),
			...inFloat32(),
			...goldenRows(),
		];
		for (const [i, depth] of depths.entries()) {
			for (const path of bothPaths(depth)) {
				signal.throwIfAborted();
				rows.push(...layerRows(path, depth, tokens));
				await new Promise(setImmediate);
			}
			rows.push(...roots(depth, tokens));
			progress((i + 1) / depths.length);
		}
		return rows;
	},
});

function layerRows(
	{ method, layers, parameters, targets, diagonal }: Path,
	depth: number,
	n: number,
): AnalysisRow[] {
	let kernel = targetKernel(targets[0]!, n);
	return layers.map((layer, at) => {
		const A = layer.matrix(n);
		kernel = transported(A, kernel, n);
		const D = layer.rescaling(n);
		const short = layer.matrix(prefix);
		const x = stream(at, "x").normal(n * width);
		const own = Float64Array.from({ length: n - 1 }, (_, i) => A[(i + 1) * (n + 1)]!);
		const late = Math.exp(layer.biasRow(far)[far]!) * layer.rescaling(far + 1)[far]!;
		return {
			kind: "layer",
			method,
			depth,
			layer: at + 1,
			tokens: n,
			elimination: largestDifference(A, numericLayer(targets[at]!, targets[at + 1]!, n)),
			kernel: largestDifference(kernel, targetKernel(targets[at + 1]!, n)),
			softmax: largestDifference(A, maskedAttention(layer.bias(n), D, n)),
			least: leastVisible(A, n),
			prefix: short.reduce((most, value, k) => {
				const whole = A[Math.floor(k / prefix) * n + (k % prefix)]!;
				return Math.max(most, Math.abs(value - whole));
			}, 0),
			diagonal:
				method === "E-SPA"
					? own.reduce((most, value) => Math.max(most, Math.abs(value - diagonal)), 0)
					: Math.abs(late - diagonal),
			sums: largestDifference(D, product(A, new Float64Array(n).fill(1), n, 1)),
			leastSum: D.reduce((least, value) => Math.min(least, value)),
			apply: largestDifference(layer.apply(x, width), product(A, x, n, width)),
			...(method === "E-SPA" ? { limit: limitError(parameters[at]!, parameters[at + 1]!) } : {}),
		};
	});
}

/** D of token 8000 against √((1 + b)(1 − a) / ((1 + a)(1 − b))), a and b what decays leave a token, before and after. */
function limitError(gammaIn: number, gammaOut: number): number {
	const [a, b] = [Math.exp(-gammaIn), Math.exp(-gammaOut)];
	const limit = Math.sqrt(((1 + b) * (1 - a)) / ((1 + a) * (1 - b)));
	return Math.abs(eSpa({ gammaIn, gammaOut }).rowSum(8000) - limit);
}

const targetsToTry: readonly TargetKernel[] = [
	...gammas.map((gamma) => ({ kernel: "exponential", gamma }) as const),
	...rhos.map((rho) => ({ kernel: "uniform", rho }) as const),
];

const nameOf = (target: TargetKernel): string =>
	target.kernel === "uniform" ? `U-SPA, ρ = ${target.rho}` : `E-SPA, γ = ${target.gamma}`;

const factors = (n: number): AnalysisRow[] =>
	targetsToTry.map((target) => ({
		kind: "factor",
		target: nameOf(target),
		tokens: n,
		error: largestDifference(
			choleskyFactor(target, n),
			Float64Array.from(numericFactor(target, n).to1DArray()),
		),
	}));

/** All pairs of targets of a kind, in the order that makes tokens more alike, and in the other. */
function grids(): AnalysisRow[] {
	const n = 24;
	const exponential = [2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005].map(
		(gamma) => ({ kernel: "exponential", gamma }) as const,
	);
	const uniform = Array.from({ length: 9 }, (_, i) => ({ kernel: "uniform", rho: i * 0.11 }) as const);
	return [exponential, uniform].flatMap((targets) =>
		targets.flatMap((from, i) =>
			targets.slice(i + 1).flatMap((to) => [
				{
					kind: "grid",
					from: nameOf(from),
					to: nameOf(to),
					least: leastVisible(numericLayer(from, to, n), n),
				},
				{
					kind: "reversed",
					from: nameOf(to),
					to: nameOf(from),
					least: leastVisible(numericLayer(to, from, n), n),
				},
			]),
		),
	);
}

/** (A(ρ → ρ + h) − I)/h against M(ρ), whose entries off the diagonal are positive: so A is non-negative (§3.2). */
function generators(): AnalysisRow[] {
	const [n, h] = [24, 1e-7];
	return [0, 0.1, 0.5, 0.8].map((rho) => {
		const x = (k: number) => 1 / (1 + k * rho);
		const A = uSpa({ rhoIn: rho, rhoOut: rho + h }).matrix(n);
		let [error, least] = [0, Number.POSITIVE_INFINITY];
		for (let i = 0; i < n; i++)
			for (let j = 0; j <= i; j++) {
				const M = i === j ? (x(i - 1) * x(i) - 1 / (1 - rho)) / 2 : (x(i - 1) * x(i) + x(j - 1) * x(j)) / 2;
				error = Math.max(error, Math.abs((A[i * n + j]! - (i === j ? 1 : 0)) / h - M));
				if (i !== j) least = Math.min(least, M);
			}
		return { kind: "generator", rho, error, least };
	});
}

/** The last row of the first layer's bias, as logarithms, and as the logarithms of weights held in float32. */
function inFloat32(): AnalysisRow[] {
	const tokens = 2048;
	const row = bothPaths(36)[0]!.layers[0]!.biasRow(tokens - 1);
	const share = (values: Float32Array) => values.filter(Number.isFinite).length / tokens;
	return [
		{
			kind: "float32",
			tokens,
			finite: share(Float32Array.from(row)),
			ofWeights: share(Float32Array.from(row, (value) => Math.log(Math.fround(Math.exp(value))))),
		},
	];
}

/** Attention without a mask: the layers' product against Σ_L^½, its least entry, and what the logarithm raised. */
function roots(depth: number, tokens: number): AnalysisRow[] {
	const identity = targetKernel({ kernel: "uniform", rho: 0 }, tokens);
	return (["e-spa", "u-spa"] as const).map((kind) => {
		const layers = spaLayers({ kind, layers: depth, mask: "bidirectional" });
		const matrices = layers.map((layer) => layer.matrix(tokens));
		const whole = matrices.reduce((done, A) => product(A, done, tokens, tokens), identity);
		const target: TargetKernel =
			kind === "e-spa" ? { kernel: "exponential", gamma: gammaL } : { kernel: "uniform", rho: rhoL };
		return {
			kind: "root",
			method: kind === "e-spa" ? "E-SPA" : "U-SPA",
			depth,
			tokens,
			kernel: largestDifference(product(whole, whole, tokens, tokens), targetKernel(target, tokens)),
			...(kind === "e-spa"
				? { root: largestDifference(whole, exponentialPower(gammaL, tokens, 1 / 2)) }
				: {}),
			least: Math.min(...matrices.map((A) => A.reduce((least, value) => Math.min(least, value)))),
			clamped: Math.max(...layers.map((layer) => layer.clamped(tokens))),
		};
	});
}
