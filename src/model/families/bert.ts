/** BERT (Devlin et al. 2019). Its padding token is 0 where the configuration does not say. */
import { bertFamily } from "./bert-encoder.ts";

export const bert = bertFamily({
	name: "BERT",
	modelTypes: ["bert"],
	prefix: "bert.",
	padToken: 0,
	firstPosition: () => 0,
	padsPositions: false,
});
