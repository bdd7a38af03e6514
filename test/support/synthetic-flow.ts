/**
 * Rows of gradient flows made up by formulas that look like them: an input for tests of figures and of the play-head.
 * Nothing here was measured.
 */
import type { Row } from "../../src/figure/figure.ts";

/** Moments of the made-up flow at which its phases end, in κ₀t. */
export const syntheticPhases = { "T0.5": 3.5, T1: 12.9 };

/** What the last row holds of the data's hard-margin SVM: that of infinitely many samples. */
const svm = { "summary/svm.gamma": 1 / Math.sqrt(17), "summary/svm.ratio": 1.5, "summary/svm.sum.12": 1.4 };

/** One flow at κ₀t = 0 and from `begin` to `end`, with about `count` rows and one at the end of each phase. */
export function syntheticFlow(run: string, { begin = 1e-3, end = 1000, count = 120 } = {}): Row[] {
	const clocks = [0, ...Array.from({ length: count }, (_, i) => begin * (end / begin) ** (i / (count - 1)))];
	const all = [...clocks, ...Object.values(syntheticPhases)].sort((a, b) => a - b);
	return all.map((clock, step): Row => {
		const [g1, g3] = [Math.log1p(clock / 6), -1.5 * Math.log1p(clock / 9)];
		const loss = 0.69 / (1 + clock / 20);
		const late = Math.max(0, clock - 10) / (clock + 100);
		const classes = [1, 2, 3, 4].flatMap((k) => [
			[`class/loss.${k}`, k === 1 ? loss / 2 : loss * (1 + 0.4 * Math.exp(-(((clock - 3.5) / 4) ** 2)))],
			[`class/sum.${k}`, [7, 5, 5.1, 3 / (1 + clock)][k - 1]! * loss],
			[`class/margin_rate.${k}`, k === 4 ? 3 : 1],
		]);
		const attention = ["1", "2", "3", "r"].flatMap((key, i) =>
			["1", "2", "3", "r"].map((query, j) => [`attention/p.${key}${query}`, 0.25 + 0.1 * late * (i - j)]),
		);
		return {
			run,
			step,
			"flow/time": clock / 10,
			"flow/clock": clock,
			"flow/kappa": 10,
			"flow/gradient": loss * Math.sqrt(10 / 17),
			"train/loss": loss,
			...Object.fromEntries([...classes, ...attention]),
			"word/G.1": g1,
			"word/G.2": g1 * 1.02,
			"word/G.3": g3,
			"word/G.irrelevant": 0.05,
			"score/raw.12": 0.07 + 0.01 * late,
			"score/raw.21": 0.011 * late,
			"score/raw.31": 0.02 - 0.008 * late,
			"score/raw.32": -0.02 - 0.007 * late,
			"gram/value.12": 0.1 * late,
			"gram/value.13": -0.15 * late,
			"gram/value.23": -0.14 * late,
			"balance/classes": 0.02 / (1 + clock),
			"balance/ratio": clock < 0.5 ? 40 : 1.4 - 1 / (1 + clock),
			"balance/all_pairs": 1 + clock ** 2,
			"margin/gamma": 0.32,
			...(step === all.length - 1 ? svm : {}),
			...Object.fromEntries(
				Object.entries(syntheticPhases)
					.filter(([, at]) => at === clock)
					.map(([name]) => [`event/${name}`, 1]),
			),
		};
	});
}
