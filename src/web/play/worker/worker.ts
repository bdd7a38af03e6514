/** The playground's worker: one lab at a time, messages in their order (`protocol.ts`). */
import "../../no-eval.ts";
import { UserError } from "../../../error.ts";
import { openFlowLab } from "./flow-lab.ts";
import type { Lab } from "./lab.ts";
import type { FromWorker, Lab as LabOf, ToWorker } from "./protocol.ts";
import { type LabText, openTrainingLab } from "./training-lab.ts";

let open: Lab | undefined;
/** Aborted when the lab that opens is wanted no more. */
let opening = new AbortController();
/** What is asked is done after what was asked before. */
let queue: Promise<void> = Promise.resolve();

const post = (message: FromWorker): void => postMessage(message);

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
	if (data.type === "open" || data.type === "close") {
		opening.abort();
		opening = new AbortController();
	}
	const { signal } = opening;
	queue = queue.then(() => answer(data, signal));
});

async function answer(message: ToWorker, signal: AbortSignal): Promise<void> {
	switch (message.type) {
		case "open":
			return openLab(message.lab, message.of, signal);
		case "close":
			return closeLab();
		case "step":
			return open?.step(message.count);
		default:
			return open?.[message.type]();
	}
}

async function closeLab(): Promise<void> {
	const closing = open;
	open = undefined;
	// What has failed, a lost GPU say, may not close either; that is no trouble of the lab that comes next.
	await closing?.close().catch(console.warn);
}

async function openLab(lab: number, of: LabOf, signal: AbortSignal): Promise<void> {
	const say = (message: object) => post({ ...message, lab } as FromWorker);
	try {
		await closeLab();
		if (signal.aborted) return;
		post({ type: "state", lab, state: "opening", step: 0 });
		open =
			of.kind === "flow"
				? await openFlowLab(of, say, signal)
				: await openTrainingLab(of, await textOf(of.text), say);
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		post({ type: "failed", lab, message, user: error instanceof UserError });
	}
}

/** The text of the page comes with its own file, when it is wanted. */
const textOf = async (text: "wikitext-2" | { name: string; own: string }): Promise<LabText> =>
	typeof text === "string"
		? (await import("virtual:page-text")).default
		: { name: text.name, text: text.own };
