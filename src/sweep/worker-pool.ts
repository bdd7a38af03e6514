/**
 * Worker processes that take jobs from a queue, some at a time.
 *
 * A process that starts takes longer than a small job (1.6 s until the first training step on the 2-core machine this was
 * written on, most of it reading the text), so workers live on and take one job after the other; after a failure a fresh
 * one tries again, once.
 */
import type { Job } from "./messages.ts";
import { WorkerProcess } from "./worker-process.ts";

type Outcome = Awaited<ReturnType<WorkerProcess["run"]>>;

export interface PoolOptions<Item> {
	/** Processes at a time. */
	readonly processes: number;
	readonly job: (item: Item) => Job;
	/** Whether no further item is to be begun. */
	readonly stopped: () => boolean;
	/** Told how far an item is, 0 to 1, from its beginning on. */
	readonly onMove: (item: Item, fraction: number) => void;
	/** Told how an item ended. */
	readonly onEnd: (item: Item, outcome: Outcome) => void | Promise<void>;
}

export class WorkerPool<Item> {
	readonly #options: PoolOptions<Item>;
	readonly #workers = new Set<WorkerProcess>();

	constructor(options: PoolOptions<Item>) {
		this.#options = options;
	}

	/** Runs all items, in order as workers become free. Throws what `onEnd` throws, once all that is running has ended. */
	async run(items: readonly Item[]): Promise<void> {
		const queue = [...items];
		const next = () => (this.#options.stopped() ? undefined : queue.shift());
		const slots = Math.min(this.#options.processes, queue.length);
		const ends = await Promise.allSettled(Array.from({ length: slots }, () => this.#slot(next)));
		await Promise.all([...this.#workers].map((worker) => worker.close()));
		for (const end of ends) if (end.status === "rejected") throw end.reason;
	}

	/** Asks running items to save what they have and to end. */
	stop(): void {
		for (const worker of this.#workers) worker.stop();
	}

	/** One place in which a worker works. */
	async #slot(next: () => Item | undefined): Promise<void> {
		const { job, stopped, onMove, onEnd } = this.#options;
		let worker: WorkerProcess | undefined;
		const replace = async () => {
			if (worker) this.#workers.delete(worker);
			await worker?.close();
			worker = undefined;
		};
		for (let item = next(); item !== undefined; item = next()) {
			const current = item;
			let outcome: Outcome = { state: "failed", message: "" };
			for (let attempt = 0; attempt < 2 && outcome.state === "failed" && !stopped(); attempt++) {
				if (!worker) {
					worker = new WorkerProcess();
					this.#workers.add(worker);
				}
				onMove(current, 0);
				outcome = await worker.run(job(current), (fraction) => onMove(current, fraction));
				if (outcome.state === "failed") await replace();
			}
			await onEnd(current, outcome);
		}
		await replace();
	}
}
