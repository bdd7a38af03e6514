/**
 * A training in a worker. It is the session, the update and the measurement of a run on disk; what differs is who asks:
 * it goes to a step and stops there, and lets messages through after every update.
 */

import { splitOff } from "../../../data/split.ts";
import { type Dataset, textDataset, tokenise } from "../../../data/text-dataset.ts";
import { countTokens, crossEntropyOf } from "../../../data/unigram.ts";
import { sizeOf } from "../../../engine/values.ts";
import { UserError } from "../../../error.ts";
import { parameterSpecs } from "../../../model/parameters.ts";
import { checkRunConfig, resolveModel } from "../../../run/config.ts";
import type { MetricsRow } from "../../../run/metrics-row.ts";
import { isMeasured } from "../../../run/schedule.ts";
import { createSession, type Session } from "../../../run/session.ts";
import { Diverged, Training } from "../../../run/training.ts";
import { withDefaults } from "./defaults.ts";
import { openPageEngine } from "./device.ts";
import type { Lab } from "./lab.ts";
import type { LabState, Said, TrainingLab } from "./protocol.ts";
import { type Watcher, watchHeads, watchSignals } from "./watch.ts";

/** A text in memory. */
export interface LabText {
	readonly name: string;
	readonly text: string;
	readonly attribution?: string;
}

/** Characters of a text, at most. */
const longestText = 4_000_000;
const validationFraction = 0.1;
/** Milliseconds between messages of a training that plays. */
const often = 100;

/** Opens a training, paused at step 0, which is measured. Throws UserError for options and texts that cannot be. */
export async function openTrainingLab(
	lab: TrainingLab,
	{ name, text, attribution }: LabText,
	say: (message: Said) => void,
): Promise<Lab> {
	const config = checkRunConfig(withDefaults(lab), "the playground");
	if (text.length > longestText)
		throw new UserError(
			`Expected a text of at most ${longestText.toLocaleString("en")} characters, got ` +
				`${text.length.toLocaleString("en")}. Paste a part of it.`,
		);
	if (!/\S/.test(text)) throw new UserError("Expected a text to train on, got nothing. Paste some.");
	const splits = new Map([["train" as const, text]]);
	splitOff(splits as Parameters<typeof splitOff>[0], validationFraction);
	const texts = { name, splits, hash: "" };
	const context = resolveModel(config.model, 1, "the playground").context;
	const dataset = textDataset(config.data, texts, tokenise(config.data, texts), {
		batch: config.training.batch,
		context,
		seed: config.seed,
	});
	const model = resolveModel(config.model, dataset.vocabularySize, "the playground");
	const parameters = Object.values(parameterSpecs(model)).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
	const { engine, device, name: deviceName, fallback, isLost } = await openPageEngine(lab.device);
	const data = { name: dataset.description, hash: dataset.hash };
	const provenance = { orrery: "page", node: "", packages: {}, engine: engine.description, data, parameters };
	const session = await createSession(config, { engine, dataset, provenance });
	say({
		type: "opened",
		of: {
			device,
			deviceName,
			...(fallback !== undefined && { fallback }),
			parameters,
			data: dataset.description,
			...(attribution !== undefined && { attribution }),
			tokensPerStep: config.training.batch * context,
			steps: config.training.steps,
			model,
			plateau: plateauOf(dataset, context, config.probes.evaluationBatches),
			vocabulary: Array.from({ length: dataset.vocabularySize }, (_, id) => dataset.tokenizer.decode([id])),
		},
	});
	const opened = new OpenTraining(session, lab, say, isLost);
	await opened.begin();
	return opened;
}

/** The loss of a prediction that knows how often each token occurs, and no more, on the batches of validation. */
function plateauOf(data: Dataset, context: number, evaluationBatches: number): number {
	const count = (split: "train" | "validation", batches: number) =>
		countTokens(data.evaluationBatches(split, batches), context, data.vocabularySize);
	return crossEntropyOf(count("train", 1000), count("validation", evaluationBatches));
}

class OpenTraining implements Lab {
	readonly #session: Session;
	readonly #wanted: TrainingLab;
	readonly #say: (message: Said) => void;
	readonly #isLost: (() => Promise<boolean>) | undefined;
	readonly #training: Training;
	readonly #watchers: Watcher[] = [];
	/** Updates made. */
	#step = 0;
	/** The step to train to. */
	#until = 0;
	#measuredAt = -1;
	#lookWanted = false;
	/** The step of the last pictures, when they were done, and what they cost in milliseconds. */
	#watched = { step: -1, end: Number.NEGATIVE_INFINITY, cost: 0 };
	#state: LabState = "opening";
	#message: string | undefined;
	#rows: MetricsRow[] = [];
	#flushed = 0;
	/** Tokens and seconds of updates since the speed was last told. */
	#window = { tokens: 0, seconds: 0 };
	#tokensPerSecond: number | undefined;
	/** Whether it runs, and sees what is asked by itself. */
	#busy = false;
	#running: Promise<void> = Promise.resolve();

	constructor(
		session: Session,
		wanted: TrainingLab,
		say: (message: Said) => void,
		isLost?: () => Promise<boolean>,
	) {
		this.#isLost = isLost;
		this.#session = session;
		this.#wanted = wanted;
		this.#say = say;
		this.#training = new Training(session, (row) => {
			this.#rows.push(row);
		});
	}

	/** Measures step 0. */
	async begin(): Promise<void> {
		this.#lookWanted = true;
		await this.#go();
	}

	play(): void {
		this.#until = this.#steps;
		this.#go();
	}

	pause(): void {
		this.#until = this.#step;
	}

	step(count: number): void {
		// Of several that are asked for at once, none is lost.
		const from = this.#until < this.#steps ? Math.max(this.#until, this.#step) : this.#step;
		this.#until = Math.min(from + count, this.#steps);
		this.#go();
	}

	look(): void {
		this.#lookWanted = true;
		this.#go();
	}

	async close(): Promise<void> {
		this.pause();
		this.#lookWanted = false;
		await this.#running;
		for (const watcher of this.#watchers) await watcher.dispose();
		await this.#session.close();
	}

	get #steps(): number {
		return this.#session.config.training.steps;
	}

	/** Runs until there is nothing to do; never twice at once. */
	#go(): Promise<void> {
		if (!this.#busy) {
			this.#busy = true;
			this.#running = this.#run();
		}
		return this.#running;
	}

	async #run(): Promise<void> {
		try {
			if (this.#state !== "diverged")
				while (this.#lookWanted || this.#step < this.#until) {
					if (this.#step < this.#until && this.#state !== "playing" && this.#state !== "opening") {
						this.#state = "playing";
						this.#flush();
					}
					if (!this.#lookWanted) await this.#update();
					if (this.#lookWanted || this.#isScheduled(this.#step)) await this.#look();
					if (performance.now() - this.#flushed > often) this.#flush();
					await nextTask();
				}
			if (this.#state !== "diverged") this.#state = this.#step === this.#steps ? "finished" : "paused";
		} catch (error) {
			if (error instanceof Diverged) {
				this.#state = "diverged";
				this.#message = error.message;
				this.#lookWanted = false;
			} else {
				const told = error instanceof Error ? error.message : String(error);
				const isLost = (await this.#isLost?.()) ?? false;
				const message = isLost
					? "The browser has lost the GPU that this trained on. Train again, or choose WebAssembly as the device."
					: told;
				this.#say({ type: "failed", message, user: isLost || error instanceof UserError });
				this.#until = this.#step;
				return;
			}
		}
		// Before it is said: whoever hears it may ask for more.
		this.#busy = false;
		this.#flush();
	}

	async #update(): Promise<void> {
		const step = this.#step;
		const { training } = this.#session.config;
		const start = performance.now();
		const before = this.#training.counters.tokens;
		await this.#training.update(step);
		if (step % training.logEvery === 0) await this.#training.log(step, this.#measuredAt !== step);
		this.#window.tokens += this.#training.counters.tokens - before;
		this.#window.seconds += (performance.now() - start) / 1000;
		this.#step++;
	}

	async #look(): Promise<void> {
		const asked = this.#lookWanted;
		this.#lookWanted = false;
		if (this.#measuredAt !== this.#step) {
			this.#measuredAt = this.#step;
			await this.#training.measure(this.#step);
		}
		if (this.#step === 0) {
			// The first row is there before what is watched is compiled.
			this.#flush();
			const { heads, signals } = this.#wanted.watch ?? {};
			if (heads) this.#watchers.push(await watchHeads(this.#session));
			if (signals) this.#watchers.push(await watchSignals(this.#session));
		}
		if (asked || this.#step === this.#until || this.#isTimeToWatch()) await this.#watch();
	}

	/** Sends pictures of where training stands, unless that was done. */
	async #watch(): Promise<void> {
		if (this.#watched.step === this.#step) return;
		const start = performance.now();
		for (const watcher of this.#watchers) this.#say(await watcher.look(this.#step));
		const end = performance.now();
		this.#watched = { step: this.#step, end, cost: end - start };
	}

	/** A third of the time, at most, is for pictures. */
	#isTimeToWatch(): boolean {
		const { end, cost } = this.#watched;
		return performance.now() - end > 2 * cost;
	}

	#isScheduled(step: number): boolean {
		return step !== this.#measuredAt && isMeasured(step, this.#session.config.probes.schedule, this.#steps);
	}

	/** Sends the rows that have come, and where training stands. */
	#flush(): void {
		this.#flushed = performance.now();
		if (this.#rows.length > 0) this.#say({ type: "rows", rows: this.#rows.splice(0) });
		const { tokens, seconds } = this.#window;
		if (seconds > 1 || (this.#tokensPerSecond === undefined && tokens > 0)) {
			this.#tokensPerSecond = tokens / seconds;
			this.#window = { tokens: 0, seconds: 0 };
		}
		this.#say({
			type: "state",
			state: this.#state,
			step: this.#step,
			...(this.#tokensPerSecond !== undefined && { tokensPerSecond: this.#tokensPerSecond }),
			...(this.#message !== undefined && { message: this.#message }),
		});
	}
}

/** Lets messages through: a timer would wait for milliseconds, a promise not at all. */
function nextTask(): Promise<void> {
	return new Promise((resolve) => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => {
			port1.close();
			resolve();
		};
		port2.postMessage(undefined);
	});
}
