/**
 * One trajectory of the co-occurrence model, from its configuration to its rows: data and initial values from the seed,
 * steps from the integrator, events as roots, a summary over all steps, and in the end what the integration is worth.
 */
import { type CoOccurrenceSet, coOccurrenceSet } from "../../data/co-occurrence.ts";
import { NotFiniteError } from "../../flow/checks.ts";
import type { Work } from "../../flow/field.ts";
import type { Form, Observation } from "../../model/co-occurrence/form.ts";
import { formOf } from "../../model/co-occurrence/forms.ts";
import { expectedKappa, initialise } from "../../model/co-occurrence/initialise.ts";
import type { Parameters } from "../../model/co-occurrence/network.ts";
import { referenceOf } from "../../probe/co-occurrence/reference.ts";
import type { MetricsRow } from "../metrics-row.ts";
import { breathing } from "./breathe.ts";
import type { FlowConfig } from "./config.ts";
import { describeDivergence } from "./divergence.ts";
import { type EventAtStep, EventFinder } from "./find-events.ts";
import { driftRow, type Ended, hasTighter, tighterRow } from "./guarantees.ts";
import { Recorder } from "./recorder.ts";
import { logSpaced, timesBetween } from "./rows.ts";
import { requireStart } from "./start.ts";
import { endTime, trajectoryOf } from "./trajectory.ts";

export interface SolveOptions {
	/** Aborting it ends the flow after the step. */
	readonly signal?: AbortSignal | undefined;
	/** Told how far the flow is, 0 to 1: of the logarithm of time, which is what a flow that slows down costs. */
	readonly onProgress?: ((fraction: number) => void) | undefined;
	/** Shown every observed state: of a flow all accepted steps, of a descent those that become rows. Keeps neither. */
	readonly onStep?: ((time: number, observation: Observation, state: Float64Array) => void) | undefined;
}

export type FlowState = "finished" | "interrupted" | "diverged";

export interface FlowSolution {
	readonly state: FlowState;
	/** Why it did not finish. */
	readonly message?: string;
	/** In order of time; the last of a finished flow holds the summary and the guarantees. */
	readonly rows: readonly MetricsRow[];
	/** Accepted steps. */
	readonly steps: number;
	/** Undefined unless it finished. */
	readonly work: Work | undefined;
	readonly events: readonly EventAtStep[];
	readonly dataset: CoOccurrenceSet;
	/** At time 0. */
	readonly parameters: Parameters;
	readonly form: Form;
	/** States of the form at time 0 and at the end, and the time of the end. */
	readonly initial: Float64Array;
	readonly final: Float64Array;
	readonly time: number;
}

/** Where a flow begins: its data, its network, and the coordinates in which it is computed. */
export function openFlow({ data, model, initialisation, dynamics, seed }: FlowConfig) {
	const dataset = coOccurrenceSet({ ...data, seed });
	const { width, neurons, attention } = model;
	const parameters = initialise({ words: dataset.words, width, neurons }, initialisation, seed);
	const form = formOf(dynamics.name === "flow" ? dynamics.form : "reduced", dataset, parameters, {
		attention,
	});
	return { dataset, parameters, form, initial: form.stateOf(parameters) };
}

/**
 * Computes the flow. A state that stops being finite ends it as `diverged`.
 * Throws a `UserError` if the flow cannot begin (src/run/flow/start.ts), or the tolerance cannot be met.
 */
export async function solveFlow(config: FlowConfig, options: SolveOptions = {}): Promise<FlowSolution> {
	const { signal, onProgress, onStep } = options;
	const { dynamics } = config;
	const opened = openFlow(config);
	const { dataset, form, initial } = opened;
	const first = form.observe(initial);
	const speed = expectedKappa(form.sizes, config.initialisation);
	const to = endTime(config, speed);
	requireStart(form, first, speed, to);
	const recorder = new Recorder(referenceOf(dataset, form.sizes, first, speed), config.rows);
	const finder = new EventFinder(form, initial);
	const breathe = breathing(signal);
	/** Steps of a descent that are observed; of a flow all. */
	const observed = dynamics.name === "descent" ? logSpaced(dynamics.steps, config.rows) : undefined;
	recorder.add(0, 0, 0, first);
	onStep?.(0, first, initial);

	let end = { final: initial, time: 0, steps: 0 };
	let work: Work | undefined;
	const solution = (state: FlowState, message?: string, extra: Record<string, number> = {}): FlowSolution => {
		const events = finder.found(end.final);
		const rows = recorder.rows(events, extra);
		return { ...opened, ...end, state, ...(message !== undefined && { message }), rows, events, work };
	};
	try {
		const trajectory = trajectoryOf(config, form, initial, to);
		let next = trajectory.next();
		for (; !next.done; next = trajectory.next()) {
			const step = next.value;
			const { index, after: state, end: time } = step;
			end = { final: state, time, steps: index };
			const isObserved = observed?.has(index) ?? true;
			if (observed) finder.after(step, isObserved);
			else {
				finder.within(step);
				for (const between of timesBetween(step.start, time, earliest / speed))
					recorder.between(index, between, () => form.observe(step.at(between)));
			}
			if (isObserved) {
				const observation = form.observe(state);
				recorder.add(index, time, time - step.start, observation);
				onStep?.(time, observation, state);
			}
			onProgress?.(Math.log1p(speed * time) / Math.log1p(speed * to));
			if (!(await breathe())) return solution("interrupted", stopped);
		}
		work = next.value;
	} catch (error) {
		if (!(error instanceof NotFiniteError)) throw error;
		return solution("diverged", describeDivergence(error, form, dynamics.name));
	}

	const events = finder.found(end.final);
	const { times, losses } = recorder;
	const T1 = events.find(({ name }) => name === "T1")?.time;
	const ended: Ended = { form, initial, final: end.final, times, losses, T1 };
	const tighter = hasTighter(config) ? await tighterRow(config, ended, breathe) : {};
	if (!tighter) return solution("interrupted", stopped);
	const last = form.observe(end.final);
	return solution("finished", undefined, {
		...recorder.summary(events),
		...driftRow(ended),
		"guarantee/energy": Math.abs(last.loss + last.dissipated - first.loss),
		...tighter,
		"flow/accepted": work.accepted,
		"flow/rejected": work.rejected,
		"flow/evaluations": work.evaluations,
	});
}

/** κ₀t from which on rows leave no wide gap on logarithmic time: before, nothing has moved. */
const earliest = 0.01;

const stopped = "Stopped; a flow is computed anew from its beginning.";
