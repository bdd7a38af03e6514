/**
 * The paper's dynamics on paper: closed forms beside recursions for each schedule, and three small experiments that
 * need no network: a random walk, and gradient descent on a quotient that is scale-invariant exactly.
 */
import { setImmediate } from "node:timers/promises";
import { stream } from "../../../engine/random.ts";
import { closedForm, recursion, scaleInvariant } from "../../../theory/dynamics.ts";
import {
	constantRate,
	inverseRate,
	inverseSqrtRate,
	type RateLaw,
	rateAt,
	t5Rate,
	warmupConstantRate,
	warmupInverseSqrtRate,
} from "../../../theory/rate-law.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";

export const recursionsName = "recursions";

/** The updates that T5-base was trained for, 2¹⁹. */
const t5Updates = 524_288;

const schedules: readonly { readonly name: string; readonly law: RateLaw; readonly last: number }[] = [
	{ name: "1/√t", law: inverseSqrtRate(1), last: 100_000 },
	{ name: "1/t", law: inverseRate(1), last: 200_000 },
	{ name: "constant 0.01", law: constantRate(0.01), last: 100_000 },
	{ name: "T5", law: t5Rate(), last: t5Updates },
	{ name: "warm-up, 0.01", law: warmupConstantRate(0.01, 1000), last: 100_000 },
	{ name: "warm-up, 1/√t", law: warmupInverseSqrtRate(0.03, 1000), last: 100_000 },
];

/** About `count` whole numbers from 1 to `last`, at even distances of their logarithms; `last` / 2 is one. */
function logSpaced(last: number, count: number): number[] {
	const times = Array.from({ length: count }, (_, i) => Math.round(last ** (i / (count - 1))));
	return [...new Set([...times, last / 2])].sort((x, y) => x - y);
}

const walkSteps = 400;

/**
 * ‖θ‖ / ‖θ_0‖ after 400 steps δ = η‖θ‖ · z/√n, z standard normal, η = 1/√t, of each of `walks` random walks in n
 * dimensions: their steps are nearly at right angles to the parameters, because there are so many directions. Theory:
 * √401 for n → ∞; single walks differ by about √(Σ1/t / n), 1.8 % at n = 20,000.
 *
 * Steps are stretches of one long series of noise at random places. Two stretches that overlap are shifted against
 * each other, and so as good as independent.
 */
function randomWalks(n: number, walks: number): number[] {
	const noise = stream(0, "random-walk/noise").normal(100 * n);
	const norm = (x: Float64Array) => {
		let square = 0;
		for (let i = 0; i < n; i++) square += x[i]! * x[i]!;
		return Math.sqrt(square);
	};
	return Array.from({ length: walks }, (_, walk) => {
		const places = stream(walk, "random-walk/places").integers(walkSteps + 1, 99 * n);
		const theta = noise.slice(places[0]!, places[0]! + n);
		const initial = norm(theta);
		for (let t = 1; t <= walkSteps; t++) {
			const factor = norm(theta) / Math.sqrt(t * n);
			const place = places[t]!;
			for (let i = 0; i < n; i++) theta[i]! += factor * noise[place + i]!;
		}
		return norm(theta) / initial;
	});
}

/**
 * Gradient descent on wᵀAw / wᵀw, which does not change with the length of w: how far ‖w_t‖² is from
 * ‖w_0‖² + Ση²‖g‖², relative, after 1,000 steps.
 */
function rayleigh(): number {
	const [n, rate] = [20, 0.5];
	const values = stream(1, "rayleigh").normal(n * n);
	const A = (i: number, j: number) => values[i * n + j]! + values[j * n + i]!;
	const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
	let w = stream(2, "rayleigh").normal(n);
	let square = dot(w, w);
	for (let step = 0; step < 1000; step++) {
		const Aw = w.map((_, i) => w.reduce((sum, value, j) => sum + A(i, j) * value, 0));
		const norm = dot(w, w);
		const quotient = dot(w, Aw) / norm;
		const g = w.map((value, i) => (2 * (Aw[i]! - quotient * value)) / norm);
		square += rate ** 2 * dot(g, g);
		w = w.map((value, i) => value - rate * g[i]!);
	}
	return Math.abs(dot(w, w) / square - 1);
}

export interface RecursionsOptions {
	/** Parameters of the random walks, and how many walks. */
	readonly parameters: number;
	readonly walks: number;
}

export function recursions(options: RecursionsOptions): Analysis {
	return {
		kind: "analysis",
		name: recursionsName,
		title: "Norm growth in theory: closed forms and recursions",
		needs: [],
		options: { ...options },
		async compute({ signal, progress }) {
			const rows: AnalysisRow[] = [];
			for (const { name: schedule, law, last } of schedules) {
				// Ctrl-C is heard only between tasks.
				await setImmediate();
				signal.throwIfAborted();
				for (const direction of ["aligned", "misaligned"] as const)
					for (const a of [0.5, 1]) {
						const times = logSpaced(last, 40);
						const logs = recursion(direction, a, (t) => rateAt(law, t), times);
						for (const [i, step] of times.entries())
							rows.push({
								schedule,
								direction,
								a,
								step,
								closed: closedForm(direction, a, law, step),
								recursion: logs[i],
							});
					}
			}
			progress(0.5);
			await setImmediate();
			signal.throwIfAborted();
			for (const [walk, value] of randomWalks(options.parameters, options.walks).entries())
				rows.push({ quantity: "random walk", walk, value });
			rows.push({ quantity: "rayleigh", value: rayleigh() });
			const [early, late] = scaleInvariant(0.3, 1, () => 0.1, [1e6, 16e6]);
			rows.push({ quantity: "scale-invariant growth", value: late! / early! });
			return rows;
		},
	};
}
