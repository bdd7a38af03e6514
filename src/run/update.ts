/** One update of a session's parameters: the step of training, in Node and in a page. */
import type { Tensor } from "../engine/types.ts";
import { learningRateOf } from "./measure.ts";
import { batchLeaves } from "./programs.ts";
import type { Session } from "./session.ts";

/**
 * Replaces parameters and optimizer state by their successors. The loss, of the batch before the update, is left in the
 * engine's memory for who wants to read it; `tokens` is how many predictions the batch made.
 */
export async function updateParameters(
	session: Session,
	step: number,
): Promise<{ loss: Tensor; tokens: number }> {
	const { config, programs, optimizer, dataset } = session;
	const batch = dataset.trainBatch(step);
	const [params, state, loss] = await programs.step(
		session.params,
		session.state,
		optimizer.scalars(step, learningRateOf(config, step)),
		batchLeaves(batch),
	);
	session.params = params;
	session.state = state;
	// Of each row the last token is no input.
	return { loss, tokens: batch.tokens.length - config.training.batch };
}
