/**
 * The training loop.
 *
 *     measure (if scheduled) → checkpoint (if due) → update → log the loss (now and then) → next step
 *
 * Between measurements an update is one program call: parameters and optimizer state stay in the engine's memory,
 * and the losses, one number a step, are left there until a row is due. Everything that happens at a step is decided
 * by the step alone, so a run that was stopped anywhere and resumed does exactly what one never stopped does.
 */
import { setImmediate } from "node:timers/promises";
import type { Tensor } from "../engine/types.ts";
import { type Counters, NotFinite, removeEarlierCheckpoints, saveCheckpoint } from "./checkpoint.ts";
import { whereDiverged } from "./divergence.ts";
import { learningRateOf, lossMetrics, measureStep, take } from "./measure.ts";
import type { MetricsFile } from "./metrics.ts";
import { isMeasured } from "./schedule.ts";
import type { Session } from "./session.ts";
import { updateParameters } from "./update.ts";

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

/** A value that is no number any more: the run ends. */
class Diverged extends Error {
	readonly step: number;
	constructor(what: string, value: number, step: number) {
		super(
			`Expected \`${what}\` to be finite, got ${value} at step ${step}: training diverged. ` +
				"Lower `optimizer.learningRate`, or warm it up (`schedule.warmup`). What was saved before is kept.",
		);
		this.step = step;
	}
}

/** Trains `session` to its last step, or until it is interrupted or diverges. */
export async function trainLoop(session: Session, options: LoopOptions): Promise<Outcome> {
	const loop = new Loop(session, options);
	try {
		return await loop.run();
	} catch (error) {
		if (!(error instanceof Diverged)) throw error;
		const where = await whereDiverged(session, options.directory, error.step, options.signal);
		return loop.outcome("diverged", error.step, [error.message, where].filter(Boolean).join(" "));
	}
}

class Loop {
	readonly #session: Session;
	readonly #options: LoopOptions;
	readonly #begun = performance.now();
	readonly #before: Counters;
	#measureSeconds: number;
	#tokens: number;
	/** Losses of the steps since the last reading, still in the engine's memory. */
	#unread: { step: number; loss: Tensor }[] = [];
	#lastLoss: number | undefined;
	/** Tokens and seconds of training since the last row, and the speed up to it. */
	#window = { tokens: 0, seconds: 0 };
	#tokensPerSecond: number | undefined;

	constructor(session: Session, options: LoopOptions) {
		this.#session = session;
		this.#options = options;
		this.#before = options.from?.counters ?? { tokens: 0, seconds: 0, measureSeconds: 0, metricsBytes: 0 };
		this.#measureSeconds = this.#before.measureSeconds;
		this.#tokens = this.#before.tokens;
	}

	async run(): Promise<Outcome> {
		const { config } = this.#session;
		const { steps, logEvery } = config.training;
		const { from, signal } = this.#options;
		for (let step = from?.step ?? 0; ; step++) {
			const restored = step === from?.step;
			const measured = isMeasured(step, config.probes.schedule, steps);
			if (measured && !restored) await this.#measure(step);
			this.#report(step);
			// Asked once: what is aborted while saving stops at the next step, which is saved then.
			const stop = signal?.aborted ?? false;
			const due = step === steps || (step > 0 && step % config.checkpoints.every === 0);
			if ((due || stop) && !restored) await this.#save(step);
			if (step === steps) return this.outcome("finished", step);
			if (stop) return this.outcome("interrupted", step);
			await this.#update(step);
			if (step % logEvery === 0) await this.#log(step, !measured);
			// Lets signals and timers through: an engine that computes on this thread never would.
			await setImmediate();
		}
	}

	outcome(state: Outcome["state"], step: number, message?: string): Outcome {
		return {
			state,
			step,
			...(message !== undefined && { message }),
			seconds: this.#seconds(),
			measureSeconds: this.#measureSeconds,
		};
	}

	#seconds(): number {
		return this.#before.seconds + (performance.now() - this.#begun) / 1000;
	}

	async #update(step: number): Promise<void> {
		const start = performance.now();
		const { loss, tokens } = await updateParameters(this.#session, step);
		this.#unread.push({ step, loss });
		this.#tokens += tokens;
		this.#window.tokens += tokens;
		this.#window.seconds += (performance.now() - start) / 1000;
	}

	async #measure(step: number): Promise<void> {
		await this.#readLosses();
		const start = performance.now();
		const row = await measureStep(this.#session, step);
		const seconds = (performance.now() - start) / 1000;
		this.#measureSeconds += seconds;
		if (!Number.isFinite(row["train/loss"])) throw new Diverged("train/loss", row["train/loss"]!, step);
		this.#lastLoss = row["train/loss"];
		await this.#append(step, { ...row, "perf/measure_seconds": seconds });
	}

	/** Reads the losses up to `step`, and writes a row for it unless its measurement is one. */
	async #log(step: number, writeRow: boolean): Promise<void> {
		await this.#readLosses();
		if (!writeRow) return;
		const loss = this.#lastLoss!;
		await this.#append(step, {
			...lossMetrics(this.#session, "train", loss),
			"optim/lr": learningRateOf(this.#session.config, step),
		});
	}

	async #readLosses(): Promise<void> {
		const start = performance.now();
		for (const { step, loss } of this.#unread.splice(0)) {
			const [value] = await take(loss);
			if (!Number.isFinite(value)) throw new Diverged("train/loss", value!, step);
			this.#lastLoss = value;
		}
		this.#window.seconds += (performance.now() - start) / 1000;
	}

	/** A value that is not finite is not a measurement, and JSON has no word for it: it is left out. */
	async #append(step: number, row: Record<string, number>): Promise<void> {
		const { tokens, seconds } = this.#window;
		if (tokens > 0) this.#tokensPerSecond = tokens / seconds;
		const speed = tokens > 0 ? { "perf/tokens_per_second": tokens / seconds } : {};
		this.#window = { tokens: 0, seconds: 0 };
		const finite = Object.entries({ ...row, ...speed }).filter(([, value]) => Number.isFinite(value));
		await this.#options.metrics.append({ step, time: this.#seconds(), ...Object.fromEntries(finite) });
	}

	async #save(step: number): Promise<void> {
		const { metrics, directory, onCheckpoint } = this.#options;
		await this.#readLosses();
		await metrics.sync();
		try {
			await saveCheckpoint(directory, step, this.#session, {
				tokens: this.#tokens,
				seconds: this.#seconds(),
				measureSeconds: this.#measureSeconds,
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
			loss: this.#lastLoss,
			tokensPerSecond: this.#tokensPerSecond,
		});
	}
}
