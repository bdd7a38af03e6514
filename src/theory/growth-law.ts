/**
 * Growth laws: which simple function of the step does a norm series follow?
 *
 * Each law is a curve with two coefficients, a·g(t) + b, fitted by ordinary least squares; the power law also fits
 * its exponent (nonlinear least squares on a·t^p + b itself, not on logarithms: for each p the best a and b are
 * linear, and p is found by search). `squared` is the law of steps of constant length at right angles to the
 * parameters, ‖θ‖² = a·t + b: its line is fitted to the squared norms.
 *
 *     sqrt      a·√t + b        Merrill et al. 2021, Fig. 1, §3
 *     linear    a·t + b         what aligned steps of constant length would give
 *     quarter   a·t^¼ + b       scale-invariant gradient descent at a constant learning rate
 *     squared   √(a·t + b)      misaligned steps of constant length, as those of Adam
 *     power     a·t^p + b
 *
 * Confidence intervals assume independent residuals. Those of a training run are not independent, so read the
 * intervals as lower bounds of the uncertainty.
 */
import { UserError } from "../error.ts";
import { studentQuantile } from "./student.ts";

export type GrowthLaw = "sqrt" | "linear" | "quarter" | "squared" | "power";

export type Interval = readonly [low: number, high: number];

export interface GrowthFit {
	readonly law: GrowthLaw;
	readonly a: number;
	readonly b: number;
	/** The exponent p of t; fitted for `power`, given for the others. */
	readonly exponent: number;
	/** Share of the variance explained, of the norms; for `squared`, of the squared norms. At most 1. */
	readonly r2: number;
	/** Standard error of the residuals, in units of the norm: √(Σ residual² / (points − coefficients)). */
	readonly residual: number;
	/** 95 % confidence intervals; `exponent` only for `power`, and none if the search ended at its bounds. */
	readonly confidence:
		| { readonly a: Interval; readonly b: Interval; readonly exponent?: Interval }
		| undefined;
	readonly points: number;
	/** The fitted norm at step t. */
	predict(t: number): number;
}

/** The laws with two coefficients and a given exponent: between them, r² and residuals compare fairly. */
export const fixedLaws = ["sqrt", "linear", "quarter"] as const;

/** The laws in words: `a·√t + b` is the law √t. */
export const lawNames: Readonly<Record<GrowthLaw, string>> = {
	sqrt: "√t",
	linear: "t",
	quarter: "t^¼",
	squared: "√(a·t + b)",
	power: "t^p",
};

/** The fitted curve in words: `2.833·√t + 163.8`. */
export function describeFit({ law, a, b, exponent }: GrowthFit, digits = 4): string {
	const number = (value: number) => String(Number(Math.abs(value).toPrecision(digits)));
	const signed = (value: number) => (value < 0 ? `−${number(value)}` : number(value));
	const line = (curve: string) => `${signed(a)}·${curve} ${b < 0 ? "−" : "+"} ${number(b)}`;
	if (law === "squared") return `√(${line("t")})`;
	return line(law === "power" ? `t^${exponent.toFixed(2)}` : lawNames[law]);
}

const exponents = { sqrt: 1 / 2, linear: 1, quarter: 1 / 4 };
const exponentBounds: Interval = [0.02, 4];

/**
 * Fits one law to norms measured at steps t ≥ 0.
 * Throws a `UserError` if the lists differ in length, hold values that are not finite, or have too few distinct steps
 * (three; four for `power`).
 */
export function fitGrowthLaw(law: GrowthLaw, steps: readonly number[], norms: readonly number[]): GrowthFit {
	check(law, steps, norms);
	if (law === "power") return fitPower(steps, norms);
	const exponent = law === "squared" ? 1 : exponents[law];
	const squared = law === "squared";
	const fit = fitLine(
		steps.map((t) => t ** exponent),
		squared ? norms.map((norm) => norm ** 2) : norms,
	);
	const { a, b } = fit;
	const predict = (t: number) => (squared ? Math.sqrt(Math.max(0, a * t + b)) : a * t ** exponent + b);
	const residual = standardError(steps, norms, predict, 2);
	const width = studentQuantile(0.95, steps.length - 2);
	const confidence = {
		a: around(a, width * Math.sqrt(fit.varianceA)),
		b: around(b, width * Math.sqrt(fit.varianceB)),
	};
	return { law, a, b, exponent, r2: fit.r2, residual, confidence, points: steps.length, predict };
}

/** All laws, the one with the smallest standard error of its residuals first. */
export function rankGrowthLaws(steps: readonly number[], norms: readonly number[]): GrowthFit[] {
	const laws: GrowthLaw[] = [...fixedLaws, "squared"];
	if (new Set(steps).size >= 4) laws.push("power");
	return laws.map((law) => fitGrowthLaw(law, steps, norms)).sort((x, y) => x.residual - y.residual);
}

function check(law: GrowthLaw, steps: readonly number[], norms: readonly number[]): void {
	if (steps.length !== norms.length)
		throw new UserError(
			`Expected as many norms as steps to fit a growth law, got ${norms.length} norms and ${steps.length} steps.`,
		);
	const bad = steps.findIndex((t, i) => !(t >= 0 && Number.isFinite(t) && Number.isFinite(norms[i])));
	if (bad >= 0)
		throw new UserError(
			`Expected finite norms at steps ≥ 0 to fit a growth law, got ${norms[bad]} at step ${steps[bad]}. ` +
				"Leave that row out.",
		);
	const needed = law === "power" ? 4 : 3;
	const distinct = new Set(steps).size;
	if (distinct < needed)
		throw new UserError(
			`Expected at least ${needed} measured steps to fit the \`${law}\` law, got ${distinct}. ` +
				"Train longer or measure more often.",
		);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const around = (centre: number, width: number): Interval => [centre - width, centre + width];

function standardError(
	steps: readonly number[],
	norms: readonly number[],
	predict: (t: number) => number,
	coefficients: number,
): number {
	const squares = sum(steps.map((t, i) => (norms[i]! - predict(t)) ** 2));
	return Math.sqrt(squares / (steps.length - coefficients));
}

/** Least squares of y = a·x + b, in centred form, which keeps its digits when x is large. */
function fitLine(x: readonly number[], y: readonly number[]) {
	const n = x.length;
	const [meanX, meanY] = [sum(x) / n, sum(y) / n];
	const sxx = sum(x.map((value) => (value - meanX) ** 2));
	const syy = sum(y.map((value) => (value - meanY) ** 2));
	const a = sum(x.map((value, i) => (value - meanX) * (y[i]! - meanY))) / sxx;
	const b = meanY - a * meanX;
	const squares = sum(x.map((value, i) => (y[i]! - a * value - b) ** 2));
	const variance = squares / (n - 2);
	return {
		a,
		b,
		squares,
		// A constant series is explained by any line through it.
		r2: syy === 0 ? 1 : 1 - squares / syy,
		varianceA: variance / sxx,
		varianceB: variance * (1 / n + meanX ** 2 / sxx),
	};
}

function fitPower(steps: readonly number[], norms: readonly number[]): GrowthFit {
	// Steps relative to the last keep t^p near 1, whatever p.
	const last = Math.max(...steps);
	const line = (p: number) =>
		fitLine(
			steps.map((t) => (t / last) ** p),
			norms,
		);
	const exponent = minimise((p) => line(p).squares, exponentBounds);
	const { a: scaled, b, r2 } = line(exponent);
	const predict = (t: number) => scaled * (t / last) ** exponent + b;
	const residual = standardError(steps, norms, predict, 3);

	// Covariance σ²(JᵀJ)⁻¹ of (a, b, p) for the curve's derivatives J at the optimum.
	const rows = steps.map((t) => {
		const power = (t / last) ** exponent;
		return [power, 1, t === 0 ? 0 : scaled * power * Math.log(t / last)];
	});
	const inverse = invert3(
		[0, 1, 2].map((i) => [0, 1, 2].map((j) => sum(rows.map((row) => row[i]! * row[j]!)))),
	);
	const width = (variance: number) =>
		studentQuantile(0.95, steps.length - 3) * residual * Math.sqrt(Math.max(0, variance));
	// Back to t itself: a = scaled·last^−p, whose error includes that of p.
	const unit = last ** -exponent;
	const slope = -scaled * Math.log(last);
	const varianceA =
		unit ** 2 * (inverse[0]![0]! + 2 * slope * inverse[0]![2]! + slope ** 2 * inverse[2]![2]!);
	const atBound = exponentBounds.some((bound) => Math.abs(exponent - bound) < 1e-3);
	return {
		law: "power",
		a: scaled * unit,
		b,
		exponent,
		r2,
		residual,
		confidence: atBound
			? undefined
			: {
					a: around(scaled * unit, width(varianceA)),
					b: around(b, width(inverse[1]![1]!)),
					exponent: around(exponent, width(inverse[2]![2]!)),
				},
		points: steps.length,
		predict,
	};
}

/** The minimum of a function with one valley near its lowest grid point: a grid, then golden sections. */
function minimise(fn: (x: number) => number, [low, high]: Interval): number {
	const cells = 80;
	const at = (i: number) => low * (high / low) ** (Math.min(cells, Math.max(0, i)) / cells);
	const values = Array.from({ length: cells + 1 }, (_, i) => fn(at(i)));
	const best = values.indexOf(Math.min(...values));
	let [left, right] = [at(best - 1), at(best + 1)];
	const golden = (Math.sqrt(5) - 1) / 2;
	while (right - left > 1e-9) {
		const [x1, x2] = [right - golden * (right - left), left + golden * (right - left)];
		if (fn(x1) < fn(x2)) right = x2;
		else left = x1;
	}
	return (left + right) / 2;
}

/** Inverse of a 3 × 3 matrix by cofactors. */
function invert3(m: readonly number[][]): number[][] {
	const at = (i: number, j: number) => m[(i + 3) % 3]![(j + 3) % 3]!;
	const cofactor = (i: number, j: number) =>
		at(i + 1, j + 1) * at(i + 2, j + 2) - at(i + 1, j + 2) * at(i + 2, j + 1);
	const determinant = sum([0, 1, 2].map((j) => at(0, j) * cofactor(0, j)));
	return [0, 1, 2].map((i) => [0, 1, 2].map((j) => cofactor(j, i) / determinant));
}
