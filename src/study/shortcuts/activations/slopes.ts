/** Slopes of tailored leaky relus by the number of nonlinearities, and where there is none. */
import { UserError } from "../../../error.ts";
import { leakyReluMap } from "../../../model/signal/leaky-relu.ts";
import { largestValue, nonlinearity, sequence } from "../../../model/signal/network-map.ts";
import { leastNonlinearities, tatSlope } from "../../../model/signal/tailored-leaky-relu.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";

export const slopesName = "activations/slopes";

const etas = [0.5, 0.7, 0.8, 0.9, 0.95, 0.99] as const;
/** The specification's table (§5): slopes by η as far as there are, and C_f(0) of relu. */
const table: Readonly<Record<number, readonly [slopes: readonly number[], relu: number]>> = {
	6: [[0.33019671, 0.12007827], 0.777229],
	12: [[0.48826429, 0.32502225, 0.20603382], 0.897148],
	18: [[0.56545263, 0.42347664, 0.32155142, 0.14613543], 0.940077],
	24: [[0.61413917, 0.4856131, 0.39370471, 0.2385026, 0.06734687], 0.960571],
	36: [[0.67490423, 0.56354458, 0.4838906, 0.35112126, 0.21093329], 0.979069],
	48: [[0.71287445, 0.6125923, 0.54066555, 0.42116175, 0.29692568], 0.986994],
	72: [[0.75980529, 0.67372096, 0.61161737, 0.50838891, 0.40212895, 0.10667857], 0.99355],
	100: [[0.79269915, 0.71696679, 0.6620271, 0.57043953, 0.47633123, 0.22246675], 0.996423],
	200: [[0.84910374, 0.7920336, 0.75012753, 0.67959964, 0.60674118, 0.41399842], 0.999016],
};
/** t(η) = ∫₀^η dc/(√(1 − c²) − c arccos c), as printed; integrated here again. */
const limits: Readonly<Record<string, number>> = {
	0.5: 0.84455,
	0.7: 1.699815,
	0.8: 2.559278,
	0.9: 4.509938,
	0.95: 7.278662,
	0.99: 18.991882,
};

const chain = (n: number) => sequence(...Array.from({ length: n }, () => nonlinearity()));

/** n of the curves. */
const lengths = [1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 18, 24, 36, 48, 72, 100, 150, 200, 300, 500, 1000];

/**
 * `longest`: n of the largest network.
 *
 *     kind slope        by n and η; absent where there is none
 *     kind table        difference from what is printed; `refused` where it prints no slope
 *     kind relu         C_f(0) of relu by n, against what is printed
 *     kind limit        n (1 − a)²/(π(1 + a²)) against t(η), by n
 *     kind integral     t(η) against what is printed
 *     kind infeasible   12 relus and η = 0.9: what is thrown, and how many it takes
 */
export const tailoredSlopes = (longest: number): Analysis => ({
	kind: "analysis",
	name: slopesName,
	title: "Slopes of tailored leaky relus",
	needs: [],
	options: { longest, lengths, etas },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [...tabled(), infeasible(12, 0.9)];
		for (const eta of etas) {
			signal.throwIfAborted();
			const t = integral(eta);
			rows.push({ kind: "integral", eta, value: t, error: Math.abs(t - limits[eta]!) });
			for (const n of [...lengths.filter((n) => n <= longest), longest]) {
				const slope = slopeOf(n, eta);
				if (slope === undefined) continue;
				rows.push({ kind: "slope", n, eta, slope });
				rows.push({
					kind: "limit",
					n,
					eta,
					ratio: (n * (1 - slope) ** 2) / (Math.PI * (1 + slope ** 2)) / t,
				});
			}
			progress((etas.indexOf(eta) + 1) / etas.length);
			await new Promise(setImmediate);
		}
		return rows;
	},
});

/** Undefined where the program refuses: few nonlinearities cannot bend that much. */
function slopeOf(n: number, eta: number): number | undefined {
	try {
		return tatSlope(chain(n), eta);
	} catch (error) {
		if (error instanceof UserError) return undefined;
		throw error;
	}
}

const tabled = (): AnalysisRow[] =>
	Object.entries(table).flatMap(([key, [slopes, relu]]) => {
		const n = Number(key);
		return [
			{ kind: "relu", n, error: Math.abs(largestValue(chain(n), leakyReluMap(0)) - relu) },
			...etas.map((eta, i) => {
				const [slope, printed] = [slopeOf(n, eta), slopes[i]];
				return printed === undefined
					? { kind: "table", n, eta, refused: slope === undefined ? 1 : 0 }
					: { kind: "table", n, eta, error: slope === undefined ? 1 : Math.abs(slope - printed) };
			}),
		];
	});

function infeasible(n: number, eta: number): AnalysisRow {
	const row = { kind: "infeasible", n, eta, needed: leastNonlinearities(eta) };
	try {
		tatSlope(chain(n), eta);
	} catch (error) {
		if (error instanceof UserError) return { ...row, message: error.message };
		throw error;
	}
	return row;
}

/** t(η) by Simpson's rule, after c = sin x, which takes away the root's singularity at 1. */
function integral(eta: number): number {
	const intervals = 4000;
	const end = Math.asin(eta);
	const f = (x: number) => Math.cos(x) / (Math.cos(x) - Math.sin(x) * (Math.PI / 2 - x));
	let sum = f(0) + f(end);
	for (let i = 1; i < intervals; i++) sum += (i % 2 ? 4 : 2) * f((i * end) / intervals);
	return (sum * end) / intervals / 3;
}
