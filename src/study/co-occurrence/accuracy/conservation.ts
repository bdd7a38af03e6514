/**
 * What four methods of integration do to the quantities that the flow conserves, and how far they end from its true end:
 * Dormand–Prince at five tolerances; descent, Runge–Kutta and the implicit midpoint rule at steps that halve.
 */
import { setImmediate } from "node:timers/promises";
import { descent } from "../../../flow/descent.ts";
import { dormandPrince } from "../../../flow/dormand-prince.ts";
import { endOf } from "../../../flow/end.ts";
import type { Trajectory } from "../../../flow/field.ts";
import { implicitMidpoint } from "../../../flow/implicit-midpoint.ts";
import { rungeKutta4 } from "../../../flow/runge-kutta.ts";
import type { Form } from "../../../model/co-occurrence/form.ts";
import { conservedDrifts } from "../../../probe/co-occurrence/conserved.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { distance, horizon, lossOf, openSetting } from "./setting.ts";

export const conservationName = "accuracy/conservation";

export type Method = "Dormand–Prince" | "descent" | "Runge–Kutta" | "implicit midpoint";

interface Attempt {
	readonly method: Method;
	/** The relative tolerance, or the step. */
	readonly setting: number;
	readonly integrate: (form: Form, state: Float64Array) => Trajectory;
}

export const tolerances = [1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12];
/** η of descent and the step of the others. At 0.2 the iteration of the midpoint rule fails for half of the seeds. */
export const steps = [0.1, 0.05, 0.025, 0.0125];

const to = horizon;
const attempts: readonly Attempt[] = [
	...tolerances.map(
		(relativeTolerance): Attempt => ({
			method: "Dormand–Prince",
			setting: relativeTolerance,
			integrate: ({ field }, state) => dormandPrince(field, state, { to, relativeTolerance }),
		}),
	),
	...steps.map(
		(rate): Attempt => ({
			method: "descent",
			setting: rate,
			integrate: ({ field }, state) => descent(field, state, { rate, steps: Math.round(to / rate) }),
		}),
	),
	...(
		[
			["Runge–Kutta", rungeKutta4],
			["implicit midpoint", implicitMidpoint],
		] as const
	).flatMap(([method, integrate]) =>
		steps.map(
			(step): Attempt => ({
				method,
				setting: step,
				integrate: ({ field }, state) => integrate(field, state, { to, steps: Math.round(to / step) }),
			}),
		),
	),
];

export const conservation = (seeds: number): Analysis => ({
	kind: "analysis",
	name: conservationName,
	title: "Drift of the conserved quantities, by method and accuracy",
	needs: [],
	options: { seeds, horizon, tolerances, steps },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [];
		for (let seed = 0; seed < seeds; seed++) {
			const { form, initial } = openSetting(seed);
			const reference = endOf(dormandPrince(form.field, initial, { to, relativeTolerance: 1e-13 })).state;
			for (const attempt of attempts) {
				// Ctrl-C is heard only between tasks.
				await setImmediate();
				signal.throwIfAborted();
				rows.push({ seed, ...measured(attempt, form, initial, reference) });
			}
			progress((seed + 1) / seeds);
		}
		return rows;
	},
});

function measured(
	{ method, setting, integrate }: Attempt,
	form: Form,
	initial: Float64Array,
	reference: Float64Array,
): AnalysisRow {
	const start = lossOf(form, initial);
	let loss = start;
	let rise = Number.NEGATIVE_INFINITY;
	let end = initial;
	const trajectory = integrate(form, initial);
	let next = trajectory.next();
	for (; !next.done; next = trajectory.next()) {
		end = next.value.after;
		const lossAfter = lossOf(form, end);
		rise = Math.max(rise, lossAfter - loss);
		loss = lossAfter;
	}
	const { mlp, attention, directions, unseen, keys } = conservedDrifts(form, initial, end);
	return {
		method,
		setting,
		evaluations: next.value.evaluations,
		mlp,
		attention,
		directions,
		unseen,
		keys,
		energy: Math.abs(loss + end.at(-1)! - start),
		/** The largest change of the loss in one step: below 0 if it falls in each. */
		rise,
		error: distance(end, reference),
	};
}
