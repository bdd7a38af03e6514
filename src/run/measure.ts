/** One measurement of a run: every probe at one step, as a row of metrics. Nothing of the training is touched. */
import type { Batch } from "../data/batches.ts";
import type { Tensor, TypedArray } from "../engine/types.ts";
import { learningRateAt } from "../optimizer/schedule.ts";
import { type Measured, metrics } from "../probe/measure.ts";
import { accuracy } from "../probe/recognition.ts";
import { stepMetrics } from "../probe/step.ts";
import type { ResolvedConfig } from "./config.ts";
import { batchLeaves } from "./programs.ts";
import { copyOf, disposeAll, type Session } from "./session.ts";

/** The learning rate of the update that follows `step`. */
export const learningRateOf = ({ schedule, optimizer, training }: ResolvedConfig, step: number): number =>
	learningRateAt(schedule, optimizer.learningRate, training.steps, step);

/**
 * What is known of the model before update `step`: training loss and gradient on the batch of that update, validation
 * loss, norms, directions, saturation. Afterwards `session.previous` holds the parameters measured now.
 */
export async function measureStep(session: Session, step: number): Promise<Record<string, number>> {
	const { config, programs, params, state, dataset, optimizer } = session;
	const learningRate = learningRateOf(config, step);
	const gradient = await programs.gradient(
		params,
		state,
		optimizer.scalars(step, learningRate),
		batchLeaves(dataset.trainBatch(step)),
	);
	const [trainLoss] = await take(gradient.loss);
	const measured = await programs.measure(
		params,
		session.previous,
		session.initial,
		inputsOf(session.probeBatch, config.model.context),
		config.probes.saturationFactor,
	);
	const values: Record<string, TypedArray> = {};
	for (const [name, tensor] of Object.entries(measured)) values[name] = await take(tensor);
	const validationLoss = await evaluate(session);
	const row: Record<string, number> = {
		...lossMetrics(session, "train", trainLoss!),
		...lossMetrics(session, "val", validationLoss),
		...(await recognition(session)),
		"optim/lr": learningRate,
		...metrics(config.model, values as Measured<TypedArray>),
		...stepMetrics(Object.keys(params), await take(gradient.sums)),
	};
	if (step === 0)
		// There is no measurement before the first one to have turned from.
		for (const key of Object.keys(row)) if (/^dyn\/direction\..*previous$/.test(key)) delete row[key];
	disposeAll(session.previous);
	session.previous = await copyOf(session.engine, params);
	return row;
}

/** A loss and its perplexity; where sets of tokens are predicted there is none. */
export const lossMetrics = (
	{ programs }: Session,
	of: "train" | "val",
	loss: number,
): Record<string, number> => ({
	[`${of}/loss`]: loss,
	...(programs.recognise ? {} : { [`${of}/perplexity`]: Math.exp(loss) }),
});

/** The share of strings recognised in validation, and in each set of test strings; nothing for a text. */
async function recognition(session: Session): Promise<Record<string, number>> {
	const { recognise } = session.programs;
	if (!recognise) return {};
	const share = async (batches: readonly Batch[]) => {
		const wrong: TypedArray[] = [];
		for (const batch of batches) wrong.push(await take(await recognise(session.params, batchLeaves(batch))));
		return accuracy(
			wrong,
			batches.map(({ weights }) => weights),
		);
	};
	const row: Record<string, number> = { "val/accuracy": await share(session.evaluationBatches) };
	for (const [name, batches] of session.testBatches) row[`test/accuracy.${name}`] = await share(batches);
	return row;
}

/** Mean loss over the evaluation batches, each counted by its weights. */
async function evaluate({ config, programs, params, evaluationBatches }: Session): Promise<number> {
	let [sum, total] = [0, 0];
	for (const batch of evaluationBatches) {
		const [loss] = await take(await programs.evaluate(params, batchLeaves(batch)));
		const weight = batch.weights
			? batch.weights.reduce((a, b) => a + b, 0)
			: config.training.batch * config.model.context;
		sum += loss! * weight;
		total += weight;
	}
	return sum / total;
}

/** The values of a tensor that is not needed any more. */
export async function take(tensor: Tensor): Promise<TypedArray> {
	const values = await tensor.read();
	tensor.dispose();
	return values;
}

/**
 * Inputs [sequences, context] out of sequences [sequences, context + 1]: all but the last token of each. Every real
 * token counts the same, however the loss weights it.
 */
function inputsOf({ tokens, weights }: Batch, context: number): Record<string, TypedArray> {
	const inputs = tokens.filter((_, i) => i % (context + 1) !== context);
	return weights ? { tokens: inputs, weights: weights.map((w) => Number(w > 0)) } : { tokens: inputs };
}
