/** What a training in a page has that its configuration does not say: small probes, and curves that move at once. */
import type { RunOptions } from "../../../run/config.ts";
import type { TrainingLab } from "./protocol.ts";

/** A measurement costs about three updates; dense at first, then a tenth of the time or so. */
export const pageProbes = {
	schedule: { doublingUntil: 32, every: 25 },
	evaluationBatches: 1,
	saturationTokens: 256,
} as const;

/** A row for every update: its loss is one number, and is there already. */
const logEvery = 1;

/** Characters that a text of the visitor's may have, the most frequent ones; rarer ones become `<unk>`. */
const vocabularySize = 128;

export const withDefaults = ({ config }: TrainingLab): RunOptions => ({
	...config,
	data: { source: { train: "text" }, tokenizer: "characters", vocabularySize },
	engine: { device: "wasm" },
	training: { logEvery, ...config.training },
	probes: { ...pageProbes, ...config.probes },
});
