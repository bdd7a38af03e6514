/** OLMo 2 (OLMo team 2025): normalises what a sublayer gives, and queries and keys. */
import { llamaFamily } from "./llama-decoder.ts";

export const olmo2 = llamaFamily({
	name: "OLMo 2",
	modelTypes: ["olmo2"],
	placement: "res-post",
	norms: ["post_attention_layernorm", "post_feedforward_layernorm"],
	epsilon: 1e-5,
});
