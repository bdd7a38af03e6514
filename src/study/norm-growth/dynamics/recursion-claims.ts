/** What the paper derives of norm growth, asked of the recursions and of small experiments without a network. */
import type { Row } from "../../../figure/figure.ts";
import { misalignedInverseBound } from "../../../theory/dynamics.ts";
import { mean } from "../../rows.ts";
import { atMost, type Claim, type Measurement, near } from "../../study.ts";
import { recursionsName } from "./recursions.ts";

/** A row of the analysis; which keys it has follows from what it is of. */
interface Known extends Row {
	readonly quantity: string;
	readonly schedule: string;
	readonly direction: string;
	readonly a: number;
	readonly closed: number;
	readonly recursion: number;
	readonly value: number;
}

const known = (rows: readonly Row[]) => rows.filter((row): row is Known => row.run === recursionsName);

const points = (rows: readonly Row[], schedule: string, direction: string, a: number) =>
	known(rows).filter((row) => row.schedule === schedule && row.direction === direction && row.a === a);

/** d ln r / d f(t) between the last two points, half the time apart, by the recursion. */
function slope(
	rows: readonly Row[],
	direction: string,
	a: number,
	f: (t: number) => number,
): number | undefined {
	const series = points(rows, "1/√t", direction, a);
	const last = series.at(-1);
	const half = series.find(({ step }) => last && step === last.step / 2);
	return last && half ? (last.recursion - half.recursion) / (f(last.step) - f(half.step)) : undefined;
}

const exponent = (a: number, rows: readonly Row[]): Measurement | undefined => {
	const value = slope(rows, "misaligned", a, Math.log);
	return value === undefined ? undefined : { value, detail: `a = ${a}, from t = 50,000 to 100,000.` };
};

export const recursionClaims: readonly Claim[] = [
	{
		id: "dynamics.closed-forms",
		sentence:
			"closed forms and recursions agree, for all schedules, aligned and misaligned (largest relative difference)",
		place: "§5, Appendices E and F",
		expected: atMost(1e-9),
		measure(rows) {
			const all = known(rows).filter(({ schedule }) => schedule);
			if (all.length === 0) return undefined;
			return {
				value: Math.max(...all.map(({ closed, recursion }) => Math.abs(Math.expm1(closed - recursion)))),
				detail: `${all.length} points, up to 524,288 updates.`,
			};
		},
	},
	{
		id: "dynamics.sqrt-exact",
		sentence:
			"steps at right angles with a = 1 and η = 1/√t give ‖θ‖ ∝ √t exactly (largest relative difference)",
		place: "§5, misaligned dynamics",
		expected: atMost(1e-9),
		measure(rows) {
			const series = points(rows, "1/√t", "misaligned", 1);
			if (series.length === 0) return undefined;
			return {
				value: Math.max(
					...series.map(({ step, recursion }) => Math.abs(Math.expm1(recursion - Math.log(step + 1) / 2))),
				),
				detail: `up to ${series.at(-1)!.step} updates.`,
			};
		},
	},
	{
		id: "dynamics.sqrt-any-constant",
		sentence:
			"as printed: steps at right angles and η = 1/√t give √t, whatever the constant a (exponent at a = ½)",
		place: "§5, misaligned dynamics",
		expected: near(0.5, 0.01),
		caveat: "The derivation drops the constant of ‖δ‖ ∝ η‖θ‖, which stands in an exponent.",
		measure: (rows) => exponent(0.5, rows),
	},
	{
		id: "dynamics.power-law",
		sentence: "corrected: they give t^(a²/2) (exponent at a = ½)",
		place: "§5, misaligned dynamics",
		expected: near(0.125, 0.001),
		measure: (rows) => exponent(0.5, rows),
	},
	{
		id: "dynamics.aligned-printed",
		sentence: "as printed: aligned steps and η = 1/√t give exp(√t) (slope of ln‖θ‖ against √t at a = 1)",
		place: "§5, aligned dynamics",
		expected: near(1, 0.01),
		caveat: "∫ 1/√t is 2√t: the printed form has lost the 2, or has a = ½.",
		measure(rows) {
			const value = slope(rows, "aligned", 1, Math.sqrt);
			return value === undefined ? undefined : { value, detail: "from t = 50,000 to 100,000." };
		},
	},
	{
		id: "dynamics.aligned-corrected",
		sentence: "corrected: they give exp(2a√t) (slope of ln‖θ‖ against √t at a = 1)",
		place: "§5, aligned dynamics",
		expected: near(2, 0.01),
		measure(rows) {
			const value = slope(rows, "aligned", 1, Math.sqrt);
			return value === undefined ? undefined : { value, detail: "from t = 50,000 to 100,000." };
		},
	},
	{
		id: "dynamics.inverse-bounded",
		sentence:
			"steps at right angles and η = 1/t: the norm is bounded, r² → sinh(πa)/(πa) (relative distance at a = 1)",
		place: "not in the paper",
		expected: atMost(1e-5),
		measure(rows) {
			const last = points(rows, "1/t", "misaligned", 1).at(-1);
			if (!last) return undefined;
			const square = Math.exp(2 * last.recursion);
			return {
				value: Math.abs(1 - square / misalignedInverseBound(1)),
				detail: `r² = ${square.toFixed(5)} after ${last.step} updates; the bound is ${misalignedInverseBound(1).toFixed(5)}.`,
			};
		},
	},
	{
		id: "dynamics.t5-schedule",
		sentence: "T5's schedule with a = 1 lets the norm grow 11.94-fold in 2¹⁹ updates",
		place: "§5, Assumption 1; T5's schedule from its published configuration",
		expected: near(11.94, 0.005),
		caveat: "T5's encoder grew 7.30-fold. See the constants a of the T5 section.",
		measure(rows) {
			const last = points(rows, "T5", "misaligned", 1).at(-1);
			return last ? { value: Math.exp(last.recursion), detail: `${last.step} updates.` } : undefined;
		},
	},
	{
		id: "dynamics.random-walk",
		sentence:
			"400 random steps with a = 1 grow the norm √401-fold: random directions are nearly at right angles (quotient)",
		place: "§5: random normal gradients",
		expected: near(1, 0.01),
		measure(rows) {
			const values = known(rows).flatMap(({ quantity, value }) =>
				quantity === "random walk" ? [value] : [],
			);
			if (values.length === 0) return undefined;
			return {
				value: mean(values) / Math.sqrt(401),
				detail: `mean of ${values.length} walks; single ones ${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}, √401 = 20.02.`,
			};
		},
	},
	{
		id: "dynamics.scale-invariant",
		sentence:
			"on a loss that does not change with ‖θ‖, descent at a constant rate gives t^¼ (growth over 16 times the steps)",
		place: "§5: the nets that the paper takes θᵀδ = 0 from",
		expected: near(2, 2e-5),
		caveat: "Assumption 1, ‖δ‖ ∝ ‖θ‖, is of 2-homogeneous nets. No net has both θᵀδ = 0 and this.",
		measure(rows) {
			const find = (name: string) => known(rows).find(({ quantity }) => quantity === name)?.value;
			const [growth, gap] = [find("scale-invariant growth"), find("rayleigh")];
			if (growth === undefined || gap === undefined) return undefined;
			return {
				value: growth,
				detail: `10⁶ to 16·10⁶ steps. On a Rayleigh quotient ‖w‖² = ‖w₀‖² + Ση²‖g‖² to ${gap.toExponential(1)} over 1,000 steps.`,
			};
		},
	},
];
