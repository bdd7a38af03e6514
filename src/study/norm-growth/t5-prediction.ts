/**
 * T5-base's growth as Assumption 1 of the paper predicts it, at T5's own learning rate 1/√max(t, 10,000).
 *
 * Its optimizer, AdaFactor, clips updates to RMS(U) ≤ 1 and multiplies them by the size of the parameter, so ‖δ‖ ≤ η‖θ‖
 * by construction. The constant a of ‖δ‖ = a·η‖θ‖ is not recorded; steps at right angles need a certain one.
 */
import { closedForm, type Direction, stepConstantOf } from "../../theory/dynamics.ts";
import { t5Rate } from "../../theory/rate-law.ts";
import { atMost, type Claim, near } from "../study.ts";
import { type NormSeries, readT5Norms } from "./t5-norms.ts";

export const t5 = readT5Norms();

/** Said of every claim about the series. */
export const source = "Values read off the figures committed with the paper's code; about four digits.";

export type Scope = "encoder" | "encoderAndDecoder";

/** ln(r_t / r_0) at T5's schedule under Assumption 1. */
const grown = (direction: Direction, a: number, t: number) => closedForm(direction, a, t5Rate(), t);

/** The growth of each scope, and the a of ‖δ‖ = a·η‖θ‖ that misaligned steps need for it. */
const constantsOf = ({ norms, steps }: NormSeries) => {
	const ratio = norms.at(-1)! / norms[0]!;
	return { ratio, constant: stepConstantOf(ratio, (a) => grown("misaligned", a, steps.at(-1)!)) };
};
const t5Constants: Readonly<Record<Scope, { ratio: number; constant: number }>> = {
	encoder: constantsOf(t5.encoder),
	encoderAndDecoder: constantsOf(t5.encoderAndDecoder),
};

/** The norms that Assumption 1 predicts from the first one, by default misaligned with the fitted a. */
export const t5Predicted = (
	scope: Scope,
	direction: Direction = "misaligned",
	a = t5Constants[scope].constant,
): number[] => t5[scope].steps.map((t) => t5[scope].norms[0]! * Math.exp(grown(direction, a, t)));

export const scopeNames: Readonly<Record<Scope, string>> = {
	encoder: "encoder",
	encoderAndDecoder: "encoder and decoder",
};

export const t5PredictionClaims: readonly Claim[] = [
	...(["encoder", "encoderAndDecoder"] as const).flatMap((scope): Claim[] => {
		const name = scopeNames[scope];
		const a = { encoder: 0.895, encoderAndDecoder: 0.938 }[scope];
		const id = name.replaceAll(" ", "-");
		return [
			{
				id: `t5.step-constant.${id}`,
				sentence: `T5-base, ${name}: the constant a with which Assumption 1 and steps at right angles give its growth`,
				place: "§5, Assumption 1",
				expected: near(a, 0.002),
				caveat:
					`${source} AdaFactor clips updates to RMS(U) ≤ 1 and multiplies them by the size of the parameter, which ` +
					"makes ‖δ‖ ≤ η‖θ‖ by construction: a constant a below 1 says nothing about transformers. The expected value is " +
					"the same inversion to first order, a² = 2 ln(growth) / (1 + ln 52.43).",
				measure: () => {
					const { constant, ratio } = t5Constants[scope];
					return {
						value: constant,
						detail: `growth ${ratio.toFixed(3)}-fold in 524,288 updates at 1/√max(t, 10,000); a = 1 would give 11.94.`,
					};
				},
			},
			{
				id: `t5.predicted.${id}`,
				sentence: `T5-base, ${name}: with that a, the whole course of the norm follows (largest relative residual)`,
				place: "§5, Assumption 1 and eq. 2",
				expected: atMost(0.1),
				caveat: "a is fitted to the last point. The tolerance is ours, set with the series in hand.",
				measure: () => {
					const { norms, steps } = t5[scope];
					const residuals = t5Predicted(scope).map((norm, i) => norm / norms[i]! - 1);
					const worst = residuals.reduce((x, y) => (Math.abs(y) > Math.abs(x) ? y : x));
					return {
						value: Math.abs(worst),
						detail: `prediction ${worst > 0 ? "above" : "below"} the norm at step ${steps[residuals.indexOf(worst)]}; mean |residual| ${(residuals.reduce((sum, r) => sum + Math.abs(r), 0) / residuals.length).toFixed(3)}.`,
					};
				},
			},
		];
	}),
];
