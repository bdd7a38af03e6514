/** What the constructions of §4.2 must do, judged on the rows of `constructions.ts`. */
import type { Row } from "../../../figure/figure.ts";
import { above, atMost, type Claim, type Measurement } from "../../study.ts";
import { languages } from "./constructions.ts";

export const constructionRows = (rows: readonly Row[]): Row[] =>
	rows.filter((row) => row.run === "constructions");

const counted = (row: Row): string =>
	`${Number(row["strings"]).toLocaleString("en")} different strings of up to ${row["longest"]} letters, ` +
	`${row["members"]} of them in the language`;

const errorsOf = (row: Row): Measurement => ({
	value: row["errors"] as number,
	detail:
		`${counted(row)}; |logit| ${Number(row["smallest"]).toPrecision(6)} to ${Number(row["largest"]).toPrecision(6)}` +
		(row["example"] === undefined ? "." : `; wrong on “${row["example"]}”.`),
});

const ofTest = (name: string, test: string) => (rows: readonly Row[]) => {
	const row = constructionRows(rows).find((r) => r["subject"] === name && r["test"] === test);
	return row && errorsOf(row);
};

const ofHead = (subject: string, words: string) => (rows: readonly Row[]) => {
	const row = constructionRows(rows).find((r) => r["subject"] === subject);
	if (typeof row?.["error"] !== "number") return undefined;
	return { value: row["error"], detail: `${row["queries"]} queries, ${words}.` };
};

const place = "§4.2";

export const constructionClaims: readonly Claim[] = [
	{
		id: "constructions.argmax",
		sentence: "an argmax head returns the row with the largest h M hᵀ (largest difference)",
		place,
		expected: atMost(0),
		measure: ofHead("argmax head", "random rows and random M, float64: equal in every bit"),
	},
	{
		id: "constructions.mean",
		sentence:
			"a mean head returns the mean of the prefix, and so counts: k of t tokens is k/t (largest difference)",
		place: `${place}, eq. 1`,
		expected: atMost(4e-15),
		caveat: "k/t is no binary fraction; the sum of weights is rounded. k is recovered from every value.",
		measure(rows) {
			const row = constructionRows(rows).find((r) => r["subject"] === "mean head");
			return ofHead("mean head", `float64; counts not recovered: ${row?.["miscounted"]}`)(rows);
		},
	},
	...languages.flatMap(({ letters, name }): Claim[] => [
		{
			id: `constructions.${letters}.all`,
			sentence: `a saturated transformer recognises ${name} by counting (strings judged wrongly, of all short ones)`,
			place,
			expected: atMost(0),
			caveat: "The paper says that mean heads make it possible; the construction is ours.",
			measure: ofTest(name, "all strings"),
		},
		{
			id: `constructions.${letters}.long`,
			sentence: `${name}: also on long strings that are nearly right, and on random ones (strings judged wrongly)`,
			place,
			expected: atMost(0),
			measure: ofTest(name, "near misses and random"),
		},
	]),
	{
		id: "constructions.limit",
		sentence:
			"with softmax attention the same parameters are exact once they have grown (errors at the largest factor, both languages)",
		place: "§4, Def. 1 and Prop. 1",
		expected: atMost(0),
		measure: (rows) => softmaxErrors(rows, "largest"),
	},
	{
		id: "constructions.small-norm",
		sentence:
			"and not exact while they are small: growth of the norm matters (errors at the smallest factor)",
		place: "§4, Def. 1 and Prop. 1",
		expected: above(0),
		measure: (rows) => softmaxErrors(rows, "smallest"),
	},
];

function softmaxErrors(rows: readonly Row[], which: "smallest" | "largest"): Measurement | undefined {
	const soft = constructionRows(rows).filter((row) => row["test"] === "softmax");
	if (soft.length === 0) return undefined;
	const factors = soft.map((row) => row["factor"] as number);
	const factor = which === "largest" ? Math.max(...factors) : Math.min(...factors);
	const at = soft.filter((row) => row["factor"] === factor);
	return {
		value: at.reduce((sum, row) => sum + (row["errors"] as number), 0),
		detail: `c = ${factor}: ${at.map((row) => `${row["subject"]} ${row["errors"]} of ${row["strings"]}`).join("; ")}.`,
	};
}
