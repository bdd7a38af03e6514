/**
 * The golden vector: six samples, a tiny network with parameters from a sine, and what an independent implementation
 * (float64 numpy, Dormand–Prince at a tolerance of 1e-13) makes of them. Every digit that it printed is here.
 */
import { coOccurrenceSetOf } from "../../data/co-occurrence.ts";
import type { Parameters, Sizes } from "../../model/co-occurrence/network.ts";

const sizes: Sizes = { words: 7, width: 4, neurons: 3 };

/** θ_k = 0.4·sin(1.7k), k = 1, 2, …: W, W_V, W_K, W_Q, each row by row. */
function sineParameters(): Parameters {
	let k = 0;
	const next = (count: number) => Float64Array.from({ length: count }, () => 0.4 * Math.sin(1.7 * ++k));
	return {
		sizes,
		signs: Float64Array.of(1, -1, 1),
		mlp: next(12),
		value: next(28),
		key: next(28),
		query: next(28),
	};
}

export const golden = {
	dataset: coOccurrenceSetOf(
		[
			[2, 0, 1],
			[0, 1, 2],
			[1, 2, 0],
			[0, 2, 3],
			[4, 1, 2],
			[2, 5, 6],
		],
		sizes.words,
	),
	parameters: sineParameters(),
	/** At t = 0. */
	start: {
		loss: 0.691807558636134,
		squaredGradient: 0.063099693262209,
		outputs: [
			0.024732652506, 0.024732652506, 0.024732652506, -0.046518162076, 0.045101578452, 0.057212669784,
		],
		G: [
			-0.026319896317, 0.03622721687, 0.016984541442, -0.040603946176, -0.00652135162, 0.042284426679,
			-0.004374879524,
		],
		c: [
			0.175664469931, 0.1569905871, -0.009021859257, -0.077686909268, -0.088084350588, -0.091200847196,
			-0.082908016171,
		],
		/** Of sample 0, what the query at position 0 gives to each key. */
		attention: [0.289721920926, 0.354633280736, 0.355644798338],
		/** The first numbers of W′, W_V′, W_K′ and W_Q′, row by row. */
		mlpRate: [-0.07571866252, -0.021770164992, 0.041492902435, 0.087002841202],
		valueRate: [0.041451072148, 0.03704464628, -0.002128863846],
		keyRate: [1.184027839233e-4, -2.013492034074e-5, -4.254516400467e-5],
		queryRate: [1.37068479865e-5, -1.005179067838e-4, -1.214019384044e-4],
	},
	/** G(μ₁), G(μ₂), G(μ₃); θ₁ = W[0, 0]; scores, not divided by √m, of (key, query) = (2, 1), (1, 2), (3, 1), (3, 2). */
	trajectory: [
		{
			time: 1,
			loss: 0.6286455015387,
			G: [0.154312371517, 0.188493610365, -0.146299846817],
			first: 0.3331353817254,
			scores: [-0.094659229, 0.196824939122, 0.252096382841, -0.108119419016],
		},
		{
			time: 5,
			loss: 0.2468304196967,
			G: [1.560974571971, 1.248220504003, -1.266420583586],
			first: 0.1955670362661,
			scores: [-0.08367397892, 0.251718398617, 0.23294811554, -0.142969580859],
		},
		{
			time: 50,
			loss: 0.0026698045592,
			G: [5.800020211322, 4.458388567498, -4.923898300926],
			first: 0.0126043817359,
			scores: [-0.065691295154, 0.550103146128, 0.200176174588, -0.355059978594],
		},
	],
	/** L̂ after 100 steps of gradient descent with η = 0.05. */
	descent: { rate: 0.05, steps: 100, loss: 0.2485087677105 },
} as const;
