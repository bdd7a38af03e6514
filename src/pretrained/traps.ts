/**
 * What goes wrong when saturation is measured as Merrill et al.'s code measured it (specification §4.3), measured:
 *
 *     dropout   random models stay in training mode: two masks, one for each run, and the cosine is one of noise too
 *     skips     at c·θ a post-norm model has no residual connections left, so it is compared with another network
 *
 * Two more traps need no run of their own: the decoder of T5 taken for its encoder, and the last state after the final
 * normalisation taken for the last block's. Both are in the rows of every measurement.
 */
import { type MeasureContext, randomValues, saturationOf, withBoth } from "./compare-states.ts";
import type { StatePlace } from "./states.ts";

/** Cosines of one state, mean over tokens. */
export interface TrapRow extends Omit<StatePlace, "name"> {
	readonly trap: "dropout" | "skips";
	/** dropout: a random model's saturation with dropout off; skips: states with and without skips at θ. */
	readonly right: number;
	/** dropout: with dropout on; skips: states with and without skips at c·θ. */
	readonly wrong: number;
}

/** Passages that are enough to see it. */
const most = 12;

export async function measureTraps(context: MeasureContext): Promise<TrapRow[]> {
	const { runner, model, places, batches, trained, scaled, factor } = context;
	let seen = 0;
	const few = batches.filter(({ lengths }) => {
		const isWanted = seen < most;
		seen += lengths.length;
		return isWanted;
	});
	const advance = () => {};
	const rows: TrapRow[] = [];
	const add = (trap: TrapRow["trap"], right: readonly number[], wrong: readonly number[]) => {
		for (const [i, { name: _, ...place }] of places.entries())
			rows.push({ trap, ...place, right: right[i]!, wrong: wrong[i]! });
	};
	const cosines = async (...args: Parameters<typeof saturationOf>) =>
		(await saturationOf(...args)).map(({ saturation }) => saturation);

	const bare = [{}, { skips: false }] as const;
	add(
		"skips",
		await cosines(runner, places, few, trained, trained, advance, bare),
		await cosines(runner, places, few, scaled, scaled, advance, bare),
	);

	if (model.config.dropout > 0) {
		const masks = [{ dropout: 0 }, { dropout: 1 }] as const;
		await withBoth(runner, factor, randomValues(model, 0), async (random, far) =>
			add(
				"dropout",
				await cosines(runner, places, few, random, far, advance),
				await cosines(runner, places, few, random, far, advance, masks),
			),
		);
	}
	return rows;
}
