/**
 * What Merrill et al. 2021 say of heads (§4.2, Fig. 3), and what their mask did to it.
 *
 * Two readings of Fig. 3 are judged: the paper's, that trained heads of a causal model divide into argmax and mean
 * heads; and ours, that the second mode is made by the mask of its code.
 */
import { type Row, valuesOf } from "../../../figure/figure.ts";
import { mean, median, numberOf, numbersOf } from "../../rows.ts";
import { above, atLeast, atMost, below, type Claim, type Measurement, near } from "../../study.ts";

/** A row of `measure.ts`. */
export const headRows = (rows: readonly Row[], mask?: string): Row[] =>
	rows.filter(
		(row) =>
			row.run.startsWith("heads/") &&
			typeof row["saturated/positions"] === "number" &&
			(mask === undefined || row["mask"] === mask),
	);

const modelsOf = (rows: readonly Row[]): string => [...new Set(rows.map((row) => row["model"]))].join(", ");

/** A claim's measure from the heads behind one mask, or undefined if none were measured. */
const ofHeads =
	(mask: string, measure: (heads: Row[]) => Measurement) =>
	(rows: readonly Row[]): Measurement | undefined => {
		const heads = headRows(rows, mask);
		return heads.length ? measure(heads) : undefined;
	};

const share = (heads: readonly Row[], holds: (head: Row) => boolean): Measurement => {
	const found = heads.filter(holds).length;
	return { value: found / heads.length, detail: `${found} of ${heads.length} heads (${modelsOf(heads)})` };
};

/** Half a position, as wide as the top bin of the published histogram. */
const leakWidth = 0.5;
const atLeak = (head: Row) =>
	Math.abs(numberOf(head, "saturated/positions") - numberOf(head, "signature/leak")) <= leakWidth;

const fig3 = "§4.2, Fig. 3";

/** The final validation loss of a run. */
const lossOf = (rows: readonly Row[], run: string) =>
	valuesOf(
		rows.filter((row) => row.run === run),
		"val/loss",
	).at(-1)?.value;

/** The largest mean count over the strict heads of a placement, and by layer. */
const ofPlacement =
	(placement: string) =>
	(rows: readonly Row[]): Measurement | undefined => {
		const heads = headRows(rows, "strict").filter((row) => row["placement"] === placement);
		if (heads.length === 0) return undefined;
		const layers = [...new Set(heads.map((head) => numberOf(head, "layer")))].sort((a, b) => a - b);
		const largest = (some: Row[]) => Math.max(...numbersOf(some, "saturated/positions"));
		const byLayer = layers.map((layer) =>
			largest(heads.filter((head) => head["layer"] === layer)).toFixed(3),
		);
		return {
			value: largest(heads),
			detail: `${heads.length} heads (${modelsOf(heads)}); largest by layer: ${byLayer.join(", ")}.`,
		};
	};

export const headClaims: readonly Claim[] = [
	...(["res-post", "post"] as const).map(
		(placement): Claim => ({
			id: `heads.bimodal.strict.${placement}`,
			sentence: `${placement}: causal models have mean heads: trained heads that attend to about half the sentence when saturated (share of heads, strict mask)`,
			place: `${fig3} (${placement === "post" ? "0.49, post-norm" : "0.42, pre-norm"}, in the top bin)`,
			expected: above(0),
			caveat:
				"The paper's reading, asked of models with the mask that the paper describes; one such head suffices. Scores tie " +
				"if they differ by less than a millionth of the largest, and those of different tokens do not" +
				(placement === "post"
					? "; those of positions that share one state do, which the claim on ties in post-norm looks at."
					: "."),
			measure: (rows) => {
				const heads = headRows(rows, "strict").filter((row) => row["placement"] === placement);
				return heads.length ? share(heads, (head) => head["saturated/class"] === "mean-like") : undefined;
			},
		}),
	),
	{
		id: "heads.one.strict",
		sentence: "with a strict mask trained heads attend to one position when saturated (median over heads)",
		place: "not in the paper: a prediction for a mask that masks",
		expected: atMost(1.5),
		caveat: "The bound is ours: nearer to one position than to two.",
		measure: ofHeads("strict", (heads) => {
			const counts = numbersOf(heads, "saturated/positions");
			return {
				value: median(counts),
				detail:
					`${heads.length} heads (${modelsOf(heads)}), largest mean ${Math.max(...counts).toFixed(3)}; ` +
					`with all parameters × 1000, in float32, ${Math.max(...numbersOf(heads, "scaled/positions")).toFixed(3)}.`,
			};
		}),
	},
	{
		id: "heads.one.res-post",
		sentence:
			"in the paper's pre-norm (res-post), whose skip connections survive the limit, every head does (largest mean)",
		place: "not in the paper: a prediction for a mask that masks",
		expected: near(1, 0.01),
		caveat: "The tolerance is ours.",
		measure: ofPlacement("res-post"),
	},
	{
		id: "heads.ties.post",
		sentence:
			"post-norm loses its skip connections in the limit: positions come to share a state and tie exactly (largest mean, strict mask)",
		place: "not in the paper: its post-norm, in the limit",
		expected: above(1.01),
		caveat:
			"Such ties are a loss of information, not a mean over different tokens: the tied positions hold the same vector.",
		measure: ofPlacement("post"),
	},
	{
		id: "heads.bimodal.leaky",
		sentence:
			"with the published mask there is a second mode (share of trained heads within half a position of the leak's value)",
		place: `${fig3} (0.42 of the pre-norm heads, in the top bin)`,
		expected: above(0),
		measure: ofHeads("leaky", (heads) => {
			const { value, detail } = share(heads, atLeak);
			const one = heads.filter((head) => head["saturated/class"] === "argmax-like").length;
			return { value, detail: `${detail}; argmax-like ${one}, the rest in between.` };
		}),
	},
	{
		id: "heads.top.leaky",
		sentence:
			"the largest count over trained heads is the leak's closed form, not a mean head's (difference from it, in positions)",
		place: `${fig3}; the mask of the paper's code`,
		expected: near(0, 0.25),
		caveat: "A mean head would be 0.988 positions off at 83 tokens. The tolerance is ours.",
		measure: ofHeads("leaky", (heads) => {
			const difference = (head: Row) =>
				numberOf(head, "saturated/positions") - numberOf(head, "signature/leak");
			const top = heads.reduce((a, b) => (difference(b) > difference(a) ? b : a));
			return {
				value: difference(top),
				detail:
					`${top["model"]}, layer ${top["layer"]}, head ${top["head"]}: ${numberOf(top, "saturated/positions").toFixed(3)} positions, ` +
					`split ${numberOf(top, "saturated/split").toFixed(3)}; the leak gives ${numberOf(top, "signature/leak").toFixed(3)}, ` +
					`a mean head ${numberOf(top, "signature/mean").toFixed(1)}.`,
			};
		}),
	},
	{
		id: "heads.leak-weight",
		sentence: "trained with the leaky mask, softmax attention looks at later tokens (mean weight on them)",
		place: "the mask of the paper's code",
		expected: above(0.1),
		caveat: "The bound is ours. A strict mask gives 0.",
		measure: ofHeads("leaky", (heads) => ({
			value: mean(numbersOf(heads, "soft/leak")),
			detail:
				`${heads.length} heads (${modelsOf(heads)}), as trained; at initialisation ${mean(numbersOf(heads, "initial/leak")).toFixed(3)}; ` +
				`largest of one head ${Math.max(...numbersOf(heads, "soft/leak")).toFixed(3)}.`,
		})),
	},
	{
		id: "heads.leak-loss",
		sentence:
			"a model that sees later tokens predicts better than any causal one (validation loss, strict − leaky, nats)",
		place: "the logs of the paper's code (dev loss 1.38 and 73 % accuracy on Penn Treebank)",
		expected: above(0.5),
		caveat: "The runs may differ in length of context and in steps. The bound is ours.",
		measure(rows) {
			const pairs = [...new Set(headRows(rows, "leaky").map((row) => String(row["model"])))].flatMap(
				(leaky) => {
					const placement = headRows(rows, "leaky").find((row) => row["model"] === leaky)!["placement"];
					const strict = headRows(rows, "strict").find((row) => row["placement"] === placement)?.["model"];
					const losses = [lossOf(rows, String(strict)), lossOf(rows, leaky)];
					const [a, b] = losses;
					return a === undefined || b === undefined ? [] : [{ leaky, strict, a, b }];
				},
			);
			if (pairs.length === 0) return undefined;
			return {
				value: Math.min(...pairs.map(({ a, b }) => a - b)),
				detail: `${pairs.map(({ strict, leaky, a, b }) => `${strict} ${a.toFixed(2)}, ${leaky} ${b.toFixed(2)}`).join("; ")}; the smallest difference.`,
			};
		},
	},
	{
		id: "heads.soft-mean",
		sentence:
			"by effective positions some heads are mean-like also with a strict mask (share of trained heads, softmax)",
		place: "not in the paper: the count of ties replaced by a soft statistic",
		expected: above(0),
		caveat:
			"Mean-like: (exp(entropy) − 1) / (available − 1) of 0.4 or more on average; argmax-like: below 0.05. Bounds are ours.",
		measure: ofHeads("strict", (heads) => {
			const { value, detail } = share(heads, (head) => head["soft/class"] === "mean-like");
			const sharp = heads.filter((head) => head["soft/class"] === "argmax-like").length;
			return {
				value,
				detail:
					`${detail}; argmax-like ${sharp}, the rest in between. Mean share ${mean(numbersOf(heads, "soft/effectiveShare")).toFixed(3)}, ` +
					`at initialisation ${mean(numbersOf(heads, "initial/effectiveShare")).toFixed(3)}; weights within 10 % of the largest: ` +
					`${mean(numbersOf(heads, "soft/tolerance")).toFixed(2)} positions.`,
			};
		}),
	},
	{
		id: "heads.narrow",
		sentence:
			"training narrows attention towards saturation (mean effective share, as trained / initial, strict mask)",
		place: "§4.1, §4.2",
		expected: below(1),
		measure: ofHeads("strict", (heads) => {
			const [trained, initial] = [
				mean(numbersOf(heads, "soft/effectiveShare")),
				mean(numbersOf(heads, "initial/effectiveShare")),
			];
			return {
				value: trained / initial,
				detail: `${initial.toFixed(3)} → ${trained.toFixed(3)} of the available positions, ${heads.length} heads (${modelsOf(heads)}).`,
			};
		}),
	},
	{
		id: "heads.views-agree",
		sentence:
			"the paper's factor 1000 shows the limit: counts are those of the saturated network (share of heads within half a position)",
		place: "§4.1, the paper's c = 1000",
		expected: atLeast(0.9),
		caveat:
			"The tolerance is ours. What the limit drops, skips and biases of lower degree, still breaks ties at 1000.",
		measure(rows) {
			const heads = headRows(rows);
			if (heads.length === 0) return undefined;
			const gap = (head: Row) =>
				Math.abs(numberOf(head, "scaled/positions") - numberOf(head, "saturated/positions"));
			const { value, detail } = share(heads, (head) => gap(head) <= 0.5);
			return {
				value,
				detail: `${detail}; largest difference ${Math.max(...heads.map(gap)).toFixed(2)} positions.`,
			};
		},
	},
];
