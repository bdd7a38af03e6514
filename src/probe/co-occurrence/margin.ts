/** Margins, and how near the word values are to the direction that maximises them (spec §7.4; Soudry et al. 2018). */
import type { Observation } from "../../model/co-occurrence/form.ts";
import { leastMarginOf } from "../../model/co-occurrence/logistic.ts";
import { sumOf } from "./classes.ts";
import type { Reference } from "./reference.ts";

/** The max-margin direction of (G₁, G₂, G₃) without irrelevant words: AND with a bias. */
const ideal = Float64Array.of(2, 2, -3);

export interface Margin {
	/** min_i y_i F_i. */
	readonly least: number;
	/** The same over ‖G‖: tends to γ of the data under uniform attention. */
	readonly normalised: number;
	/** ‖c‖ / mean g ≥ γ, tends to γ. */
	readonly gamma: number;
	/** Cosine of (G₁, G₂, G₃) to (2, 2, −3). */
	readonly cosine: number;
	/** Cosine of G to the data's own hard-margin direction. */
	readonly svm: number;
	/** ‖G‖ over the words that occur. */
	readonly norm: number;
}

export function marginOf(reference: Reference, { outputs, residuals, c, G }: Observation): Margin {
	const { dataset, occurring, svm } = reference;
	const own = Float64Array.from(occurring, (word) => G[word]!);
	const norm = Math.hypot(...own);
	const least = leastMarginOf(outputs, dataset.labels);
	return {
		least,
		normalised: least / norm,
		gamma: Math.hypot(...c) / (sumOf(residuals) / dataset.samples),
		cosine: cosine(G.subarray(0, 3), ideal),
		svm: cosine(
			own,
			Float64Array.from(occurring, (word) => svm.direction[word]!),
		),
		norm,
	};
}

const cosine = (a: Float64Array, b: Float64Array): number =>
	a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (Math.hypot(...a) * Math.hypot(...b));
