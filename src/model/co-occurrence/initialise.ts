/** Initial values of the network, by name (Yang et al. 2024, §2.2 and App. A). */
import { z } from "zod";
import { stream } from "../../engine/random.ts";
import type { Parameters, Sizes } from "./network.ts";

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

/**
 * Parameters at time 0. Signs are ±1 with equal chance; every matrix and the signs have a random stream of their own, none
 * of which the data uses. fan_in is the number of columns: m of W, d of W_V, W_K and W_Q.
 */
export function initialise(sizes: Sizes, initialisation: Initialisation, seed: number): Parameters {
	const { words, width, neurons } = sizes;
	const flips = stream(seed, "co-occurrence/signs").integers(neurons, 2);
	const table = (name: MatrixName, rows: number, columns: number): Float64Array => {
		const { deviation, bound } = scaleOf(initialisation, name, columns);
		const random = stream(seed, `co-occurrence/${name}`);
		return bound === undefined
			? random.normal(rows * columns).map((x) => deviation * x)
			: random.uniform(rows * columns).map((u) => bound * (2 * u - 1));
	};
	return {
		sizes,
		signs: Float64Array.from(flips, (flip) => 2 * flip - 1),
		mlp: table("mlp", neurons, width),
		value: table("value", width, words),
		key: table("key", width, words),
		query: table("query", width, words),
	};
}

type MatrixName = "mlp" | "value" | "key" | "query";

/** The standard deviation of a matrix's entries and, if they are uniform, their bound. */
function scaleOf(
	initialisation: Initialisation,
	name: MatrixName,
	fanIn: number,
): { readonly deviation: number; readonly bound?: number } {
	const uniform = (bound: number) => ({ deviation: bound / Math.sqrt(3), bound });
	switch (initialisation.name) {
		case "gaussian":
			return {
				deviation: initialisation[name === "mlp" || name === "value" ? name : "attention"],
			};
		case "torch-linear":
			return uniform(1 / Math.sqrt(fanIn));
		case "kaiming-normal":
			return { deviation: Math.sqrt(2 / fanIn) };
		case "kaiming-uniform":
			return uniform(Math.sqrt(6 / fanIn));
	}
}

/**
 * κ(0) in expectation over initial values, m₁m(σ₁² + σ_V²): the speed at which the flow begins to go through logistic
 * regression, the same for every seed. The clock of the study is this number times t.
 */
export function expectedKappa({ words, width, neurons }: Sizes, initialisation: Initialisation): number {
	const mlp = scaleOf(initialisation, "mlp", width).deviation;
	const value = scaleOf(initialisation, "value", words).deviation;
	return neurons * width * (mlp ** 2 + value ** 2);
}
