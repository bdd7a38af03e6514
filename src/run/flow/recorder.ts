/** What is kept of a flow while it runs: some steps as rows, some moments between, a summary and the losses of all steps. */
import type { Observation } from "../../model/co-occurrence/form.ts";
import type { Reference } from "../../probe/co-occurrence/reference.ts";
import { rowOf } from "../../probe/co-occurrence/row.ts";
import { type Summariser, summariser } from "../../probe/co-occurrence/summary.ts";
import type { MetricsRow } from "../metrics-row.ts";
import type { EventAtStep } from "./find-events.ts";
import { EvenlyKept } from "./rows.ts";

export class Recorder {
	readonly #begun = performance.now();
	readonly #seconds = () => (performance.now() - this.#begun) / 1000;
	readonly #reference: Reference;
	readonly #summariser: Summariser;
	readonly #kept: EvenlyKept<MetricsRow>;
	/** At most so many rows. */
	readonly #most: number;
	/** Rows of moments within steps; undefined once there was no room for all. */
	#between: MetricsRow[] | undefined = [];
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
		this.#most = most;
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

	/**
	 * Adds a moment within a step, to be seen as a row and counted in no summary. Steps come first: as soon as not all of
	 * these moments have room beside them, none is kept.
	 */
	between(step: number, time: number, observe: () => Observation): void {
		if (!this.#between) return;
		if (this.#kept.items.length + this.#between.length + 2 > this.#most) this.#between = undefined;
		else this.#between.push(this.#row(step, time, Number.NaN, observe()));
	}

	summary(events: readonly EventAtStep[]): Record<string, number> {
		return this.#summariser.summary(events);
	}

	/**
	 * The rows in order of time: kept steps, moments between, events, and the end, which says `extra`. An event of a descent is one of its
	 * steps, and then one row says both.
	 */
	rows(events: readonly EventAtStep[], extra: Readonly<Record<string, number>>): MetricsRow[] {
		const last = this.#last();
		const kept = this.#kept.items.filter((row) => row.step !== last.step);
		const between = kept.length + 1 + (this.#between?.length ?? 0) <= this.#most ? this.#between : [];
		const rows = [...kept, ...(between ?? []), { ...last, ...extra }];
		for (const { name, step, time, observation } of events) {
			const same = rows.findIndex((row) => row["flow/time"] === time);
			const row = same < 0 ? this.#row(step, time, Number.NaN, observation) : rows[same]!;
			rows.splice(same < 0 ? rows.length : same, 1, { ...row, [`event/${name}`]: 1 });
		}
		return rows.sort((a, b) => a["flow/time"]! - b["flow/time"]!);
	}

	#row(step: number, time: number, stepSize: number, observation: Observation): MetricsRow {
		return { step, time: this.#seconds(), ...rowOf(this.#reference, observation, time, stepSize) };
	}
}
