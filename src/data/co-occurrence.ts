/**
 * Sentences of words of which two matter: the data of Yang et al. 2024, Def. 2.1 and Assumption 2.3.
 *
 * A sample is `length` words at random positions. Word 2 (μ₃, the common one) is in every sample; words 0 and 1 (μ₁, μ₂,
 * the targets) are both in it (class 1, y = +1), one of them (classes 2 and 3), or neither (class 4, y = −1); all other
 * words are irrelevant. The label is whether the targets occur together.
 */

export interface CoOccurrenceSet {
	readonly samples: number;
	readonly length: number;
	readonly words: number;
	/** Words by sample and position: [samples, length]. */
	readonly tokens: Int32Array;
	/** 1 to 4, and ±1: [samples]. */
	readonly classes: Int8Array;
	readonly labels: Int8Array;
}
