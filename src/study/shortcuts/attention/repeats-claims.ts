/** Claims about repeated tokens, and what is advised against them. */
import type { Row } from "../../../figure/figure.ts";
import { inWords, numberOf, rowsOf } from "../../rows.ts";
import { above, atMost, type Claim, near } from "../../study.ts";
import { largest, listed } from "../worst.ts";
import { gammaL } from "./paths.ts";
import { exampleShare, repeatsName } from "./repeats.ts";

const derived = (section: string) => `specification §${section}, derived`;
const text = (row: Row, key: string) => String(row[key]);
const settingName = (row: Row) => `${row["method"] ?? "U-SPA"}, ${row["unit"]}, ${row["length"]} tokens`;

const shares = (rows: readonly Row[]) => rowsOf(rows, repeatsName, { kind: "share" });

export const repeatClaims: readonly Claim[] = [
	{
		id: "attention.repeats-share",
		sentence: "WikiText-2 in words repeats about 2 % of its pairs of tokens (r at 512 tokens)",
		place: "specification §2.6, recalled with low confidence and of subwords: r about 0.02",
		expected: near(0.02, 0.01),
		caveat: "Our tokens are words, not subwords; the tolerance is ours. Measured on the validation text.",
		measure(rows) {
			const of = shares(rows);
			const row = of.find(({ unit, length }) => unit === "words" && length === 512);
			return (
				row && {
					value: numberOf(row, "share"),
					detail: `All: ${listed(of.map((other) => [`${other["unit"]}, T = ${other["length"]}:`, numberOf(other, "share")]))}.`,
				}
			);
		},
	},
	{
		id: "attention.repeats-formula",
		sentence:
			"repeats lengthen tokens: the diagonal is 1 + r((L 1)_i² − 1) (largest difference from 36 layers one by one)",
		place: derived("2.6"),
		expected: atMost(1e-11),
		measure: (rows) => largest(rowsOf(rows, repeatsName, { kind: "depth" }), "error", settingName),
	},
	...(
		[
			["E-SPA", "limit", 8.98],
			["E-SPA", "T = 512", 7.84],
			["E-SPA", "T = 128", 2.95],
			["U-SPA", "T = 512", 1.29],
		] as const
	).map(
		([method, length, printed]): Claim => ({
			id: `attention.repeats-${method.toLowerCase()}-${length.replace("T = ", "")}`,
			sentence: `at r = ${exampleShare} the last diagonal is ${printed} (${method}, ${length})`,
			place: derived("2.6"),
			expected: near(printed, 0.006),
			measure(rows) {
				const row = rowsOf(rows, repeatsName, { kind: "curve", method, length, share: exampleShare })[0];
				return (
					row && {
						value: numberOf(row, "diagonal"),
						detail: method === "E-SPA" ? `γ_L = ${gammaL}.` : "ρ_L = 0.8.",
					}
				);
			},
		}),
	),
	{
		id: "attention.repeats-text",
		sentence:
			"real sequences lengthen as the formula says, though their repeats are not spread evenly (largest relative difference of the mean)",
		place: "specification §2.6, derived for evenly spread repeats; the test on text is ours",
		expected: atMost(0.1),
		caveat: "Our tolerance. Means over sequences: single ones differ widely.",
		measure: (rows) =>
			largest(
				rowsOf(rows, repeatsName, { kind: "text" }),
				(row) => Math.abs(numberOf(row, "measured") / numberOf(row, "predicted") - 1),
				(row) =>
					`${settingName(row)}: ${inWords(numberOf(row, "measured"))} against ${inWords(numberOf(row, "predicted"))}`,
			),
	},
	{
		id: "attention.repeats-fix",
		sentence: "U-SPA that begins at ρ_0 = r ends at its target exactly (largest error of the last kernel)",
		place: derived("2.6"),
		expected: atMost(1e-11),
		measure: (rows) => largest(rowsOf(rows, repeatsName, { kind: "fix" }), "error", settingName),
	},
	{
		id: "attention.repeats-no-fix",
		sentence:
			"E-SPA cannot: from a uniform kernel its first layer has weights of −0.007, −0.025, −0.057 at r = 0.005, 0.02, 0.05 (largest difference from these)",
		place: derived("2.6"),
		expected: atMost(5e-4),
		measure(rows) {
			const printed: Readonly<Record<string, number>> = { 0.005: -0.007, 0.02: -0.025, 0.05: -0.057 };
			return largest(
				rowsOf(rows, repeatsName, { kind: "negative" }),
				(row) => Math.abs(numberOf(row, "least") - printed[text(row, "share")]!),
				(row) => `r = ${row["share"]}: ${inWords(numberOf(row, "least"))}`,
			);
		},
	},
	{
		id: "attention.repeats-advice",
		sentence:
			"the γ_L that is advised keeps tokens within twice their length (largest diagonal of the last token where E-SPA is advised)",
		place: "specification §2.4, §2.6, derived; the bound is ours",
		expected: atMost(4),
		measure(rows) {
			const of = rowsOf(rows, repeatsName, { kind: "advice", positions: "none" });
			const words = of.map((row) =>
				row["method"] === "E-SPA"
					? `${row["unit"]}, T = ${row["length"]}: E-SPA with γ_L from ${inWords(numberOf(row, "least"))} to ${inWords(numberOf(row, "most"))}`
					: `${row["unit"]}, T = ${row["length"]}: U-SPA from ρ_0 = ${inWords(numberOf(row, "share"))}`,
			);
			const found = largest(
				of.filter((row) => row["method"] === "E-SPA"),
				"advised",
				settingName,
			);
			return found && { ...found, detail: `${found.detail} Without positions: ${words.join("; ")}.` };
		},
	},
	{
		id: "attention.repeats-published",
		sentence: `the published γ_L = ${gammaL} does not where text repeats itself much (last diagonal of characters at 512 tokens)`,
		place: "specification §2.6: sensitive to repeats, derived",
		expected: above(4),
		caveat: "Without positional vectors; random ones halve r, and learned ones begin as such.",
		measure(rows) {
			const of = rowsOf(rows, repeatsName, { kind: "advice", positions: "none" });
			const row = of.find(({ unit, length }) => unit === "characters" && length === 512);
			return (
				row && {
					value: numberOf(row, "published"),
					detail: `All: ${listed(of.map((other) => [`${other["unit"]}, T = ${other["length"]}:`, numberOf(other, "published")]))}.`,
				}
			);
		},
	},
];
