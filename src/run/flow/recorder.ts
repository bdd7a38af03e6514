/** What is kept of a flow while it runs: some steps as rows, a summary of all, and the losses of all. */
import type { Observation } from "../../model/co-occurrence/form.ts";
import type { Reference } from "../../probe/co-occurrence/reference.ts";
import { rowOf } from "../../probe/co-occurrence/row.ts";
import { type Summariser, summariser } from "../../probe/co-occurrence/summary.ts";
import type { MetricsRow } from "../metrics.ts";
import type { EventAtStep } from "./find-events.ts";
import { EvenlyKept } from "./rows.ts";

export class Recorder {
	readonly #begun = performance.now();
	readonly #seconds = () => (performance.now() - this.#begun) / 1000;
	readonly #reference: Reference;
	readonly #summariser: Summariser;
	readonly #kept: EvenlyKept<MetricsRow>;
	/** The row of the last step, and how to make it if it was not wanted. */
	#last: () => MetricsRow = () => {
		throw new Error("nothing was recorded");
	};
	/** Times and losses of every observed step after the first. */
	readonly times: number[] = [];
	readonly losses: number[] = [];

	/** At most `most` rows, those of events not counted. */
	constructor(reference: Reference, most: number) {
		this.#reference = reference;
		this.#summariser = summariser(reference);
		this.#kept = new EvenlyKept(most - 1);
	}

	/** Adds the end of an observed step. */
	add(step: number, time: number, stepSize: number, observation: Observation): void {
		this.#summariser.add(time, observation);
		if (step > 0) {
			this.times.push(time);
			this.losses.push(observation.loss);
		}
		const index = this.times.length;
		const row = this.#kept.wants(index) && this.#row(step, time, stepSize, observation);
		if (row) this.#kept.add(index, row);
		const seconds = this.#seconds();
		this.#last = () => row || { ...this.#row(step, time, stepSize, observation), time: seconds };
	}

	summary(events: readonly EventAtStep[]): Record<string, number> {
		return this.#summariser.summary(events);
	}

	/**
	 * The rows in order of time: kept steps, events, and the end, which says `extra`. An event of a descent is one of its
	 * steps, and then one row says both.
	 */
	rows(events: readonly EventAtStep[], extra: Readonly<Record<string, number>>): MetricsRow[] {
		const last = this.#last();
		const rows = [...this.#kept.items.filter((row) => row.step !== last.step), { ...last, ...extra }];
		for (const { name, step, time, observation } of events) {
			const same = rows.findIndex((row) => row["flow/time"] === time);
			const row = same < 0 ? this.#row(step, time, 0, observation) : rows[same]!;
			rows.splice(same < 0 ? rows.length : same, 1, { ...row, [`event/${name}`]: 1 });
		}
		return rows.sort((a, b) => a["flow/time"]! - b["flow/time"]!);
	}

	#row(step: number, time: number, stepSize: number, observation: Observation): MetricsRow {
		return { step, time: this.#seconds(), ...rowOf(this.#reference, observation, time, stepSize) };
	}
}
