/**
 * What a run says about each claim: functions from the rows of one run to a number and the words around it, or to
 * undefined where the rows do not suffice.
 */
import { type Row, valuesOf } from "../../figure/figure.ts";
import { normSeries, rankedLaws } from "../../report/growth.ts";
import {
	describeFit,
	fitGrowthLaw,
	fixedLaws,
	type GrowthFit,
	type GrowthLaw,
	lawNames,
} from "../../theory/growth-law.ts";
import { equallyDistant, stepBetween } from "../../theory/series.ts";
import type { Measurement } from "../study.ts";

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

export function normGrowth(rows: readonly Row[]): Measurement | undefined {
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

export const sqrtFit = (rows: readonly Row[]) => fitOf("sqrt", rows);
export const squaredFit = (rows: readonly Row[]) => fitOf("squared", rows);

function fitOf(law: GrowthLaw, rows: readonly Row[]): Measurement | undefined {
	const series = normSeries(rows);
	if (!series) return undefined;
	const fit = fitGrowthLaw(law, series.steps, series.norms);
	const [low, high] = fit.confidence!.a;
	return {
		value: fit.r2,
		detail:
			`‖θ‖ ≈ ${describeFit(fit)} over ${fit.points} points at equal distances; ` +
			`95 % interval of the slope ${low.toPrecision(3)} to ${high.toPrecision(3)}, if residuals were independent.`,
	};
}

export function sqrtAgainstRivals(rows: readonly Row[]): Measurement | undefined {
	const fits = rankedLaws(rows);
	if (fits.length === 0) return undefined;
	const of = (law: GrowthLaw) => fits.find((fit) => fit.law === law)!;
	return {
		value: Math.min(of("linear").residual, of("quarter").residual) / of("sqrt").residual,
		detail:
			`residuals, smallest first: ${fits.map((fit) => `${lawNames[fit.law]} ${fit.residual.toPrecision(2)}`).join(", ")}; ` +
			`r²: ${fixedLaws.map((law) => `${lawNames[law]} ${of(law).r2.toFixed(4)}`).join(", ")}, ${describePower(of("power"))}.`,
	};
}

/** `free power t^0.62 (0.60 to 0.64) .9998`. */
export function describePower({ exponent, confidence, r2 }: GrowthFit): string {
	const interval =
		confidence?.exponent?.map((bound) => bound.toFixed(2)).join(" to ") ?? "at the search's bound";
	return `free power t^${exponent.toFixed(2)} (${interval}) ${r2.toFixed(4)}`;
}

export function directionSettles(rows: readonly Row[]): Measurement | undefined {
	const measured = valuesOf(rows, "dyn/direction.encoder.previous");
	const even = new Set(equallyDistant([0, ...measured.map(({ step }) => step).filter((step) => step > 0)]));
	const values = measured.filter(({ step }) => even.has(step));
	const [first, last] = [values[0], values.at(-1)];
	if (!first || !last || first === last) return undefined;
	return {
		value: (1 - last.value) / (1 - first.value),
		detail: `encoder, cosine to the measured step before: ${first.value.toFixed(5)} at step ${first.step}, ${last.value.toFixed(5)} at step ${last.step}.`,
	};
}

/** What training adds to the saturation of the final states, as every run measures it. */
export function saturationGain(rows: readonly Row[]): Measurement | undefined {
	const saturation = ends(rows, "dyn/saturation");
	if (!saturation) return undefined;
	const { first, last } = saturation;
	return {
		value: last.value - first.value,
		detail: `${first.value.toFixed(3)} → ${last.value.toFixed(3)}${besideLoss(rows)}.`,
	};
}

/** From norms and cosines of neighbouring measured steps, as the paper's (checkpoint differences). */
export function alignment(rows: readonly Row[]): Measurement | undefined {
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

export function stepInProportion(rows: readonly Row[]): Measurement | undefined {
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
