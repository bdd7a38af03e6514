/**
 * The heads of a pretrained model, as trained and with all parameters times c: at how many positions each looks, and
 * where (Merrill et al. 2021, §4.2, Fig. 3). Statistics are those of `probe/heads.ts`.
 */
import { classOf } from "../probe/head-class.ts";
import { type HeadStatistics, headStatistics, type QueryBatch, queryQuantities } from "../probe/heads.ts";
import type { MeasureContext } from "./compare-states.ts";
import { disposeAll, type Loaded } from "./network-runner.ts";

export interface HeadRow extends HeadStatistics {
	/** `cross`: of a decoder to its encoder. */
	readonly attention: "encoder" | "decoder" | "cross";
	/** Parameters as they are, or times c. */
	readonly view: "soft" | "scaled";
	readonly causal: boolean;
	/** By effective positions as trained, by positions attended where scaled. */
	readonly class: string;
}

/** One row a head and view. */
export async function measureHeads({
	runner,
	model,
	batches,
	trained,
	scaled,
}: MeasureContext): Promise<HeadRow[]> {
	// A sequence of one token has no choice anywhere.
	const useful = batches.filter(({ lengths }) => lengths.some((length) => length > 1));
	if (useful.length === 0) return [];
	const kinds = model.stacks.flatMap(({ name, layers, heads, causal }) => {
		const crosses = name === "decoder" && model.stacks.some((stack) => stack.name === "encoder");
		return [
			{ attention: name, prefix: `${name}.attention`, layers, heads, causal },
			...(crosses
				? [{ attention: "cross" as const, prefix: `${name}.cross_attention`, layers, heads, causal: false }]
				: []),
		];
	});
	const rows: HeadRow[] = [];
	for (const kind of kinds) {
		const { attention, prefix, layers, causal } = kind;
		const view = {
			key: prefix,
			names: Array.from({ length: layers }, (_, i) => `${prefix}.${i}`),
			summary: (weights: Parameters<typeof queryQuantities>[0]) => [queryQuantities(weights)],
		};
		const look = async (params: Loaded, seen: HeadRow["view"]): Promise<HeadRow[]> => {
			const read: QueryBatch[] = [];
			for (const batch of useful) {
				const tensors = await runner.show(params, batch, view);
				read.push({ queries: await tensors[0]!.read(), time: batch.time, lengths: batch.lengths });
				disposeAll(tensors);
			}
			return headStatistics(kind, read).map((head) => ({
				attention,
				view: seen,
				causal,
				...head,
				class: classOf(seen === "soft" ? head.effectiveShare : head.positionsShare),
			}));
		};
		rows.push(...(await look(trained, "soft")), ...(await look(scaled, "scaled")));
	}
	return rows;
}
