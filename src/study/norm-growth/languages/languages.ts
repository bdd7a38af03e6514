/**
 * Formal languages: what networks of known tasks learn, and what of it their saturated forms keep.
 *
 * Merrill et al. (2021) argue that trained transformers are close to saturated ones, whose power formal languages can
 * tell. Here the languages are those of Bhattamishra, Ahuja and Goyal (EMNLP 2020), and the claims are both papers'.
 * Bounds are ours: neither gives any.
 */

import type { Figure, FigureOptions, Row } from "../../../figure/figure.ts";
import { drawLanguages } from "../../../figure/languages.ts";
import { mean, numberOf as value } from "../../rows.ts";
import { above, atLeast, atMost, below, type Claim, type Measurement, type Part } from "../../study.ts";
import { analysisName, prefix } from "./experiments.ts";
import { networks } from "./measure.ts";

/** From this share of strings on, our bound, a language counts as recognised. */
const recognised = 0.9;

const families = {
	counter: "Counters",
	"star-free": "Regular, star-free",
	periodic: "Regular, periodic",
} as const;
type Family = keyof typeof families;

const rowsOf = (rows: readonly Row[], family?: Family): Row[] =>
	rows.filter((row) => row.run === analysisName && (family === undefined || row["family"] === family));
/** `Dyck-1 1.00, (aa)* 0.04`. */
const list = (rows: readonly Row[], of: (row: Row) => number) =>
	rows.map((row) => `${row["language"]} ${of(row).toFixed(2)}`).join(", ");

/** The mean of a key over languages, with each one's. */
function meanOf(rows: readonly Row[], key: string): Measurement | undefined {
	if (rows.length === 0) return undefined;
	return {
		value: mean(rows.map((row) => value(row, key))),
		detail: `${list(rows, (row) => value(row, key))}; mean loss ${mean(rows.map((row) => value(row, "loss"))).toExponential(1)}.`,
	};
}

/** The languages that the trained network recognises in range: of the others nothing is there to be kept. */
const learned = (rows: readonly Row[]) => rows.filter((row) => value(row, "soft/in") >= recognised);

/** The share of its accuracy that a network keeps in another form, as the mean over the languages learned. */
function kept(rows: readonly Row[], network: "hard" | "saturated"): Measurement | undefined {
	const those = learned(rows);
	if (those.length === 0) return undefined;
	const share = (row: Row) => value(row, `${network}/in`) / value(row, "soft/in");
	const still = those.filter((row) => share(row) >= recognised).length;
	return {
		value: mean(those.map(share)),
		detail: `${still} of ${those.length} languages learned keep ${recognised} or more: ${list(those, share)}.`,
	};
}

function saturationRise(rows: readonly Row[]): Measurement | undefined {
	if (rows.length === 0) return undefined;
	const rise = (row: Row) => value(row, "saturation") - value(row, "initial/saturation");
	const rising = rows.filter((row) => rise(row) > 0).length;
	return {
		value: mean(rows.map(rise)),
		detail:
			`It rises for ${rising} of ${rows.length} languages. Saturation at the end: ` +
			`${list(rows, (row) => value(row, "saturation"))}; mean cosine between states of different symbols ` +
			`${mean(rows.map((row) => value(row, "similarity"))).toFixed(2)}.`,
	};
}

/** Spearman's rank correlation; ties have the mean of their ranks. */
function rankCorrelation(x: readonly number[], y: readonly number[]): number {
	const ranks = (values: readonly number[]) =>
		values.map((v) => {
			const below = values.filter((w) => w < v).length;
			return below + (values.filter((w) => w === v).length - 1) / 2;
		});
	const [a, b] = [ranks(x), ranks(y)];
	const [ma, mb] = [mean(a), mean(b)];
	const product = (u: readonly number[], mu: number, v: readonly number[], mv: number) =>
		u.reduce((sum, _, i) => sum + (u[i]! - mu) * (v[i]! - mv), 0);
	return product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb));
}

const keptCaveats: Partial<Record<Family, string>> = {
	counter:
		"These networks have one layer and no positions, so equal symbols have equal scores: hard attention sees one kind of " +
		"symbol and cannot compare how many there are of two. Saturated networks that count exist (§4.2, constructed in the " +
		"section on heads); training does not arrive at one.",
	"star-free":
		"Dyck-1 to a bounded depth can be learned as a counter, by soft averages, and is then lost as counters are.",
};

const bhattamishra = (section: string) => `Bhattamishra et al. 2020, ${section}`;

const claims: readonly Claim[] = [
	{
		id: "languages.counters-learned",
		sentence: "languages of counting are learned: mean share of strings recognised, as long as in training",
		place: bhattamishra("§6"),
		expected: atLeast(recognised),
		measure: (rows) => meanOf(rowsOf(rows, "counter"), "soft/in"),
	},
	{
		id: "languages.counters-generalise",
		sentence: "… and without positions also on strings up to twice as long",
		place: bhattamishra("§6"),
		expected: atLeast(recognised),
		measure: (rows) => meanOf(rowsOf(rows, "counter"), "soft/longer"),
		caveat:
			"One seed, and a network that must compare ever smaller averages: single languages differ by seed.",
	},
	{
		id: "languages.periodic-do-not-generalise",
		sentence:
			"languages that count modulo a number, (aa)* and parity among them, are not recognised on longer strings",
		place: bhattamishra("§7"),
		expected: atMost(0.1),
		measure: (rows) => meanOf(rowsOf(rows, "periodic"), "soft/longer"),
		caveat:
			"Positions are learned here, and those beyond the training strings never were. Without positions (aa)* cannot " +
			"be told at all: every state is the same.",
	},
	{
		id: "languages.bounded-harder",
		sentence:
			"Dyck-1 to a bounded depth, which is regular and star-free, is harder than Dyck-1, which is not (difference on longer strings)",
		place: bhattamishra("§7"),
		expected: below(0),
		measure(rows) {
			const all = rowsOf(rows);
			const dyck = all.find((row) => row["language"] === "Dyck-1");
			const bounded = all.filter((row) => /^D[₀-₉]+$/.test(String(row["language"])));
			if (!dyck || bounded.length === 0) return undefined;
			return {
				value: mean(bounded.map((row) => value(row, "soft/longer"))) - value(dyck, "soft/longer"),
				detail: `Longer strings: ${list([dyck, ...bounded], (row) => value(row, "soft/longer"))}; as long as in training: ${list([dyck, ...bounded], (row) => value(row, "soft/in"))}.`,
			};
		},
	},
	{
		id: "languages.saturation-rises",
		sentence:
			"training on a language saturates the network beyond its random initialisation (mean difference of cosines)",
		place: "§4.1, asked of formal languages",
		expected: above(0),
		measure: (rows) => saturationRise(rowsOf(rows)),
		caveat:
			"The paper's models were language models. A mean over a prefix is soft attention spread widely: a network that " +
			"counts by averages may work because it is not saturated.",
	},
	...(Object.keys(families) as Family[]).map(
		(family): Claim => ({
			id: `languages.saturated-recognises.${family}`,
			sentence: `${families[family]}: the saturated network still recognises what the network learned (share of its accuracy)`,
			place: "§4, asked of formal languages",
			expected: atLeast(recognised),
			measure: (rows) => kept(rowsOf(rows, family), "saturated"),
			...(keptCaveats[family] === undefined ? {} : { caveat: keptCaveats[family] }),
		}),
	),
	{
		id: "languages.hard-recognises",
		sentence:
			"with hard attention alone the network still recognises what it learned (share of its accuracy)",
		place: "§4.2, asked of formal languages",
		expected: atLeast(recognised),
		measure: (rows) => kept(rowsOf(rows), "hard"),
	},
	{
		id: "languages.saturation-tells",
		sentence:
			"the more saturated a network is, the more its saturated form keeps (rank correlation over the languages learned)",
		place: "§4: what the measure is meant for",
		expected: above(0),
		caveat:
			"A high cosine does not suffice: see the details for languages that are saturated by it and keep nothing.",
		measure(rows) {
			const those = learned(rowsOf(rows));
			if (those.length < 5) return undefined;
			const saturation = those.map((row) => value(row, "saturation"));
			const accuracy = those.map((row) => value(row, "saturated/in"));
			const correlation = rankCorrelation(saturation, accuracy);
			// All alike, and nothing to be ranked.
			if (!Number.isFinite(correlation)) return undefined;
			return {
				value: correlation,
				detail: `${those.length} languages; cosine and accuracy saturated: ${those
					.map(
						(row) =>
							`${row["language"]} ${value(row, "saturation").toFixed(2)} ${value(row, "saturated/in").toFixed(2)}`,
					)
					.join(", ")}.`,
			};
		},
	},
];

const columns = ["as in training", "longer strings", "saturation"] as const;
const states = ["cosine, trained", "cosine, initial"] as const;

function figures(rows: readonly Row[], options: FigureOptions): Figure[] {
	const points = rowsOf(rows).flatMap((row) => {
		const of = { language: String(row["language"]), family: String(row["family"]) };
		return [
			...networks.flatMap((network) => [
				{ ...of, column: columns[0], series: network, value: value(row, `${network}/in`) },
				{ ...of, column: columns[1], series: network, value: value(row, `${network}/longer`) },
			]),
			{ ...of, column: columns[2], series: states[0], value: value(row, "saturation") },
			{ ...of, column: columns[2], series: states[1], value: value(row, "initial/saturation") },
		];
	});
	const figure = drawLanguages(points, {
		...options,
		columns,
		series: [...networks, ...states],
		families,
		caption:
			"Left and middle: share of strings after each symbol of which the network names exactly the symbols that may " +
			"follow (Bhattamishra et al. 2020). soft is the network as trained; hard has saturated attention in its place; " +
			"saturated is the limit of all parameters × c. Right: cosine of final states at θ and at 1000·θ. Look for rows " +
			"where soft stands at 1 and saturated at 0: what was learned there is not what saturation keeps.",
	});
	return figure ? [figure] : [];
}

export const formalLanguages: Part = {
	name: "languages",
	title: "Formal languages",
	introduction:
		"A formal language is a task whose solution is known: count brackets, or keep a parity. Small networks learn, after " +
		"each symbol of a string, which symbols may follow; a string is recognised only if every such set is right " +
		"(Bhattamishra, Ahuja and Goyal, EMNLP 2020). Then each network is replaced by its saturated form, which Merrill et " +
		"al. (§4) take for what training tends to: does it still recognise the language?",
	runs: (name) => name.startsWith(prefix),
	claims,
	figures,
};
