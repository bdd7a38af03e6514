/** What attention is good for: the flow with W_K and W_Q trained beside the same flow with both held fixed. */
import type { Row } from "../../../figure/figure.ts";
import { inWords, median } from "../../rows.ts";
import { above, atMost, below, type Claim, type Measurement, near } from "../../study.ts";
import { at, flowOf, flowsOf, outsideOf, seedOf } from "../flows.ts";

/** `value` of the trained and the frozen flow of each seed; the median decides, or the worst. */
function pairs(
	rows: readonly Row[],
	value: (trained: Row, frozen: Row) => number,
	choose: (values: readonly number[]) => number,
): Measurement | undefined {
	const values = flowsOf(rows, "A2").flatMap(({ run, last }) => {
		const frozen = flowOf(rows, `A2-frozen-${seedOf(run)}`);
		return frozen ? [value(last, frozen.last)] : [];
	});
	if (values.length === 0) return undefined;
	return {
		value: choose(values),
		detail: `${values.length} pairs of one seed: ${inWords(Math.min(...values))} to ${inWords(Math.max(...values))}.`,
	};
}

const lossRatio = (trained: Row, frozen: Row) => at(trained, "train/loss") / at(frozen, "train/loss");
const place = "not in the paper: W_K and W_Q held at their initial values";

const claim = (claim: Omit<Claim, "place">): Claim => ({ place, ...claim, ...outsideOf("A2") });

export const purposeClaims: readonly Claim[] = [
	claim({
		id: "attention.lower-loss",
		sentence: "A2: trained attention ends at a lower loss than frozen attention (largest ratio over seeds)",
		expected: below(1),
		measure: (rows) => pairs(rows, lossRatio, (values) => Math.max(...values)),
	}),
	claim({
		id: "attention.loss-ratio",
		sentence:
			"A2: the loss with trained attention over that with frozen attention, at the end (median over seeds)",
		expected: near(0.84, 0.03),
		caveat: "This study's specification has 0.82 to 0.86 over five seeds of its own.",
		measure: (rows) => pairs(rows, lossRatio, median),
	}),
	claim({
		id: "attention.wider-margin",
		sentence:
			"A2: training attention enlarges the effective margin γ = ‖c‖ / mean g at the end (smallest gain over seeds)",
		expected: above(0.02),
		caveat: "The bound is ours; γ² is the rate of 1/L̂.",
		measure: (rows) =>
			pairs(
				rows,
				(trained, frozen) => at(trained, "margin/gamma") - at(frozen, "margin/gamma"),
				(values) => Math.min(...values),
			),
	}),
	claim({
		id: "attention.margins",
		sentence:
			"A2: the effective margin γ ends at 0.44 with trained attention and at 0.40 with frozen (farthest from these over seeds)",
		expected: atMost(0.03),
		caveat:
			"The numbers are those of this study's specification, for seeds of its own; the tolerance is ours.",
		measure: (rows) =>
			pairs(
				rows,
				(trained, frozen) =>
					Math.max(Math.abs(at(trained, "margin/gamma") - 0.44), Math.abs(at(frozen, "margin/gamma") - 0.4)),
				(values) => Math.max(...values),
			),
	}),
	claim({
		id: "attention.least-margins",
		sentence:
			"A2: the least margin ends at 10.7 with trained attention and at 10.55 with frozen (farthest from these over seeds)",
		expected: atMost(0.1),
		caveat:
			"The numbers are those of this study's specification, for seeds of its own; the tolerance is ours.",
		measure: (rows) =>
			pairs(
				rows,
				(trained, frozen) =>
					Math.max(
						Math.abs(at(trained, "margin/least") - 10.7),
						Math.abs(at(frozen, "margin/least") - 10.55),
					),
				(values) => Math.max(...values),
			),
	}),
	claim({
		id: "attention.wider-least-margin",
		sentence:
			"A2: training attention enlarges the least margin min y_iF_i at the end (smallest gain over seeds)",
		expected: above(0),
		measure: (rows) =>
			pairs(
				rows,
				(trained, frozen) => at(trained, "margin/least") - at(frozen, "margin/least"),
				(values) => Math.min(...values),
			),
	}),
];
