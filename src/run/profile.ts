/** Where the time of a training step goes, by operator. */
import type { ProfileRow } from "../engine/types.ts";
import type { RunConfig } from "./config.ts";
import { learningRateOf } from "./measure.ts";
import { openSession } from "./open-session.ts";
import { batchLeaves } from "./programs.ts";

export interface StepProfile {
	/** Milliseconds of a step without profiling, the median of several. */
	readonly stepMilliseconds: number;
	/** Milliseconds in each operator of one profiled step, longest first. */
	readonly rows: readonly ProfileRow[];
	/** Share of the operators' time that is matrix products. */
	readonly products: number;
}

const warmUp = 3;
const timed = 9;

/** Trains a dozen steps of a run, writes nothing, and profiles the last. */
export async function profileStep(config: RunConfig): Promise<StepProfile> {
	const session = await openSession(config);
	try {
		const { programs, optimizer, dataset } = session;
		const argumentsOf = (step: number) =>
			[
				session.params,
				session.state,
				optimizer.scalars(step, learningRateOf(session.config, step)),
				batchLeaves(dataset.trainBatch(step)),
			] as const;
		const keep = ([params, state, loss]: Awaited<ReturnType<typeof programs.step>>) => {
			session.params = params;
			session.state = state;
			loss.dispose();
		};
		const times: number[] = [];
		for (let step = 0; step < warmUp + timed; step++) {
			const start = performance.now();
			keep(await programs.step(...argumentsOf(step)));
			if (step >= warmUp) times.push(performance.now() - start);
		}
		const { result, rows } = await programs.step.profile(...argumentsOf(warmUp + timed));
		keep(result);
		const total = (of: readonly ProfileRow[]) => of.reduce((sum, row) => sum + row.milliseconds, 0);
		return {
			stepMilliseconds: times.sort((a, b) => a - b)[Math.floor(timed / 2)]!,
			rows,
			products: total(rows.filter((row) => /Gemm|MatMul/.test(row.operator))) / total(rows),
		};
	} finally {
		await session.close();
	}
}
