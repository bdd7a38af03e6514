/**
 * The training loop.
 *
 *     measure (if scheduled) → checkpoint (if due) → update → log the loss (now and then) → next step
 *
 * Everything that happens at a step is decided by the step alone, so a run that was stopped anywhere and resumed does
 * exactly what one never stopped does.
 */
import { setImmediate } from "node:timers/promises";
import { type Counters, NotFinite, removeEarlierCheckpoints, saveCheckpoint } from "./checkpoint.ts";
import { whereDiverged } from "./divergence.ts";
import type { MetricsFile } from "./metrics.ts";
import { isMeasured } from "./schedule.ts";
import type { Session } from "./session.ts";
import { Diverged, Training } from "./training.ts";

/** How far a run is. */
export interface TrainProgress {
	readonly name: string;
	readonly step: number;
	readonly steps: number;
	/** The training loss last read. */
	readonly loss?: number | undefined;
	/** Training speed since the last row, measuring not counted. */
	readonly tokensPerSecond?: number | undefined;
}

export interface LoopOptions {
	readonly directory: string;
	readonly metrics: MetricsFile;
	/** The step to begin with, whose measurement and checkpoint exist already if the run was resumed there. */
	readonly from: { readonly step: number; readonly counters: Counters } | undefined;
	/** Aborting it finishes the step and saves a checkpoint. */
	readonly signal?: AbortSignal | undefined;
	readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
	/** Called after every checkpoint. */
	readonly onCheckpoint?: ((outcome: Outcome) => Promise<void>) | undefined;
}

/** Where a run stands when its loop has ended. */
export interface Outcome {
	readonly state: "running" | "finished" | "interrupted" | "diverged";
	readonly step: number;
	/** Why it ended early. */
	readonly message?: string;
	readonly seconds: number;
	readonly measureSeconds: number;
}

/** Trains `session` to its last step, or until it is interrupted or diverges. */
export async function trainLoop(session: Session, options: LoopOptions): Promise<Outcome> {
	const loop = new Loop(session, options);
	try {
		return await loop.run();
	} catch (error) {
		if (!(error instanceof Diverged)) throw error;
		const where = await whereDiverged(session, options.directory, error.step, options.signal);
		return loop.outcome(
			"diverged",
			error.step,
			[error.message, "What was saved before is kept.", where].filter(Boolean).join(" "),
		);
	}
}

class Loop {
	readonly #session: Session;
	readonly #options: LoopOptions;
	readonly #training: Training;

	constructor(session: Session, options: LoopOptions) {
		this.#session = session;
		this.#options = options;
		this.#training = new Training(session, (row) => options.metrics.append(row), options.from?.counters);
	}

	async run(): Promise<Outcome> {
		const training = this.#training;
		const { config } = this.#session;
		const { steps, logEvery } = config.training;
		const { from, signal } = this.#options;
		for (let step = from?.step ?? 0; ; step++) {
			const restored = step === from?.step;
			const measured = isMeasured(step, config.probes.schedule, steps);
			if (measured && !restored) await training.measure(step);
			this.#report(step);
			// Asked once: what is aborted while saving stops at the next step, which is saved then.
			const stop = signal?.aborted ?? false;
			const due = step === steps || (step > 0 && step % config.checkpoints.every === 0);
			if ((due || stop) && !restored) await this.#save(step);
			if (step === steps) return this.outcome("finished", step);
			if (stop) return this.outcome("interrupted", step);
			await training.update(step);
			if (step % logEvery === 0) await training.log(step, !measured);
			// Lets signals and timers through: an engine that computes on this thread never would.
			await setImmediate();
		}
	}

	outcome(state: Outcome["state"], step: number, message?: string): Outcome {
		const { seconds, measureSeconds } = this.#training.counters;
		return { state, step, ...(message !== undefined && { message }), seconds, measureSeconds };
	}

	async #save(step: number): Promise<void> {
		const { metrics, directory, onCheckpoint } = this.#options;
		await this.#training.readLosses();
		await metrics.sync();
		try {
			await saveCheckpoint(directory, step, this.#session, {
				...this.#training.counters,
				metricsBytes: metrics.bytes,
			});
		} catch (error) {
			if (error instanceof NotFinite) throw new Diverged(error.tensor, error.value, step);
			throw error;
		}
		await onCheckpoint?.(this.outcome("running", step));
		const { keep } = this.#session.config.checkpoints;
		if (keep !== undefined) await removeEarlierCheckpoints(directory, keep);
	}

	#report(step: number): void {
		const { config } = this.#session;
		this.#options.onProgress?.({
			name: config.name,
			step,
			steps: config.training.steps,
			loss: this.#training.lastLoss,
			tokensPerSecond: this.#training.tokensPerSecond,
		});
	}
}
