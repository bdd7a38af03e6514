/** The map of cosines of leaky relu: its closed form against another one, printed values, and correlated numbers drawn. */
import { stream } from "../../../engine/random.ts";
import { gaussianMean } from "../../../model/signal/gaussian.ts";
import { leakyRelu, leakyReluMap } from "../../../model/signal/leaky-relu.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";

export const mapsName = "activations/maps";

const slopes = [0, 0.25, 0.5, 0.75, 1] as const;
/** The specification's values (§5), by slope and cosine. */
const printedAt = [-1, -0.5, 0, 0.25, 0.5, 0.75, 0.9, 0.99] as const;
const printed: Readonly<Record<string, readonly number[]>> = {
	0: [0, 0.10899778, 0.31830989, 0.45330988, 0.60899778, 0.78800211, 0.9095384, 0.99030026],
	0.5: [-0.8, -0.37820044, 0.06366198, 0.29066198, 0.52179956, 0.75760042, 0.90190768, 0.99006005],
	0.9: [-0.99447514, -0.49663537, 0.00175862, 0.25112326, 0.5006022, 0.75020996, 0.9000527, 0.99000166],
};

/**
 *     kind curve     C(c) by slope; `difference` from the other form
 *     kind printed   C(c) and what is printed
 *     kind slope     C′(1) by a difference quotient, C(1), C(−1) against −2a/(1 + a²)
 *     kind moment    Q(q) against q
 *     kind pairs     C(c) against the cosine of φ over drawn pairs of numbers
 */
export const maps = (pairs: number): Analysis => ({
	kind: "analysis",
	name: mapsName,
	title: "The cosine map of leaky relu",
	needs: [],
	options: { pairs, slopes, printedAt },
	async compute({ signal }) {
		const rows: AnalysisRow[] = slopes.flatMap((slope) => {
			const C = leakyReluMap(slope);
			const h = 1e-6;
			return [
				...Array.from({ length: 101 }, (_, i) => {
					const c = i / 50 - 1;
					const value = C(c);
					return { kind: "curve", slope, c, value, difference: Math.abs(value - otherForm(slope, c)) };
				}),
				{
					kind: "slope",
					slope,
					// C(1 − h) = 1 − h + O(h^1.5).
					derivative: (1 - C(1 - h)) / h,
					one: Math.abs(C(1) - 1),
					opposite: Math.abs(C(-1) + (2 * slope) / (1 + slope ** 2)),
				},
				...[0.01, 1, 30].map((q) => ({
					kind: "moment",
					slope,
					q,
					error: Math.abs(gaussianMean((z) => leakyRelu(slope)(Math.sqrt(q) * z) ** 2) / q - 1),
				})),
			];
		});
		for (const [slope, values] of Object.entries(printed))
			for (const [i, c] of printedAt.entries())
				rows.push({
					kind: "printed",
					slope: +slope,
					c,
					error: Math.abs(leakyReluMap(+slope)(c) - values[i]!),
				});
		signal.throwIfAborted();
		rows.push(...drawnPairs(pairs));
		return rows;
	},
});

/** The other published form of C. */
function otherForm(a: number, c: number): number {
	const arc = Math.sqrt(1 - c * c) + (Math.PI - Math.acos(c)) * c;
	return (((1 - a) ** 2 * arc) / Math.PI + 2 * a * c) / (1 + a * a);
}

function drawnPairs(pairs: number): AnalysisRow[] {
	const { normal } = stream(1, "c-map");
	const [u, w] = [normal(pairs), normal(pairs, pairs)];
	return [0, 0.5].flatMap((slope) =>
		[-0.5, 0.25, 0.75].map((c) => {
			const phi = leakyRelu(slope);
			let [sum, square] = [0, 0];
			for (let i = 0; i < pairs; i++) {
				const v = c * u[i]! + Math.sqrt(1 - c * c) * w[i]!;
				// The mirrored pair has the same law, and halves the error.
				for (const sign of [1, -1]) {
					const [x, y] = [phi(sign * u[i]!), phi(sign * v)];
					sum += x * y;
					square += (x * x + y * y) / 2;
				}
			}
			return { kind: "pairs", slope, c, pairs, error: Math.abs(sum / square - leakyReluMap(slope)(c)) };
		}),
	);
}
