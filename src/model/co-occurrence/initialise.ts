/** Initial values of the network, by name (Yang et al. 2024, §2.2 and App. A). */
import { z } from "zod";

const std = z.number().positive();

export const initialisationSchema = z.discriminatedUnion("name", [
	z
		.strictObject({
			name: z.literal("gaussian"),
			mlp: std.describe("σ₁: standard deviation of W."),
			value: std.describe("σ_V, of W_V; the paper's σ₀."),
			attention: std.describe("σ_K = σ_Q, of W_K and W_Q; the paper's σ₀."),
		})
		.describe("Independent normal entries, as in the theory."),
	z
		.strictObject({ name: z.literal("torch-linear") })
		.describe("U(±1/√fan_in): what PyTorch's Linear does, there called Kaiming uniform with a = √5."),
	z.strictObject({ name: z.literal("kaiming-normal") }).describe("N(0, 2/fan_in)."),
	z.strictObject({ name: z.literal("kaiming-uniform") }).describe("U(±√(6/fan_in))."),
]);

export type Initialisation = z.output<typeof initialisationSchema>;
