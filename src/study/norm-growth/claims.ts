/**
 * What Merrill et al. 2021 claim of norm, direction, saturation, alignment and step size, each measured on a run.
 *
 * Tolerances are ours where the paper gives none, and say so. The paper's own series, T5, is judged in
 * `t5-claims.ts`.
 */
import { type Row, valuesOf } from "../../figure/figure.ts";
import { fitGrowthLaw, fixedLaws, type GrowthFit } from "../../theory/growth-law.ts";
import { equallyDistant, evenlySpaced, stepBetween } from "../../theory/series.ts";
import { above, atLeast, atMost, type Claim, type Measurement } from "../study.ts";

const scope =
	"The norm is that of the encoder's parameters, as in the paper's Appendix A; plots made with its code used other " +
	"scopes, which the figure “Norm in three scopes” shows.";
const degenerate =
	"The paper's post-norm models stayed at the loss of a unigram model, and the norm that their code logged fell after " +
	"the first epoch. A saturation of 1 without a falling loss is no evidence.";
const meaningOfPre =
	"The paper calls x + LN(f(x)) “pre-norm”: that is the run res-post. What is called pre-norm today, x + f(LN(x)), is " +
	"the run pre; the paper does not treat it.";

const caveatOf = (run: string): string | undefined =>
	({ post: degenerate, pre: meaningOfPre, "res-post": meaningOfPre })[run];

/** The claims about one run of the given name. */
export function claimsAbout(run: string): Claim[] {
	const of = (rows: readonly Row[]) => rows.filter((row) => row.run === run);
	const caveat = caveatOf(run);
	const claim = (
		name: string,
		parts: Omit<Claim, "id" | "measure" | "caveat">,
		measure: (rows: readonly Row[]) => Measurement | undefined,
		...caveats: string[]
	): Claim => {
		const all = [...caveats, ...(caveat ? [caveat] : [])].join(" ");
		return {
			id: `${name}.${run}`,
			...parts,
			...(all ? { caveat: all } : {}),
			measure: (rows) => measure(of(rows)),
		};
	};
	return [
		claim(
			"norm-grows",
			{
				sentence: `${run}: the parameter norm grows during training.`,
				place: "§3, Fig. 1; Appendix A",
				expected: above(1),
			},
			normGrowth,
			scope,
		),
		claim(
			"sqrt-fits",
			{
				sentence: `${run}: the norm follows a·√t + b; its r² rounds to the paper's 1.00.`,
				place: "§3, Fig. 1 (there of T5)",
				expected: atLeast(0.995),
			},
			sqrtFit,
		),
		claim(
			"sqrt-fits-best",
			{
				sentence: `${run}: √t fits better than t and t^¼ (smallest residual of the better rival / that of √t).`,
				place: "§3; the rivals are those of the paper's code",
				expected: above(1),
			},
			sqrtAgainstRivals,
		),
		claim(
			"direction-settles",
			{
				sentence: `${run}: the direction settles: 1 − cosine to the checkpoint before shrinks (last / first, at equal distances).`,
				place: "§3, Fig. 1",
				expected: atMost(1),
			},
			directionSettles,
			"With a step size that does not decay, a growing norm alone makes the angle shrink.",
		),
		claim(
			"saturation-rises",
			{
				sentence: `${run}: training saturates the network more than its random initialisation (difference of cosines).`,
				place: "§4.1",
				expected: above(0),
			},
			saturationRises,
		),
		claim(
			"saturation-is-one",
			{
				sentence: `${run}: saturation reaches 1.00.`,
				place: "§4.1",
				expected: atLeast(0.995),
			},
			saturationAtEnd,
			"The paper trained far larger models for longer.",
		),
		claim(
			"alignment-small",
			{
				sentence: `${run}: steps are nearly at right angles to the parameters (mean |alignment| between checkpoints, second half).`,
				place: "§5, Fig. 5 (there of T5, with a peak near 0.15)",
				expected: atMost(0.15),
			},
			alignment,
			"Alignment depends on the distance between checkpoints; T5's lie 5,100 steps apart.",
		),
		claim(
			"step-in-proportion",
			{
				sentence: `${run}: late in training ‖δ‖ is in proportion to η‖θ‖ (largest / smallest quotient, second half).`,
				place: "§5, Assumption 1",
				expected: atMost(1.2),
			},
			stepInProportion,
			"Adam makes ‖δ‖ nearly η·√n whatever the norm, so the quotient can be constant for want of growth.",
		),
	];
}

const ends = (rows: readonly Row[], key: string) => {
	const values = valuesOf(rows, key);
	const [first, last] = [values[0], values.at(-1)];
	return first && last && last.step > first.step ? { first, last } : undefined;
};

/** `; validation loss 8.35 → 5.61`, or nothing where it was not measured. */
function besideLoss(rows: readonly Row[]): string {
	const loss = ends(rows, "val/loss");
	const similarity = valuesOf(rows, "dyn/similarity").at(-1);
	return [
		loss ? `; validation loss ${loss.first.value.toFixed(2)} → ${loss.last.value.toFixed(2)}` : "",
		similarity ? `; mean cosine between states of different tokens ${similarity.value.toFixed(3)}` : "",
	].join("");
}

function normGrowth(rows: readonly Row[]): Measurement | undefined {
	const encoder = ends(rows, "dyn/norm.encoder");
	if (!encoder) return undefined;
	const others = [
		["all parameters", "dyn/norm.all"],
		["linear columns", "dyn/norm.linear_columns"],
	].flatMap(([name, key]) => {
		const scope = ends(rows, key!);
		return scope ? [`${name} × ${(scope.last.value / scope.first.value).toFixed(3)}`] : [];
	});
	const { first, last } = encoder;
	return {
		value: last.value / first.value,
		detail:
			`‖θ‖ ${first.value.toFixed(2)} → ${last.value.toFixed(2)} over ${last.step} steps` +
			`${others.map((other) => `; ${other}`).join("")}${besideLoss(rows)}.`,
	};
}

/** The norm at steps of equal distance, if there are enough to fit. */
function normSeries(rows: readonly Row[]) {
	const values = valuesOf(rows, "dyn/norm.encoder");
	const even = new Set(evenlySpaced(values.map(({ step }) => step)));
	const points = values.filter(({ step }) => even.has(step));
	if (points.length < 5) return undefined;
	return { steps: points.map(({ step }) => step), norms: points.map(({ value }) => value) };
}

function sqrtFit(rows: readonly Row[]): Measurement | undefined {
	const series = normSeries(rows);
	if (!series) return undefined;
	const fit = fitGrowthLaw("sqrt", series.steps, series.norms);
	const [low, high] = fit.confidence!.a;
	return {
		value: fit.r2,
		detail:
			`‖θ‖ ≈ ${fit.a.toPrecision(3)}·√t + ${fit.b.toPrecision(4)} over ${fit.points} points at equal distances; ` +
			`95 % interval of the slope ${low.toPrecision(3)} to ${high.toPrecision(3)}, if residuals were independent.`,
	};
}

function sqrtAgainstRivals(rows: readonly Row[]): Measurement | undefined {
	const series = normSeries(rows);
	if (!series) return undefined;
	const fits = fixedLaws.map((law) => fitGrowthLaw(law, series.steps, series.norms));
	const power = fitGrowthLaw("power", series.steps, series.norms);
	const squared = fitGrowthLaw("squared", series.steps, series.norms);
	const residual = (law: string) => fits.find((fit) => fit.law === law)!.residual;
	return {
		value: Math.min(residual("linear"), residual("quarter")) / residual("sqrt"),
		detail: `r²: ${fits.map((fit) => `${lawNames[fit.law]} ${fit.r2.toFixed(4)}`).join(", ")}, ${describePower(power)}; residuals: ${[
			...fits,
			squared,
			power,
		]
			.sort((x, y) => x.residual - y.residual)
			.map((fit) => `${lawNames[fit.law]} ${fit.residual.toPrecision(2)}`)
			.join(", ")}.`,
	};
}

export const lawNames = {
	sqrt: "√t",
	linear: "t",
	quarter: "t^¼",
	squared: "√(t + const)",
	power: "free power",
} as const;

/** `free power t^0.62 (0.60 to 0.64) .9998`. */
export function describePower({ exponent, confidence, r2 }: GrowthFit): string {
	const interval =
		confidence?.exponent?.map((bound) => bound.toFixed(2)).join(" to ") ?? "at the search's bound";
	return `free power t^${exponent.toFixed(2)} (${interval}) ${r2.toFixed(4)}`;
}

function directionSettles(rows: readonly Row[]): Measurement | undefined {
	const measured = valuesOf(rows, "dyn/direction.previous");
	const even = new Set(equallyDistant([0, ...measured.map(({ step }) => step).filter((step) => step > 0)]));
	const values = measured.filter(({ step }) => even.has(step));
	const [first, last] = [values[0], values.at(-1)];
	if (!first || !last || first === last) return undefined;
	return {
		value: (1 - last.value) / (1 - first.value),
		detail: `cosine to the measured step before: ${first.value.toFixed(5)} at step ${first.step}, ${last.value.toFixed(5)} at step ${last.step}.`,
	};
}

function saturationRises(rows: readonly Row[]): Measurement | undefined {
	const saturation = ends(rows, "dyn/saturation");
	if (!saturation) return undefined;
	const { first, last } = saturation;
	return {
		value: last.value - first.value,
		detail: `final states, cosine at θ and 1000·θ: ${first.value.toFixed(4)} → ${last.value.toFixed(4)}${besideLoss(rows)}.`,
	};
}

function saturationAtEnd(rows: readonly Row[]): Measurement | undefined {
	const saturation = ends(rows, "dyn/saturation");
	if (!saturation) return undefined;
	return {
		value: saturation.last.value,
		detail: `at step ${saturation.last.step}${besideLoss(rows)}.`,
	};
}

/** From norms and cosines of neighbouring measured steps, as the paper's (checkpoint differences). */
function alignment(rows: readonly Row[]): Measurement | undefined {
	const measured = rows.filter(
		(row) =>
			Number.isFinite(row["dyn/norm.encoder"]) && Number.isFinite(row["dyn/direction.encoder.previous"]),
	);
	const norms = valuesOf(rows, "dyn/norm.encoder");
	const even = new Set(equallyDistant(norms.map(({ step }) => step)));
	const half = (norms.at(-1)?.step ?? 0) / 2;
	const values = measured.flatMap((row) => {
		if (!even.has(row.step) || row.step < half) return [];
		const i = norms.findIndex(({ step }) => step === row.step);
		const cosine = row["dyn/direction.encoder.previous"] as number;
		return stepBetween(norms[i - 1]!.value, norms[i]!.value, cosine).alignment ?? [];
	});
	if (values.length === 0) return undefined;
	const single = valuesOf(rows, "dyn/alignment.step").filter(({ step }) => step >= half);
	const mean = (list: readonly number[]) => list.reduce((x, y) => x + y, 0) / list.length;
	return {
		value: mean(values.map(Math.abs)),
		detail:
			`encoder, ${values.length} intervals of equal length` +
			(single.length > 0
				? `; of single optimizer steps, all parameters: mean ${mean(single.map(({ value }) => value)).toPrecision(2)}.`
				: "."),
	};
}

function stepInProportion(rows: readonly Row[]): Measurement | undefined {
	const half = (valuesOf(rows, "dyn/step").at(-1)?.step ?? 0) / 2;
	const values = rows.flatMap((row) => {
		const [step, rate, norm] = [row["dyn/step"], row["optim/lr"], row["dyn/norm.all"]];
		if (row.step < half || typeof step !== "number" || typeof rate !== "number" || typeof norm !== "number")
			return [];
		return rate > 0 && step > 0 ? step / (rate * norm) : [];
	});
	if (values.length < 3) return undefined;
	const [low, high] = [Math.min(...values), Math.max(...values)];
	return {
		value: high / low,
		detail: `‖δ‖ / (η‖θ‖), all parameters, between ${low.toPrecision(3)} and ${high.toPrecision(3)} in ${values.length} steps.`,
	};
}
