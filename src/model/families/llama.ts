/** Llama (Touvron et al. 2023), with the plain rotary positions of its first two generations. */
import { llamaFamily } from "./llama-decoder.ts";

export const llama = llamaFamily({
	name: "Llama",
	modelTypes: ["llama"],
	placement: "pre",
	norms: ["input_layernorm", "post_attention_layernorm"],
	epsilon: 1e-6,
});
