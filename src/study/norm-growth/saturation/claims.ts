/**
 * What is claimed of saturation, of each norm placement with the strict mask. A value is the mean over the runs of a
 * placement, whatever their seeds; the words give each run's, and what it must be read beside.
 */
import type { Row } from "../../../figure/figure.ts";
import { mean, numberOf as number } from "../../rows.ts";
import {
	above,
	atLeast,
	atMost,
	below,
	type Claim,
	type Expectation,
	type Measurement,
} from "../../study.ts";
import type { Network } from "./networks.ts";

const placements = ["pre", "res-post", "post"] as const;
type Placement = (typeof placements)[number];

/** The rows of `measure.ts`. */
export const saturationRows = (rows: readonly Row[]): Row[] =>
	rows.filter(({ run }) => run.startsWith("saturation/"));

const digits = (value: number): string => String(Number(value.toPrecision(4)));
const tiny = (value: number): string => value.toExponential(1);

/** One run, opened for a claim. */
class Measured {
	readonly name: string;
	readonly #rows: readonly Row[];

	constructor(name: string, rows: readonly Row[]) {
		this.name = name;
		this.#rows = rows.filter((row) => row["model"] === name);
	}

	/** Loss and accuracies of a network. */
	network(network: Network): Row {
		return this.#rows.find((row) => row["network"] === network && row["layer"] === undefined)!;
	}

	/** Of a network, in order: embeddings, blocks, final state. */
	layers(network: Network): Row[] {
		return this.#rows.filter((row) => row["network"] === network && row["layer"] !== undefined);
	}

	/** Saturation of the final state, at the finite c. */
	saturation(network: Network): number {
		return number(this.layers(network).at(-1)!, "finite/mean");
	}

	/** What a saturation says nothing without. */
	get beside(): string {
		const loss = number(this.network("trained"), "loss");
		const similarity = number(this.layers("trained").at(-1)!, "similarity");
		return `loss ${digits(loss)} nats, likeness of tokens ${digits(similarity)}`;
	}
}

interface Question {
	readonly id: string;
	readonly sentence: string;
	readonly place: string;
	readonly expected: Expectation;
	readonly measure: (run: Measured) => Measurement;
	readonly caveat?: string | Readonly<Partial<Record<Placement, string>>>;
}

/** Saturation of the trained network above a control's. */
const aboveControl =
	(control: Network) =>
	(run: Measured): Measurement => {
		const [trained, other] = [run.saturation("trained"), run.saturation(control)];
		return {
			value: trained - other,
			detail: `${digits(trained)}, against ${digits(other)} (${control}); ${run.beside}`,
		};
	};

const largest = (rows: readonly Row[], key: string): Row =>
	rows.reduce((top, row) => (number(row, key) > number(top, key) ? row : top));

const questions: readonly Question[] = [
	{
		id: "trained-above-initial",
		sentence:
			"training saturates the network beyond its random initialisation (final state, c = 1000, difference of cosines)",
		place: "§4.1",
		expected: above(0),
		measure: aboveControl("initial"),
	},
	{
		id: "trained-above-rescaled",
		sentence:
			"it is structure and not norm: the initialisation rescaled to the trained norm is less saturated (difference)",
		place: "§4.1; the control is ours",
		expected: above(0),
		measure: aboveControl("rescaled"),
		caveat:
			"All parameters times one number, by which the encoder's norm becomes the trained one. The norm of all parameters " +
			"is mostly embeddings and hardly changes.",
	},
	{
		id: "trained-above-rescaled-tensors",
		sentence:
			"nor is it the norms of single tensors: the initialisation with those of the trained network is less saturated",
		place: "not in the paper: a control of ours",
		expected: above(0),
		measure: aboveControl("rescaled tensors"),
		caveat: {
			pre: "The limit of pre lacks embeddings, so growing norms of its blocks alone bring it nearer.",
		},
	},
	{
		id: "one",
		sentence: "saturation of the trained network is 1.00 (final state, c = 1000)",
		place: "§4.1",
		expected: atLeast(0.995),
		measure: (run) => ({ value: run.saturation("trained"), detail: run.beside }),
		caveat: "The paper's models were larger and trained for longer, behind a mask that leaks.",
	},
	{
		id: "limit",
		sentence: "c = 1000 stands for the limit (largest mean 1 − cosine of the two, over layers)",
		place: "§4.1, Def. 1; the comparison is ours",
		expected: atMost(1e-3),
		caveat:
			"The tolerance is ours, set with results of such models in hand. What is left is mostly single tokens with nearly tied scores, which c = 1000 has not yet " +
			"separated; elsewhere it is as small as the degrees predict, 10⁻⁹ to 10⁻⁸.",
		measure(run) {
			const worst = largest(run.layers("trained"), "agreement");
			const final = run.layers("trained").at(-1)!;
			return {
				value: number(worst, "agreement"),
				detail:
					`in layer ${worst["layerName"]}; mean cosine of the final state ${number(final, "finite/mean").toFixed(5)} at ` +
					`c = 1000, ${number(final, "limit/mean").toFixed(5)} in the limit; initialisation: ` +
					tiny(number(largest(run.layers("initial"), "agreement"), "agreement")),
			};
		},
	},
	{
		id: "tokens-differ",
		sentence:
			"its tokens have different states, so that saturation means something (mean cosine, final state)",
		place: "not in the paper: a control of ours",
		expected: below(0.9),
		caveat: "The bound is ours.",
		measure: (run) => ({
			value: number(run.layers("trained").at(-1)!, "similarity"),
			detail:
				`largest of all layers ${digits(number(largest(run.layers("trained"), "similarity"), "similarity"))}; ` +
				`at the initialisation ${digits(number(run.layers("initial").at(-1)!, "similarity"))}`,
		}),
	},
	{
		id: "attention-hardens",
		sentence:
			"training makes attention harder: states come nearer to those of hard attention (difference of cosines)",
		place: "§4.2 reads saturation so; asked of attention alone, with all other terms kept",
		expected: above(0),
		measure(run) {
			const of = (network: Network) => number(run.layers(network).at(-1)!, "hard");
			const [trained, initial] = [of("trained"), of("initial")];
			return { value: trained - initial, detail: `${digits(trained)}, against ${digits(initial)} (initial)` };
		},
	},
	{
		id: "attention-share",
		sentence:
			"what is not saturated is attention: 1 − cosine to hard attention alone is most of 1 − cosine to the limit (quotient)",
		place: "§4.2 reads saturation so; the comparison and the threshold, one half, are ours",
		expected: atLeast(0.5),
		measure(run) {
			const final = run.layers("trained").at(-1)!;
			const [hard, limit] = [number(final, "hard"), number(final, "limit/mean")];
			return {
				value: (1 - hard) / (1 - limit),
				detail: `cosine ${digits(hard)} to hard attention with all terms, ${digits(limit)} to the limit`,
			};
		},
		caveat: {
			pre: "The limit of pre also loses the embeddings and all biases of linear maps: terms of lower degree.",
			post: "The limit of post also loses all residual connections and biases of linear maps: terms of lower degree.",
			"res-post": "The limit of res-post also loses the biases of linear maps.",
		},
	},
	{
		id: "hard-loss",
		sentence: "hard attention alone costs little (loss with hard attention − loss, nats a token)",
		place: "§4.2; the threshold is ours",
		expected: atMost(0.25),
		caveat: "The threshold was set with results of such models in hand.",
		measure(run) {
			const row = run.network("trained");
			return {
				value: number(row, "hard/loss") - number(row, "loss"),
				detail: `${digits(number(row, "loss"))} becomes ${digits(number(row, "hard/loss"))} nats`,
			};
		},
	},
	{
		id: "predicts",
		sentence:
			"the saturated network still predicts (its share of right next tokens / that of the trained network)",
		place: "§4.2 asks what saturated networks can compute; the threshold is ours",
		expected: atLeast(0.5),
		caveat: "Its logits have a direction and no scale: it has an accuracy, and no loss.",
		measure(run) {
			const row = run.network("trained");
			const shares = ["accuracy", "hard/accuracy", "saturated/accuracy"].map((key) => number(row, key));
			return {
				// Nothing right of nothing right: the limit loses nothing, and shows nothing.
				value: shares[0]! > 0 ? shares[2]! / shares[0]! : 0,
				detail: `right: ${digits(shares[0]!)}, with hard attention ${digits(shares[1]!)}, saturated ${digits(shares[2]!)}`,
			};
		},
	},
];

function overRuns(
	rows: readonly Row[],
	placement: Placement,
	measure: Question["measure"],
): Measurement | undefined {
	const own = saturationRows(rows).filter(
		(row) => row["placement"] === placement && row["mask"] === "strict",
	);
	const names = [...new Set(own.map((row) => String(row["model"])))];
	if (names.length === 0) return undefined;
	const measured = names.map((name) => ({ name, ...measure(new Measured(name, own)) }));
	return {
		value: mean(measured.map(({ value }) => value)),
		detail: `${measured.map(({ name, detail }) => `${name}: ${detail}`).join(". ")}.`,
	};
}

export const saturationClaims: readonly Claim[] = questions.flatMap(
	({ id, sentence, place, expected, measure, caveat }) =>
		placements.map((placement): Claim => {
			const words = typeof caveat === "string" ? caveat : caveat?.[placement];
			return {
				id: `saturation.${id}.${placement}`,
				of: placement,
				sentence,
				place,
				expected,
				measure: (rows) => overRuns(rows, placement, measure),
				...(words === undefined ? {} : { caveat: words }),
			};
		}),
);
