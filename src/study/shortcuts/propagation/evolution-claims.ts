/** What is claimed of attention alone: predicted, measured, collapsed and kept apart. */
import type { Row } from "../../../figure/figure.ts";
import { inWords, mean, numberOf, rowsOf } from "../../rows.ts";
import { above, atMost, below, type Claim, near } from "../../study.ts";
import { largest, smallest } from "../worst.ts";
import { evolutions, printedDepths } from "./evolution.ts";
import { names } from "./names.ts";
import { at, derived } from "./places.ts";

const measuredAt = (rows: readonly Row[], analysis: string, network: string) =>
	rowsOf(rows, analysis, { network }).filter((row) => row["cosine"] !== undefined);

const ofExact = (rows: readonly Row[], wanted: (network: string) => boolean) =>
	Object.entries(evolutions)
		.filter(([network, { exact }]) => exact && wanted(network))
		.flatMap(([network]) => measuredAt(rows, names.evolution, network));

const planned = (network: string) => ["V-SkipInit", "U-SPA", "E-SPA"].includes(network);

/** The distance of the recursion's numbers from the printed ones, in units of what the last digit allows. */
function fromPrinted(row: Row): number {
	const { printed } = evolutions[row["network"] as string]!;
	const texts = printed[printedDepths.indexOf(row["depth"] as (typeof printedDepths)[number])]!.split("/");
	const distances = ["cosine", "adjacent", "rank"].map((key, i) => {
		const text = texts[i]!;
		const half = 0.5001 * 10 ** -(text.split(".")[1]?.length ?? 0);
		const tolerance = key === "rank" ? half : Math.min(0.002, half);
		return Math.abs(numberOf(row, `predicted/${key}`) - Number(text)) / tolerance;
	});
	return Math.max(...distances);
}

/** The distance of a mean square from a printed one, in units of half of its last digit, or of 5 % where that is less. */
const fromDigits = (value: number, printed: string): number =>
	Math.abs(value - Number(printed)) /
	Math.min(0.5 * 10 ** -(printed.split(".")[1]?.length ?? 0), 0.05 * Number(printed));

export const evolutionClaims: readonly Claim[] = [
	{
		id: "propagation.recursion",
		sentence:
			"kernels of ten networks of attention alone, T = 100: mean and adjacent cosine and effective rank after 1, 10, 50 " +
			"and 100 layers are the table's",
		place: derived("§4"),
		expected: atMost(1),
		caveat:
			"In units of what the printed digits allow: half of the last one, and of cosines .002 at most. The table is that " +
			"of the specification, computed there by the same recursion; no number of the paper is known. One rank that it prints " +
			"as 5.5, of Pre-LN, is 5.447. Unweighted skips pass 1e30 in the last layer and are compared up to the 50th.",
		measure: (rows) =>
			largest(
				rowsOf(rows, names.evolution, { seed: 0 }).filter((row) =>
					(printedDepths as readonly unknown[]).includes(row["depth"]),
				),
				fromPrinted,
				at,
			),
	},
	{
		id: "propagation.recursion-diagonal",
		sentence:
			"and so are the least and the largest mean square of a token after 100 layers: 1 without skips and with Post-LN, .01 " +
			"without a mask, 86 to 101 with Pre-LN",
		place: derived("§4"),
		expected: atMost(1),
		caveat:
			"In units of half of the last printed digit, and of 5 % at most. The table's .15 to 1 of skips of .98 is not compared: " +
			"it is of all depths, and rough.",
		measure: (rows) =>
			largest(
				rowsOf(rows, names.evolution, { seed: 0, depth: 100 }).filter(
					({ network }) => evolutions[network as string]?.diagonal !== undefined,
				),
				(row) => {
					const [least, most] = evolutions[row["network"] as string]!.diagonal!;
					return Math.max(
						fromDigits(numberOf(row, "predicted/q.least"), least),
						fromDigits(numberOf(row, "predicted/q.most"), most),
					);
				},
				at,
			),
	},
	{
		id: "propagation.orthogonal",
		sentence:
			"with orthogonal W_V and W_O the kernels of attention alone are A_l … A_1 Σ_0 A_1ᵀ … A_lᵀ, exactly, at any width",
		place: derived("§1, T14"),
		expected: atMost(1e-10),
		caveat:
			"Largest error of any entry at any depth, over the largest q value there, in float64. The bound is ours.",
		measure: (rows) => largest(rowsOf(rows, names.exactness, { weights: "orthogonal" }), "error", at),
	},
	{
		id: "propagation.gaussian",
		sentence: "with independent normal entries in W_V and W_O they are not: orthogonality matters",
		place: derived("§1, T14"),
		expected: above(1e-2),
		caveat: "The smallest error of all widths and seeds.",
		measure: (rows) => smallest(rowsOf(rows, names.exactness, { weights: "gaussian" }), "error", at),
	},
	{
		id: "propagation.skips",
		sentence:
			"with skips, kernels add on average: the measured mean cosine is near the predicted one at every depth",
		place: derived("§2.8"),
		expected: below(0.15),
		caveat: "Largest distance over depths, mean over seeds, at the width of the analysis. The bound is ours.",
		measure: (rows) =>
			largest(
				Object.entries(evolutions)
					.filter(([, { exact }]) => !exact)
					.flatMap(([network]) => rowsOf(rows, names.evolution, { network, seed: 0 }))
					.filter((row) => row["predicted/cosine"] !== undefined),
				(row) => {
					const same = rowsOf(rows, names.evolution, {
						network: row["network"] as string,
						depth: numberOf(row, "depth"),
					});
					const cosines = same.flatMap(({ cosine }) => (typeof cosine === "number" ? cosine : []));
					return Math.abs(mean(cosines) - numberOf(row, "predicted/cosine"));
				},
				at,
			),
	},
	{
		id: "propagation.collapse",
		sentence:
			"plain attention without skips collapses to one direction: after ten layers or more all tokens are alike",
		place: derived("§1, T18"),
		expected: above(0.999),
		caveat: "The smallest mean cosine measured from layer 10 on.",
		measure: (rows) =>
			smallest(
				measuredAt(rows, names.evolution, "vanilla, causal").filter((row) => numberOf(row, "depth") >= 10),
				"cosine",
				at,
			),
	},
	{
		id: "propagation.halving",
		sentence: "what tells its tokens apart is halved by every further layer of causal attention",
		place: derived("§1, T18"),
		expected: near(0.5, 1e-3),
		caveat:
			"Dong et al. 2021 bound the residual without a mask, doubly exponentially; behind a causal mask with equal scores " +
			"the next eigenvalue after 1 is ½. Measured on the states, layers 25 to 36; below 1e-13 it is rounding.",
		measure: (rows) => {
			const ratios = measuredAt(rows, names.evolution, "vanilla, causal").flatMap((row) => {
				const [depth, seed] = [numberOf(row, "depth"), numberOf(row, "seed")];
				const before = rowsOf(rows, names.evolution, {
					network: "vanilla, causal",
					depth: depth - 1,
					seed,
				}).find(({ residual }) => residual !== undefined);
				return depth >= 25 && depth <= 36 && before
					? [{ ...row, ratio: numberOf(row, "residual") / numberOf(before, "residual") }]
					: [];
			});
			const worst = largest(ratios, (row) => Math.abs(numberOf(row, "ratio") - 0.5), at);
			if (!worst) return undefined;
			const far = ratios.find((row) => Math.abs(numberOf(row, "ratio") - 0.5) === worst.value)!;
			return { value: numberOf(far, "ratio"), detail: worst.detail };
		},
	},
	{
		id: "propagation.planned",
		sentence: "Value-SkipInit, U-SPA and E-SPA keep tokens apart through 100 layers without a skip or a norm",
		place: `abstract, C1; ${derived("§4")}`,
		expected: below(0.9),
		caveat: "The largest mean cosine at any depth; of plain attention it is 1. The bound is ours.",
		measure: (rows) => largest(ofExact(rows, planned), "cosine", at),
	},
	{
		id: "propagation.diagonal",
		sentence: "they keep the mean square of every token at 1",
		place: derived("§4"),
		expected: atMost(1e-10),
		caveat: "The bound is ours.",
		measure: (rows) =>
			largest(
				ofExact(rows, planned),
				(row) => Math.max(1 - numberOf(row, "q.least"), numberOf(row, "q.most") - 1),
				at,
			),
	},
	{
		id: "propagation.pre-norm",
		sentence:
			"with Pre-LN the mean square grows linearly with depth, so that later branches weigh less and less",
		place: derived("§2.8, §4"),
		expected: near(2, 0.3),
		caveat:
			"Mean q value after all layers over that after half of them, mean over seeds. The tolerance is ours.",
		measure: (rows) => {
			const all = measuredAt(rows, names.evolution, "Pre-LN");
			const last = Math.max(...all.map((row) => numberOf(row, "depth")));
			const q = (depth: number) =>
				all.filter((row) => row["depth"] === depth).map((row) => numberOf(row, "q"));
			const [half, end] = [q(last / 2), q(last)];
			return { value: mean(end) / mean(half), detail: `${inWords(mean(half))} → ${inWords(mean(end))}.` };
		},
	},
	{
		id: "propagation.breakdown",
		sentence:
			"a network that explodes or vanishes is stopped, and the block named is the one of the recursion",
		place: "ours",
		expected: atMost(0),
		caveat: "Largest distance in blocks, of two networks whose sizes are powers of two.",
		measure: (rows) => {
			const stopped = ["exploding", "vanishing"].flatMap((network) =>
				rowsOf(rows, names.exactness, { network }),
			);
			if (stopped.length === 0) return undefined;
			const distances = stopped.map((row) =>
				Math.abs(numberOf(row, "block") - numberOf(row, "predicted/block")),
			);
			const where = stopped.map(
				(row) => `${row["network"]} at ${row["place"]}, ${inWords(numberOf(row, "value"))}`,
			);
			return { value: Math.max(...distances), detail: `${where.join("; ")}.` };
		},
	},
];
