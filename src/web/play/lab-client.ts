/**
 * The page's side of a worker: opens labs, one at a time, and keeps what they say. A Svelte store of the record.
 *
 * A lab that is still being opened cannot be interrupted within the worker, so a new one then gets a new worker. So does
 * one after a failure: a GPU that is lost stays lost within its worker, and what had been opened by halves stays in memory.
 */
import { writable } from "svelte/store";
import { emptyRecord, type LabRecord, received } from "./lab-record.ts";
import type { JsonObject } from "./options.ts";
import type { FromWorker, Lab, ToWorker } from "./worker/protocol.ts";

export class LabClient {
	readonly #start: () => Worker;
	readonly #store = writable<LabRecord>(emptyRecord(0));
	#worker: Worker | undefined;
	#record = emptyRecord(0);

	readonly subscribe = this.#store.subscribe;

	constructor(start: () => Worker) {
		this.#start = start;
	}

	/** Opens a lab in place of the one before. `name` is the run's in figures. */
	open(of: Lab, name: string): void {
		if (this.#record.state === "opening" || this.#record.state === "failed") this.end();
		this.#worker ??= this.#begin();
		const lab = this.#record.lab + 1;
		this.#set(emptyRecord(lab, of.config as JsonObject, name));
		this.#tell({ type: "open", lab, of });
	}

	play(): void {
		this.#tell({ type: "play" });
	}

	pause(): void {
		this.#tell({ type: "pause" });
	}

	/** Measures and pictures how it stands, unless that was done there. */
	look(): void {
		this.#tell({ type: "look" });
	}

	step(count: number): void {
		this.#tell({ type: "step", count });
	}

	/** Frees everything. */
	end(): void {
		this.#worker?.terminate();
		this.#worker = undefined;
	}

	#begin(): Worker {
		const worker = this.#start();
		worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) =>
			this.#set(received(this.#record, data)),
		);
		worker.addEventListener("error", ({ message }) => {
			const what = message || "the program of the worker could not be loaded";
			this.#set(
				received(this.#record, { type: "failed", lab: this.#record.lab, message: what, user: false }),
			);
		});
		return worker;
	}

	#tell(message: ToWorker): void {
		this.#worker?.postMessage(message);
	}

	#set(record: LabRecord): void {
		if (record === this.#record) return;
		this.#record = record;
		this.#store.set(record);
	}
}
