/**
 * RoBERTa (Liu et al. 2019), and models with its code: XLM-RoBERTa, CamemBERT. Positions are counted from the row
 * after the padding token's, which is 1 where the configuration does not say.
 */
import { bertFamily } from "./bert-encoder.ts";

export const roberta = bertFamily({
	name: "RoBERTa",
	modelTypes: ["roberta", "xlm-roberta", "camembert"],
	prefix: "roberta.",
	padToken: 1,
	firstPosition: (padToken) => padToken + 1,
	padsPositions: true,
});
