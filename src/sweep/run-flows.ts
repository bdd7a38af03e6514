/** Gradient flows in folders of their own, computed side by side by the worker processes of sweeps. */
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { UserError } from "../error.ts";
import type { FlowConfig } from "../run/flow/config.ts";
import { runPaths } from "../run/paths.ts";
import { WorkerPool } from "./worker-pool.ts";

export interface FlowJob {
	readonly config: FlowConfig;
	/** Made if absent; a flow that is there is replaced. */
	readonly directory: string;
}

export interface RunFlowsOptions {
	/** Child processes at a time. Default: the number of cores. */
	readonly processes?: number | undefined;
	/** Aborting it interrupts the flows that are running; no further one is begun. */
	readonly signal?: AbortSignal | undefined;
	/** Told how far all of them together are, 0 to 1. */
	readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** Computes the flows; throws a `UserError` that names the first that cannot be. One that diverges has ended. */
export async function runFlows(flows: readonly FlowJob[], options: RunFlowsOptions = {}): Promise<void> {
	const { processes = availableParallelism(), signal, onProgress } = options;
	const moved = new Map<FlowJob, number>();
	const move = (flow: FlowJob, fraction: number) => {
		moved.set(flow, fraction);
		onProgress?.([...moved.values()].reduce((sum, share) => sum + share, 0) / flows.length);
	};
	let error: UserError | undefined;
	const pool = new WorkerPool<FlowJob>({
		processes,
		job: ({ config, directory }) => ({ directory, config, keepCheckpoints: true }),
		stopped: () => error !== undefined || (signal?.aborted ?? false),
		onMove: move,
		onEnd(flow, { state, message }) {
			if (state === "finished" || state === "diverged") move(flow, 1);
			if (state !== "failed" || signal?.aborted) return;
			error ??= new UserError(`${message} (${flow.directory})`);
			pool.stop();
		},
	});
	// A worker leaves alone what has ended.
	for (const { directory } of flows) await rm(runPaths(directory).status, { force: true });
	const stop = () => pool.stop();
	signal?.addEventListener("abort", stop);
	try {
		// Descents take thousands of steps and flows a hundred: the longest first, or a core waits for it in the end.
		await pool.run(flows.toSorted((a, b) => stepsOf(b) - stepsOf(a)));
	} finally {
		signal?.removeEventListener("abort", stop);
	}
	if (error) throw error;
}

const stepsOf = ({ config: { dynamics } }: FlowJob): number =>
	dynamics.name === "descent" ? dynamics.steps : 0;
