/**
 * How long a run will take, measured before it starts: a few steps with one and with two sequences a batch. The time
 * of a step is nearly linear in the batch (what does not depend on it, the optimizer's pass, is the intercept).
 */
import type { RunConfig } from "./config.ts";
import { learningRateOf, take } from "./measure.ts";
import { openSession } from "./open-session.ts";
import { batchLeaves } from "./programs.ts";

/** Expected seconds of a run's training steps on this machine as it is now; measuring and saving come on top. */
export async function estimateSeconds(config: RunConfig): Promise<number> {
	const { steps, batch } = config.training;
	const one = await stepSeconds(config, 1);
	const each = batch > 1 ? Math.max(0, (await stepSeconds(config, 2)) - one) : 0;
	return steps * (one + (batch - 1) * each);
}

/** Seconds of a training step with `batch` sequences: the least of three, after one to warm up. */
async function stepSeconds(config: RunConfig, batch: number): Promise<number> {
	const session = await openSession({ ...config, training: { ...config.training, batch } });
	try {
		const times: number[] = [];
		for (let i = 0; i < 4; i++) {
			const start = performance.now();
			const scalars = session.optimizer.scalars(i, learningRateOf(session.config, i));
			const data = batchLeaves(session.dataset.trainBatch(i));
			const [params, state, loss] = await session.programs.step(session.params, session.state, scalars, data);
			session.params = params;
			session.state = state;
			await take(loss);
			times.push((performance.now() - start) / 1000);
		}
		return Math.min(...times.slice(1));
	} finally {
		await session.close();
	}
}
