/** What is claimed of the kernels of whole networks. */
import type { Row } from "../../../figure/figure.ts";
import { inWords, mean, numberOf, rowsOf } from "../../rows.ts";
import { above, atMost, below, type Claim, near } from "../../study.ts";
import { largest, listed, smallest } from "../worst.ts";
import { groups, mixings, names } from "./names.ts";
import { at, derived, isVanilla } from "./places.ts";

/** Slope of log error against log width, by least squares, of the mean error of each width. */
export function rateOf(rows: readonly Row[], network: string): number {
	const ofNetwork = rowsOf(rows, names.widths, { network });
	const points = [...new Set(ofNetwork.map((row) => numberOf(row, "width")))].map((width) => {
		const errors = ofNetwork.filter((row) => row["width"] === width).map((row) => numberOf(row, "error"));
		return [Math.log(width), Math.log(mean(errors))] as const;
	});
	const [x, y] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
	return (
		points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) /
		points.reduce((sum, [a]) => sum + (a - x) ** 2, 0)
	);
}

export const networkClaims: readonly Claim[] = [
	{
		id: "propagation.rate",
		sentence:
			"with feed-forward networks the cosines come to those of the recursion as width grows, the distance falling as 1/√width",
		place: derived("§2.7, T15"),
		expected: near(-0.5, 0.15),
		caveat:
			"Slope of the logarithms; the network furthest from −½ counts. That there is a limit is the theory's, the rate is " +
			"measured, and the tolerance ours.",
		measure: (rows) => {
			const networks = [...new Set(rowsOf(rows, names.widths).map((row) => String(row["network"])))];
			const rates = networks.map((network) => [network, rateOf(rows, network)] as const);
			if (rates.length === 0) return undefined;
			const [, value] = rates.reduce((far, rate) =>
				Math.abs(rate[1] + 0.5) > Math.abs(far[1] + 0.5) ? rate : far,
			);
			return { value, detail: `${listed(rates)}.` };
		},
	},
	{
		id: "propagation.widest",
		sentence: "at width 256 the cosines of E-SPA with feed-forward networks are the recursion's to .12",
		place: derived("T15"),
		expected: below(0.12),
		caveat:
			"The largest difference of all pairs, mean over seeds. The bound is that of T15, whose network has 8 blocks and " +
			"γ_L = 0.05; here there are fewer blocks, and γ_L = 0.1.",
		measure: (rows) => {
			const errors = rowsOf(rows, names.widths, { network: "E-SPA", width: 256 }).map((row) =>
				numberOf(row, "error/largest"),
			);
			return errors.length === 0
				? undefined
				: { value: mean(errors), detail: `${errors.length} seeds, up to ${inWords(Math.max(...errors))}.` };
		},
	},
	{
		id: "propagation.whole-collapse",
		sentence:
			"a whole vanilla transformer, feed-forward networks and all, has collapsed at its last block, normed or not",
		place: "Dong et al. 2021; specification §1, derived for attention alone",
		expected: above(0.999),
		caveat: "The smallest mean cosine. The bound is ours.",
		measure: (rows) => smallest(atTheEnd(rows).filter(isVanilla), "cosine", at),
	},
	{
		id: "propagation.whole-kept",
		sentence: "with Value-SkipInit, U-SPA or E-SPA in the place of plain attention, it has not",
		place: "abstract, C1",
		expected: below(0.99),
		caveat:
			"The largest mean cosine of networks without skips, with norms or without. The bound is ours. Measured cosines " +
			"are above the predicted ones: 36 blocks of width 64 are deep for their width, see the figure.",
		measure: (rows) =>
			largest(
				atTheEnd(rows).filter(({ network }) =>
					["skipless", "skipless, norms"].some((group) =>
						mixings.some(
							(mixing) => mixing !== "plain" && groups[group as keyof typeof groups][mixing] === network,
						),
					),
				),
				"cosine",
				at,
			),
	},
	{
		id: "propagation.sas",
		sentence:
			"SAS-P, whose sublayers stand side by side, begins as SAS does: their attention is the identity",
		place: "He & Hofmann 2023; specification §7.1",
		expected: atMost(1e-6),
		caveat:
			"Largest distance of mean cosines; the bound is ours. One norm more, of what is normed already, moves them by its ε.",
		measure: (rows) =>
			largest(
				rowsOf(rows, names.networks, { network: "sas" }).filter((row) => row["cosine"] !== undefined),
				(row) => {
					const [other] = rowsOf(rows, names.networks, {
						network: "sas-p",
						depth: numberOf(row, "depth"),
						seed: numberOf(row, "seed"),
					});
					return other ? Math.abs(numberOf(other, "cosine") - numberOf(row, "cosine")) : Number.NaN;
				},
				at,
			),
	},
];

/** After the last block. */
function atTheEnd(rows: readonly Row[]): Row[] {
	return rowsOf(rows, names.networks).filter(
		(row) => row["cosine"] !== undefined && row["depth"] === row["layers"],
	);
}
