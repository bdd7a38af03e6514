/** The option `mixing`: what a head makes of its values (`mixing.ts`). */
import { z } from "zod";

export const mixing = z.discriminatedUnion("name", [
	z.strictObject({ name: z.literal("plain") }).describe("A: the weights that softmax gives."),
	z
		.strictObject({ name: z.literal("value-skip-init") })
		.describe("αI + βA, α = 1 and β = 0 at first, trained, one each a head (He et al. 2023)."),
	z
		.strictObject({
			name: z.literal("u-spa"),
			rho: z
				.number()
				.min(0)
				.lt(1)
				.default(0.8)
				.describe("ρ_L: cosine of any two tokens after the last block."),
			start: z.number().min(0).lt(1).default(0).describe("ρ_0: that of the embeddings, for repeated tokens."),
			aware: z
				.boolean()
				.default(false)
				.describe(
					"Leave room for the feed-forward networks, of relu or leaky-relu, so that the end is at ρ_L.",
				),
		})
		.describe("Biases and rescaling that make all cosines alike, ρ_l after block l (He et al. 2023)."),
	z
		.strictObject({
			name: z.literal("e-spa"),
			gamma: z
				.number()
				.positive()
				.max(100)
				.default(0.005)
				.describe("γ_L: after the last block the cosine of tokens at a distance n is exp(−γ_L n)."),
		})
		.describe("Biases and rescaling that make cosines fall exponentially with distance (He et al. 2023)."),
	z
		.strictObject({ name: z.literal("shaped") })
		.describe("αI + βA − γC, C = A at equal scores, all three 1 at first and trained (He & Hofmann 2023)."),
	z
		.strictObject({
			name: z.literal("shaped-transformer"),
			temperature: z.number().positive().default(1).describe("τ₀: scores are divided by τ₀·√width too."),
		})
		.describe("I + A − C, nothing trained (Noci et al. 2023)."),
]);
