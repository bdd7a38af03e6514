/**
 * The T5 series: norms and cosines of 104 checkpoints of T5-base's pretraining, read off the figures that Merrill et
 * al. 2021 published with their code (`data/t5-norms`, about four digits).
 *
 * The paper's Fig. 1 is of the encoder alone; the only norm plot in its repository is of encoder and decoder. Both
 * are here: the encoder's norm is the root of the sum of squares over its blocks.
 */
import { readFileSync } from "node:fs";
import { jointCosine, jointNorm, type Step, stepBetween } from "../../theory/series.ts";

export interface NormSeries {
	readonly steps: readonly number[];
	readonly norms: readonly number[];
	/** `cosines[i]` is between checkpoints i and i + 1; one fewer than `steps`. */
	readonly cosines: readonly number[];
}

export interface T5Norms {
	readonly encoderAndDecoder: NormSeries;
	readonly encoder: NormSeries;
	/** The encoder's 12 blocks, first to last. */
	readonly blocks: readonly NormSeries[];
}

const folder = new URL("../../../data/t5-norms/", import.meta.url);

/** Rows of numbers under one row of names. */
function readColumns(file: string): Record<string, number[]> {
	const [header, ...lines] = readFileSync(new URL(file, folder), "utf8").trim().split("\n");
	const rows = lines.map((line) => line.split(",").map(Number));
	return Object.fromEntries(
		header!
			.trim()
			.split(",")
			.map((name, j) => [name, rows.map((row) => row[j]!)]),
	);
}

export function readT5Norms(): T5Norms {
	const norms = readColumns("param-norm.csv");
	const cosines = readColumns("cosine.csv");
	const steps = norms["step"]!;
	const names = Array.from({ length: 12 }, (_, i) => `encoder_block_${i + 1}`);
	const blocks = names.map((name) => ({ steps, norms: norms[name]!, cosines: cosines[name]! }));
	const at = (i: number) => blocks.map((block) => block.norms[i]!);
	return {
		encoderAndDecoder: {
			steps,
			norms: norms["param_norm_all_but_shared_embedding"]!,
			cosines: cosines["cos_all"]!,
		},
		encoder: {
			steps,
			norms: steps.map((_, i) => jointNorm(at(i))),
			cosines: steps.slice(1).map((_, i) =>
				jointCosine(
					at(i),
					at(i + 1),
					blocks.map((block) => block.cosines[i]!),
				),
			),
		},
		blocks,
	};
}

/** The steps between consecutive checkpoints. */
export const stepsOf = ({ norms, cosines }: NormSeries): Step[] =>
	cosines.map((cosine, i) => stepBetween(norms[i]!, norms[i + 1]!, cosine));
