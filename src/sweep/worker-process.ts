/** A worker as its parent sees it: a child process that is given one cell at a time. */
import { type ChildProcess, fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { FromWorker, Job, ToWorker } from "./messages.ts";

/** `worker.js` where this is built, `worker.ts` where it is not. */
const entry = fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));

/** How a worker's work on a cell ended; `failed` also if the process died of it. */
export interface WorkerOutcome {
	readonly state: string;
	readonly message?: string;
}

export class WorkerProcess {
	readonly #child: ChildProcess;
	readonly #closed: Promise<void>;
	/** The last of what it said on stderr, where a process that dies says why. */
	#said = "";
	#end: WorkerOutcome | undefined;

	constructor() {
		this.#child = fork(entry, { execArgv: [], stdio: ["ignore", "ignore", "pipe", "ipc"] });
		this.#child.stderr!.on("data", (data) => {
			this.#said = `${this.#said}${data}`.slice(-2000);
		});
		this.#closed = new Promise((resolve) => {
			const closed = (message: string) => {
				this.#end = { state: "failed", message };
				resolve();
			};
			this.#child.once("error", (error) => closed(`The process could not be started: ${error.message}`));
			this.#child.once("close", (code, signal) =>
				closed(
					`The process ${signal ? `was ended by ${signal}` : `ended with code ${code}`}.` +
						`${this.#said.trim() && `\n${this.#said.trim()}`}`,
				),
			);
		});
	}

	/** Runs one cell; never throws. A worker whose outcome is `failed` is not to be used again. */
	async run(job: Job, onProgress: (fraction: number) => void): Promise<WorkerOutcome> {
		return new Promise((resolve) => {
			const onMessage = (message: FromWorker) => {
				if (message.type === "progress") onProgress(message.fraction);
				else {
					this.#child.off("message", onMessage);
					resolve(message.type === "ended" ? message : { state: "failed", message: message.message });
				}
			};
			this.#child.on("message", onMessage);
			void this.#closed.then(() => resolve(this.#end!));
			this.#send({ type: "run", job });
		});
	}

	/** Asks it to save its cell and to end that. */
	stop(): void {
		this.#send({ type: "stop" });
	}

	/** Ends the process at once. */
	async close(): Promise<void> {
		this.#child.kill("SIGKILL");
		await this.#closed;
	}

	#send(message: ToWorker): void {
		// A channel that is broken already is told of by `close`.
		if (this.#child.connected) this.#child.send(message, () => {});
	}
}
