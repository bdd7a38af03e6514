/** Saturation (§4.1, Def. 1): how near trained networks are to their limit, what that is due to, and what it costs. */
import type { Analysis, Part } from "../study.ts";
import type { Size } from "./presets.ts";
import { saturationClaims } from "./saturation/claims.ts";
import { saturationFigures } from "./saturation/figures.ts";
import { measureSaturation, type SaturationOptions } from "./saturation/measure.ts";

export const saturation: Part = {
	name: "saturation",
	title: "Saturation and the saturated network",
	introduction:
		"If all parameters of a transformer are multiplied by c → ∞, its states turn towards those of a saturated network, " +
		"whose attention is hard and whose sums keep only the terms that grow fastest (Def. 1, §4.2). The paper measures how " +
		"near a network is to it by the cosine with the states at c = 1000. Here the saturated network is also run as a " +
		"network of its own, with the trained parameters and no large numbers, so that c = 1000 can be checked against the " +
		"limit. Controls ask whether training, norm or structure saturates, and the loss stands beside every value: a network " +
		"that gives all tokens one state is saturated and knows nothing.",
	claims: saturationClaims,
	figures: saturationFigures,
};

const laptop: SaturationOptions = { tokens: 1024, factor: 1000, dtype: "float64" };

const sizes: Readonly<Record<Size, SaturationOptions>> = {
	smoke: { ...laptop, tokens: 256 },
	quick: { ...laptop, tokens: 512 },
	laptop,
	// Four networks of 38 million encoder parameters.
	paper: { ...laptop, dtype: "float32" },
};

/** One analysis for each of the trainings named, so that a run that diverges takes no other with it. */
export const saturationExperiments = (size: Size, runs: readonly string[]): Analysis[] =>
	runs.map((run) => ({
		kind: "analysis",
		name: `saturation/${run}`,
		title: `Saturation of ${run}`,
		needs: [run],
		options: { ...sizes[size] },
		compute: async (tools) => measureSaturation(await tools.run(run), sizes[size], tools),
	}));
