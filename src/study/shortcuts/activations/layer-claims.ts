/** Claims about one layer of the real model. */
import type { Row } from "../../../figure/figure.ts";
import { inWords, mean, numberOf, rowsOf } from "../../rows.ts";
import { above, atMost, type Claim, near } from "../../study.ts";
import { largest } from "../worst.ts";
import { layerName } from "./layer.ts";

const section = "specification §5";

/** Root mean square of measured cosine − C(c), of one width, over activations, cosines and seeds. */
function noise(rows: readonly Row[]): { width: number; rms: number }[] {
	const of = rowsOf(rows, layerName, { kind: "pair" });
	return [...new Set(of.map((row) => numberOf(row, "width")))].map((width) => ({
		width,
		rms: Math.sqrt(
			mean(
				of
					.filter((row) => row["width"] === width)
					.map((row) => (numberOf(row, "cosine") - numberOf(row, "map")) ** 2),
			),
		),
	}));
}

export const layerClaims: readonly Claim[] = [
	{
		id: "activations.layer",
		sentence:
			"a feed-forward layer of the real model does to cosines what C says (largest difference of a mean over pairs and draws, largest width)",
		place: `${section}: linear layers are the identity where wide or orthogonal; T15, T21`,
		expected: atMost(0.05),
		caveat: "Our tolerance, some four standard errors.",
		measure(rows) {
			const of = rowsOf(rows, layerName, { kind: "pair" });
			const width = Math.max(...of.map((row) => numberOf(row, "width")));
			const means = of
				.filter((row) => row["width"] === width && row["seed"] === 0 && numberOf(row, "pair") < 7)
				.map((row) => {
					const equals = of.filter((other) =>
						["width", "activation", "c"].every((key) => other[key] === row[key]),
					);
					return { ...row, mean: mean(equals.map((other) => numberOf(other, "cosine"))) };
				});
			return largest(
				means,
				(row) => Math.abs(numberOf(row, "mean") - numberOf(row, "map")),
				(row) =>
					`${row["activation"]}, width ${width}, c = ${row["c"]}: ${inWords(numberOf(row, "mean"))} against ${inWords(numberOf(row, "map"))}`,
			);
		},
	},
	{
		id: "activations.layer-width",
		sentence:
			"the rest is noise of the finite width: it falls like 1/√width (exponent of its root mean square, smallest to largest width)",
		place: "specification §9, T15: error falls with width; the exponent is ours",
		expected: near(-0.5, 0.15),
		measure(rows) {
			const of = noise(rows);
			const [first, last] = [of[0], of.at(-1)];
			if (!first || !last || first === last) return undefined;
			return {
				value: Math.log(last.rms / first.rms) / Math.log(last.width / first.width),
				detail: `${of.map(({ width, rms }) => `${width}: ${inWords(rms)}`).join(", ")}.`,
			};
		},
	},
	{
		id: "activations.layer-told-apart",
		sentence:
			"and small enough to tell activations apart: relu takes right angles to 0.318, DKS's tanh leaves them (difference of means)",
		place: "ours",
		expected: above(0.25),
		measure(rows) {
			const of = rowsOf(rows, layerName, { kind: "pair", c: 0 });
			const average = (activation: string) =>
				mean(of.filter((row) => row["activation"] === activation).map((row) => numberOf(row, "cosine")));
			const [relu, dks] = [average("relu"), average("tanh, DKS")];
			return of.length === 0
				? undefined
				: { value: relu - dks, detail: `${inWords(relu)} and ${inWords(dks)}, all widths and seeds.` };
		},
	},
];
