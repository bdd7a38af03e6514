/** The option `shaping`: how the activation is made to suit its depth (`activation-shape.ts`). */
import { z } from "zod";

export const shaping = z.discriminatedUnion("name", [
	z.strictObject({ name: z.literal("none") }),
	z
		.strictObject({
			name: z.literal("tat"),
			eta: z
				.number()
				.gt(0)
				.lt(1)
				.default(0.9)
				.describe("leaky-relu: cosine after the network of inputs at right angles."),
			tau: z
				.number()
				.positive()
				.default(0.3)
				.describe("tanh, softplus, gelu: curvature of the network's map at 1."),
		})
		.describe("Tailored activation transformation (Zhang et al. 2022)."),
	z
		.strictObject({
			name: z.literal("dks"),
			zeta: z.number().gt(1).default(1.5).describe("Slope of the network's map at 1."),
		})
		.describe("Deep kernel shaping (Martens et al. 2021); of tanh, softplus and gelu."),
]);
