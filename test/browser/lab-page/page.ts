/** A page with nothing but the playground's worker: what it says is kept, for tests to read. */
import type { FromWorker, ToWorker } from "../../../src/web/play/worker/protocol.ts";

export interface LabPage {
	/** Everything that the worker has said. */
	readonly said: (FromWorker & { readonly at: number })[];
	tell(message: ToWorker): void;
}

const worker = new Worker(new URL("../../../src/web/play/worker/worker.ts", import.meta.url), {
	type: "module",
});
const said: LabPage["said"] = [];
worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
	said.push({ ...data, at: performance.now() });
});
worker.addEventListener("error", ({ message }) => {
	said.push({ type: "failed", lab: -1, message, user: false, at: performance.now() });
});
Object.assign(window, {
	labPage: { said, tell: (message) => worker.postMessage(message) } satisfies LabPage,
});
