/** Heads (§4.2, Fig. 3): which positions they attend to, trained and saturated; and what saturated heads can compute. */
import type { Analysis, Experiment, Part } from "../study.ts";
import { headClaims } from "./heads/claims.ts";
import { constructionClaims } from "./heads/construction-claims.ts";
import { type ConstructionsOptions, examineConstructions } from "./heads/constructions.ts";
import { headFigures } from "./heads/figures.ts";
import { measureHeads } from "./heads/measure.ts";
import { signatureClaims } from "./heads/signature-claims.ts";
import { measureSignatures } from "./heads/signatures.ts";
import type { Size } from "./presets.ts";

export const heads: Part = {
	name: "heads",
	title: "Heads and constructions",
	introduction:
		"In a saturated network a head gives equal weight to the positions whose score is largest: one for an argmax head, " +
		"all for a mean head (§4.2, eq. 1). The paper counts positions attended and finds two modes, at 1 and near half the " +
		"sentence (Fig. 3). Its published mask lets later tokens in, and the second mode is what that leak looks like: a head " +
		"whose visible scores are negative attends to everything after it, 41.012 of 83 positions on average, where a mean " +
		"head attends to 42. Here both masks are trained and counted, softer statistics stand beside the count, and saturated " +
		"transformers with written parameters recognise aⁿbⁿ and aⁿbⁿcⁿ, checked string by string.",
	claims: [...headClaims, ...signatureClaims, ...constructionClaims],
	figures: headFigures,
};

interface HeadsSize {
	/** Validation sentences; the paper looks at 200. */
	readonly sentences: number;
	/** Lengths at which engineered heads are counted. */
	readonly contexts: readonly number[];
	readonly constructions: ConstructionsOptions;
}

const factors = [0.5, 0.75, 1, 1.1, 1.2, 1.3, 1.5, 2];
const thorough: ConstructionsOptions = {
	exhaustive: [12, 9],
	longest: 72,
	random: 200,
	factors,
	softLongest: 40,
};

const sizes: Readonly<Record<Size, HeadsSize>> = {
	smoke: {
		sentences: 4,
		contexts: [83],
		constructions: { exhaustive: [8, 6], longest: 24, random: 50, factors: [0.5, 1, 2], softLongest: 18 },
	},
	quick: {
		sentences: 8,
		contexts: [83],
		constructions: { ...thorough, longest: 61, factors: [0.5, 1, 1.2, 1.5, 2] },
	},
	laptop: { sentences: 16, contexts: [83, 700], constructions: thorough },
	paper: { sentences: 200, contexts: [83, 700], constructions: { ...thorough, longest: 120 } },
};

/** Of a size, with the heads of the trainings named. */
export function headsExperiments(size: Size, runs: readonly string[]): Experiment[] {
	const { sentences, contexts, constructions } = sizes[size];
	return [
		...runs.map(
			(run): Analysis => ({
				kind: "analysis",
				// One a run, so that a run that diverges takes no other with it.
				name: `heads/${run}`,
				title: `Heads of ${run}`,
				needs: [run],
				options: { sentences },
				compute: async (tools) => measureHeads(await tools.run(run), sentences, tools),
			}),
		),
		{
			kind: "analysis",
			name: "head-signatures",
			title: "Engineered heads behind both masks",
			needs: [],
			options: { contexts },
			compute: (tools) => measureSignatures(contexts, tools),
		},
		{
			kind: "analysis",
			name: "constructions",
			title: "Saturated transformers that count",
			needs: [],
			options: { ...constructions },
			compute: (tools) => examineConstructions(constructions, tools),
		},
	];
}
