/** Names that experiments, rows, claims and figures of the part share. */

/** The sweeps, and their folders beside the report. */
export const gridName = "training/grid";
export const seedsName = "training/seeds";
export const longName = "training/long";

/** A run of no steps, which stands for the text, and the analysis of its tokens. */
export const textName = "training/text";
export const unigramName = "training/unigram";

/** How many times as many steps the long runs have: the paper's "about five times". */
export const longer = 5;

/** E-SPA with the γ_L of both public implementations; the methods here have 0.1, for sequences of 64 tokens. */
export const publishedGamma = "e-spa, γ 0.005";

/**
 * c of the saturation probe. 1000, as Merrill et al. have it, needs a normalisation in each sublayer: without, states grow
 * like c^(1 + 4·layers) (one more a block with trained gains), and float32 ends at 1e38. 1.25^181 is 3.5e17, which leaves
 * room for what training adds; 1.5 overflowed.
 */
export const saturationFactor = 1.25;
