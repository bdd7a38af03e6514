/** The events of a flow, collected while it runs: of each its first crossing, or its last. */
import { crossings } from "../../flow/event.ts";
import type { Step } from "../../flow/field.ts";
import type { Form } from "../../model/co-occurrence/form.ts";
import { type FlowEvent, type FoundEvent, flowEvents } from "../../probe/co-occurrence/events.ts";

/** An event with the index of the step in which it lies. */
export interface EventAtStep extends FoundEvent {
	readonly step: number;
}

export class EventFinder {
	readonly #form: Form;
	readonly #found = new Map<string, EventAtStep>();
	#open: readonly FlowEvent[];
	/** Values of a descent when they were last looked at. */
	readonly #before = new Map<string, number>();

	/** A first crossing is one from the beginning: what has crossed at time 0, in the state `initial`, has none. */
	constructor(form: Form, initial: Float64Array) {
		this.#form = form;
		this.#open = flowEvents(form).filter(
			({ occurrence, value }) => occurrence === "last" || !(value(0, initial) >= 0),
		);
	}

	/** Looks for crossings within a step of a flow, located on the trajectory itself. */
	within(step: Step): void {
		for (const { name, time, state } of crossings(step, this.#open)) {
			const event = this.#open.find((candidate) => candidate.name === name);
			if (event) this.#keep(event, time, state, step.index);
		}
	}

	/**
	 * Looks at the end of a step of a descent, which has nothing between its steps: T1 lies at the first step after the
	 * crossing. The other events, which cost an observation, are looked for where `observed`.
	 */
	after(step: Step, observed: boolean): void {
		for (const event of this.#open) {
			if (event.name !== "T1" && !observed) continue;
			const value = event.value(step.end, step.after);
			const before = this.#before.get(event.name) ?? event.value(step.start, step.before);
			this.#before.set(event.name, value);
			if (before < 0 && value >= 0) this.#keep(event, step.end, step.after, step.index);
		}
	}

	/** What was found, in order of time. T1 is none unless all samples stay correct to the end. */
	found(final: Float64Array): EventAtStep[] {
		const correct = this.#form.leastMargin(final) > 0;
		return [...this.#found.values()]
			.filter(({ name }) => name !== "T1" || correct)
			.sort((a, b) => a.time - b.time);
	}

	#keep(event: FlowEvent, time: number, state: Float64Array, step: number): void {
		const { name, occurrence } = event;
		if (occurrence === "first") this.#open = this.#open.filter((other) => other !== event);
		this.#found.set(name, { name: event.name, time, step, observation: this.#form.observe(state) });
	}
}
