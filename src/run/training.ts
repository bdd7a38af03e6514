/**
 * A session that trains: its updates, its measurements, and the rows they leave. What decides when, and keeps the rows,
 * is the loop of a run on disk (`loop.ts`), or a worker of the page.
 *
 * Between measurements an update is one program call: parameters and optimizer state stay in the engine's memory, and the
 * losses, one number a step, are left there until a row is due.
 */
import type { Tensor } from "../engine/types.ts";
import { learningRateOf, lossMetrics, measureStep, take } from "./measure.ts";
import type { MetricsRow } from "./metrics-row.ts";
import type { Session } from "./session.ts";
import { updateParameters } from "./update.ts";

/** A value that is no number any more: the run ends. */
export class Diverged extends Error {
	readonly step: number;
	constructor(what: string, value: number, step: number) {
		super(
			`Expected \`${what}\` to be finite, got ${value} at step ${step}: training diverged. ` +
				"Lower `optimizer.learningRate`, or warm it up (`schedule.warmup`).",
		);
		this.step = step;
	}
}

/** What a training counts, over all its resumptions. */
export interface TrainingCounters {
	/** Tokens trained on. */
	readonly tokens: number;
	/** Wall-clock seconds of running, and the part of them spent on measuring. */
	readonly seconds: number;
	readonly measureSeconds: number;
}

export class Training {
	readonly #session: Session;
	readonly #append: (row: MetricsRow) => Promise<void> | void;
	readonly #begun = performance.now();
	readonly #before: TrainingCounters;
	#measureSeconds: number;
	#tokens: number;
	/** Losses of the steps since the last reading, still in the engine's memory. */
	#unread: { step: number; loss: Tensor }[] = [];
	#lastLoss: number | undefined;
	/** Tokens and seconds of training since the last row, and the speed up to it. */
	#window = { tokens: 0, seconds: 0 };
	#tokensPerSecond: number | undefined;

	constructor(
		session: Session,
		append: (row: MetricsRow) => Promise<void> | void,
		before: TrainingCounters = { tokens: 0, seconds: 0, measureSeconds: 0 },
	) {
		this.#session = session;
		this.#append = append;
		this.#before = before;
		this.#measureSeconds = before.measureSeconds;
		this.#tokens = before.tokens;
	}

	get counters(): TrainingCounters {
		return { tokens: this.#tokens, seconds: this.#seconds, measureSeconds: this.#measureSeconds };
	}

	/** The training loss last read. */
	get lastLoss(): number | undefined {
		return this.#lastLoss;
	}

	/** Training speed up to the last row, measuring not counted. */
	get tokensPerSecond(): number | undefined {
		return this.#tokensPerSecond;
	}

	/** Makes update `step` = 0, 1, …; its loss stays where it is. */
	async update(step: number): Promise<void> {
		const start = performance.now();
		const { loss, tokens } = await updateParameters(this.#session, step);
		this.#unread.push({ step, loss });
		this.#tokens += tokens;
		this.#window.tokens += tokens;
		this.#window.seconds += (performance.now() - start) / 1000;
	}

	/** Measures before update `step`, and writes the row. Throws `Diverged`. */
	async measure(step: number): Promise<void> {
		await this.readLosses();
		const start = performance.now();
		const row = await measureStep(this.#session, step);
		const seconds = (performance.now() - start) / 1000;
		this.#measureSeconds += seconds;
		if (!Number.isFinite(row["train/loss"])) throw new Diverged("train/loss", row["train/loss"]!, step);
		this.#lastLoss = row["train/loss"];
		await this.#write(step, { ...row, "perf/measure_seconds": seconds });
	}

	/** Reads the losses up to update `step`, and writes a row for it unless its measurement is one. Throws `Diverged`. */
	async log(step: number, writeRow: boolean): Promise<void> {
		await this.readLosses();
		if (!writeRow) return;
		const loss = this.#lastLoss!;
		await this.#write(step, {
			...lossMetrics(this.#session, "train", loss),
			"optim/lr": learningRateOf(this.#session.config, step),
		});
	}

	/** Throws `Diverged`. */
	async readLosses(): Promise<void> {
		const start = performance.now();
		for (const { step, loss } of this.#unread.splice(0)) {
			const [value] = await take(loss);
			if (!Number.isFinite(value)) throw new Diverged("train/loss", value!, step);
			this.#lastLoss = value;
		}
		this.#window.seconds += (performance.now() - start) / 1000;
	}

	get #seconds(): number {
		return this.#before.seconds + (performance.now() - this.#begun) / 1000;
	}

	/** A value that is not finite is not a measurement, and JSON has no word for it: it is left out. */
	async #write(step: number, row: Record<string, number>): Promise<void> {
		const { tokens, seconds } = this.#window;
		if (tokens > 0) this.#tokensPerSecond = tokens / seconds;
		const speed = tokens > 0 ? { "perf/tokens_per_second": tokens / seconds } : {};
		this.#window = { tokens: 0, seconds: 0 };
		const finite = Object.entries({ ...row, ...speed }).filter(([, value]) => Number.isFinite(value));
		await this.#append({ step, time: this.#seconds, ...Object.fromEntries(finite) });
	}
}
