/** What is claimed of gradients at the beginning. */
import type { Row } from "../../../figure/figure.ts";
import { numberOf, rowsOf } from "../../rows.ts";
import { above, atLeast, atMost, below, type Claim } from "../../study.ts";
import { largest, smallest } from "../worst.ts";
import { names } from "./names.ts";
import { at, derived, isVanilla } from "./places.ts";

const gradientRows = (rows: readonly Row[]) =>
	rowsOf(rows, names.networks).filter((row) => row["gradient/all"] !== undefined);

/** Of W_Q, as a share of the block's whole gradient. */
const queryShare = (row: Row) => numberOf(row, "gradient/query") / numberOf(row, "gradient/all");

/** β = 0 at first: W_Q gets no gradient yet, and nothing is said of it. */
const waits = ({ network }: Row) => network === "skip-init" || String(network).startsWith("value-skip-init");

export const gradientClaims: readonly Claim[] = [
	{
		id: "propagation.query-vanishes",
		sentence:
			"rank collapse takes the gradient from W_Q: of what a block of a vanilla transformer gets, its share is next to nothing",
		place: "Noci et al. 2022; specification §1, T17",
		expected: below(1e-4),
		caveat: "The largest share ‖∂L/∂W_Q‖/‖∂L/∂block‖ of any block. The bound is ours.",
		measure: (rows) => largest(gradientRows(rows).filter(isVanilla), queryShare, at),
	},
	{
		id: "propagation.value-stays",
		sentence: "its W_V is not concerned: that keeps its share",
		place: derived("T17"),
		expected: above(0.05),
		caveat: "The smallest share of any block. The bound is ours.",
		measure: (rows) =>
			smallest(
				gradientRows(rows).filter(isVanilla),
				(row) => numberOf(row, "gradient/value") / numberOf(row, "gradient/all"),
				at,
			),
	},
	{
		id: "propagation.query-kept",
		sentence:
			"in other networks, but for those whose β is 0 at first, W_Q learns from the first step, in every block",
		place: derived("T17"),
		expected: atLeast(1e-4),
		caveat: "The smallest share of any block. The bound is ours. Value-SkipInit and SkipInit wait a step.",
		measure: (rows) =>
			smallest(
				gradientRows(rows).filter((row) => !isVanilla(row) && !waits(row)),
				queryShare,
				at,
			),
	},
	{
		id: "propagation.zero-gradients",
		sentence:
			"where W_Q = 0 the gradient of W_K is 0, and with Value-SkipInit and SkipInit, whose β is 0, that of W_Q too: exactly",
		place: derived("T17"),
		expected: atMost(0),
		measure: (rows) =>
			largest(
				gradientRows(rows).filter(
					({ network }) => !["pre-norm", "parallel blocks", "query-key norm"].includes(String(network)),
				),
				(row) => Math.max(numberOf(row, "gradient/key"), waits(row) ? numberOf(row, "gradient/query") : 0),
				at,
			),
	},
	{
		id: "propagation.beta",
		sentence: "but β itself has a gradient in every block: that is how Value-SkipInit begins",
		place: derived("§2.1, T17"),
		expected: above(0),
		caveat: "Norm over the heads, the smallest of any block.",
		measure: (rows) =>
			smallest(
				gradientRows(rows).filter(({ network }) => String(network).startsWith("value-skip-init")),
				"gradient/beta",
				at,
			),
	},
];
