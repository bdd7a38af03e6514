/** The states of a pretrained model in their order, each with its place in the depth of its stack. */
import type { Stack } from "../model/families/family.ts";

export interface StatePlace {
	/** As the family shows it: `encoder.block.3`. */
	readonly name: string;
	readonly stack: Stack["name"];
	readonly state: "embeddings" | "block" | "final_norm";
	/** Blocks passed: 0 for the embeddings, i after block i − 1; the final norm comes one later than the last block. */
	readonly layer: number;
}

export const statePlaces = (stacks: readonly Stack[]): StatePlace[] =>
	stacks.flatMap(({ name: stack, layers, finalNorm }) => [
		{ name: `${stack}.embeddings`, stack, state: "embeddings" as const, layer: 0 },
		...Array.from({ length: layers }, (_, i) => ({
			name: `${stack}.block.${i}`,
			stack,
			state: "block" as const,
			layer: i + 1,
		})),
		...(finalNorm
			? [{ name: `${stack}.final_norm`, stack, state: "final_norm" as const, layer: layers + 1 }]
			: []),
	]);

/** Short names for tables and axes: `emb`, `3`, `norm`. */
export const stateLabel = ({ state, layer }: Pick<StatePlace, "state" | "layer">): string =>
	state === "embeddings" ? "emb" : state === "final_norm" ? "norm" : String(layer);
