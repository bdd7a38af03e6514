/** One measurement of a run: every probe at one step, as a row of metrics. Nothing of the training is touched. */
import { learningRateAt } from "../optimizer/schedule.ts";
import { metrics } from "../probe/measure.ts";
import { stepMetrics } from "../probe/step.ts";
import type { Tensor } from "../engine/types.ts";
import { copyOf, disposeAll, type Session } from "./session.ts";

/**
 * What is known of the model before update `step`: training loss and gradient on the batch of that update, validation
 * loss, norms, directions, saturation. Afterwards `session.previous` holds the parameters measured now.
 */
export async function measureStep(session: Session, step: number): Promise<Record<string, number>> {
	const { config, programs, params, state, dataset, optimizer } = session;
	const learningRate = learningRateAt(
		config.schedule,
		config.optimizer.learningRate,
		config.training.steps,
		step,
	);
	const gradient = await programs.gradient(
		params,
		state,
		optimizer.scalars(step, learningRate),
		{ ...dataset.trainBatch(step) },
	);
	const trainLoss = await scalar(gradient.loss);
	const measured = await programs.measure({
		params,
		previous: session.previous,
		initial: session.initial,
		factor: config.probes.saturationFactor,
		...inputsOf(session.probeBatch, config.model.context),
	});
	const validationLoss = await evaluate(session);
	const row: Record<string, number> = {
		"train/loss": trainLoss,
		"train/perplexity": Math.exp(trainLoss),
		"val/loss": validationLoss,
		"val/perplexity": Math.exp(validationLoss),
		"optim/lr": learningRate,
		...metrics(config.model, await readAll(measured)),
		...stepMetrics(Object.keys(params), await take(gradient.sums)),
	};
	if (step === 0)
		// There is no measurement before the first one to have turned from.
		for (const key of Object.keys(row)) if (/^dyn\/direction\..*previous$/.test(key)) delete row[key];
	disposeAll(session.previous);
	session.previous = await copyOf(session.engine, params);
	return row;
}
