/** What Euler's identity says of the networks of `euler.ts`. */
import type { Row } from "../../../figure/figure.ts";
import { inWords, median, numbersOf, rowsOf } from "../../rows.ts";
import { atMost, type Claim } from "../../study.ts";
import { depths, eulerName, factor } from "./euler.ts";

const place = "Appendix C, Definition 2 (Euler's identity follows from it)";

const largest =
	(key: string, network: string, detail: string, where: Record<string, number> = {}) =>
	(rows: readonly Row[]) => {
		const values = numbersOf(rowsOf(rows, eulerName, { network, ...where }), key);
		if (values.length === 0) return undefined;
		return { value: Math.max(...values), detail: `${detail}; largest of ${values.length}.` };
	};

export const eulerClaims: readonly Claim[] = [
	{
		id: "homogeneity.euler-depth",
		sentence: "a ReLU network of L matrices without biases has ⟨θ, ∇f⟩ = L·f (relative error)",
		place,
		expected: atMost(1e-10),
		measure: largest(
			"identity",
			"ReLU network",
			`L = ${depths.join(", ")}, float64, by automatic differentiation`,
		),
	},
	{
		id: "homogeneity.euler-layers",
		sentence: "and ⟨W, ∂f/∂W⟩ = f for each of its matrices (relative error)",
		place,
		expected: atMost(1e-10),
		measure: largest("layerwise", "ReLU network", "worst matrix of each network"),
	},
	{
		id: "homogeneity.euler-gradient",
		sentence: "its gradient has degree L − 1: ∇f(cθ) = c^(L−1) ∇f(θ) (relative error)",
		place: "Appendix C; §5.2, of the gradient's degree",
		expected: atMost(1e-10),
		measure: largest("gradient", "ReLU network", `c = ${factor}`),
	},
	{
		id: "homogeneity.euler-invariant",
		sentence: "the gradient of a scale-invariant loss is at right angles to θ (|⟨θ, ∇L⟩| / ‖θ‖‖∇L‖)",
		place: "§5.1, after Li & Arora 2019",
		expected: atMost(1e-12),
		measure: largest("invariant", "ReLU network", "cross-entropy of the normalised output"),
	},
	{
		id: "homogeneity.euler-invariant-layers",
		sentence: "and so is each matrix's part of it (|⟨W, ∂L/∂W⟩| / ‖θ‖‖∇L‖)",
		place: "§5.1, after Li & Arora 2019",
		expected: atMost(1e-12),
		measure: largest("invariantLayerwise", "ReLU network", "worst matrix of each network"),
	},
	{
		id: "homogeneity.euler-encoder",
		sentence:
			"encoder (res-post, no biases) and classifier have degree 2 with saturated attention (relative error)",
		place: "Appendix D, Propositions 5 and 6, and their conclusion",
		expected: atMost(1e-10),
		measure: largest("identity", "encoder and classifier, hard", "⟨θ, ∇f⟩ = 2f, float64, epsilon 0"),
	},
	{
		id: "homogeneity.euler-encoder-soft",
		sentence: "and nearly so with softmax, once θ is large (relative error at 16 θ)",
		place: "Appendix D, Propositions 5 and 6, and their conclusion",
		expected: atMost(1e-3),
		caveat: "The tolerance is ours; a near tie of two scores keeps single draws away from the limit.",
		measure(rows) {
			const at = (c: number) =>
				median(
					numbersOf(rowsOf(rows, eulerName, { network: "encoder and classifier, softmax", c }), "identity"),
				);
			return Number.isNaN(at(16))
				? undefined
				: {
						value: at(16),
						detail: `median over seeds; ${[1, 4, 16].map((c) => `c = ${c}: ${inWords(at(c))}`).join(", ")}.`,
					};
		},
	},
];
