/** Where weight decay ends norm growth, asked of the walks: norms, angles, starts, gradient sizes, time. */
import type { Row } from "../../../figure/figure.ts";
import { mean } from "../../rows.ts";
import { type Claim, type Measurement, near } from "../../study.ts";
import { equilibriaName, type OptimizerName, optimizerLabels, optimizers, otherScale } from "./equilibria.ts";

/** A row of the analysis; a few keys are only of some. */
interface Known extends Row {
	readonly quantity: string;
	readonly kind: string;
	readonly optimizer: string;
	readonly start: string;
	readonly norm: number;
	readonly angle: number;
	readonly gradient: number;
	readonly predictedNorm: number;
	readonly predictedAngle: number;
	readonly settling: number;
	readonly predictedSettling: number;
}

const settled = (rows: readonly Row[], kind: string, optimizer: string) =>
	rows.filter(
		(row): row is Known =>
			row.run === equilibriaName &&
			row["quantity"] === "equilibrium" &&
			row["kind"] === kind &&
			row["optimizer"] === optimizer,
	);

const formulas: Readonly<Record<OptimizerName, string>> = {
	sgd: "(ηG²/2λ)^¼",
	"sgd with momentum": "(ηG²/2λ(1 − α))^¼",
	adam: "(η√C·G/2λ)^⅓",
	adamw: "√(ηC/2λ)",
};
const kosson = "not in the paper; Kosson, Messmer & Jaggi 2024";
/** Adam's decay inside the gradient is no subject of theirs. */
const placeOf = (optimizer: OptimizerName) =>
	optimizer === "adam"
		? "not in the paper; our derivation, in the manner of Kosson, Messmer & Jaggi 2024"
		: kosson;

/** Measured over predicted, mean over starts. */
function quotient(rows: readonly Known[], key: "norm" | "angle"): Measurement | undefined {
	if (rows.length === 0) return undefined;
	const quotients = rows.map((row) =>
		key === "norm" ? row.norm / row.predictedNorm : row.angle / row.predictedAngle,
	);
	const [row] = rows;
	return {
		value: mean(quotients),
		detail:
			`${rows.map(({ start }, i) => `${start} ${quotients[i]!.toFixed(3)}`).join(", ")}; predicted norm ` +
			`${row!.predictedNorm.toPrecision(4)}, angle ${row!.predictedAngle.toPrecision(3)} rad a step, G = ${row!.gradient.toPrecision(3)}.`,
	};
}

export const equilibriumClaims: readonly Claim[] = [
	...optimizers.flatMap((optimizer): Claim[] => [
		{
			id: `dynamics.equilibrium.${optimizer.replaceAll(" ", "-")}`,
			sentence: `${optimizerLabels[optimizer]} with weight decay holds the norm at ${formulas[optimizer]} (measured / predicted)`,
			place: placeOf(optimizer),
			expected: near(1, 0.05),
			caveat: "Random gradients on a scale-invariant vector. The tolerance is ours.",
			measure: (rows) => quotient(settled(rows, "noise", optimizer), "norm"),
		},
		{
			id: `dynamics.equilibrium-angle.${optimizer.replaceAll(" ", "-")}`,
			sentence: `${optimizerLabels[optimizer]}: there it turns by the predicted angle a step (measured / predicted)`,
			place: placeOf(optimizer),
			expected: near(1, 0.05),
			caveat: "Random gradients on a scale-invariant vector. The tolerance is ours.",
			measure: (rows) => quotient(settled(rows, "noise", optimizer), "angle"),
		},
		{
			id: `dynamics.equilibrium-start.${optimizer.replaceAll(" ", "-")}`,
			sentence: `${optimizerLabels[optimizer]}: the norm ends at the same value from a third and from three times it (largest / smallest)`,
			place: placeOf(optimizer),
			expected: near(1, 0.05),
			caveat: "The tolerance is ours.",
			measure(rows) {
				const norms = settled(rows, "noise", optimizer).map(({ norm }) => norm);
				if (norms.length < 2) return undefined;
				return {
					value: Math.max(...norms) / Math.min(...norms),
					detail: `${norms.length} starts, mean norms of the last quarter: ${norms.map((norm) => norm.toPrecision(4)).join(", ")}.`,
				};
			},
		},
		{
			id: `dynamics.equilibrium-layer.${optimizer.replaceAll(" ", "-")}`,
			sentence: `${optimizerLabels[optimizer]}: the same for a linear layer before a normalisation (measured / predicted norm)`,
			place: placeOf(optimizer),
			expected: near(1, 0.15),
			caveat:
				"Gradients of a small classifier: partly signal, and not equally large in all coordinates, unlike the theory's. " +
				"G is measured. The tolerance is ours.",
			measure: (rows) => quotient(settled(rows, "layer", optimizer), "norm"),
		},
	]),
	...optimizers.map((optimizer): Claim => {
		const power = { sgd: 1 / 2, "sgd with momentum": 1 / 2, adam: 1 / 3, adamw: 0 }[optimizer];
		const words = { 0: "none at all", [1 / 3]: "its cube root", [1 / 2]: "its square root" }[power];
		const expected = otherScale ** power;
		return {
			id: `dynamics.equilibrium-scale.${optimizer.replaceAll(" ", "-")}`,
			sentence: `${optimizerLabels[optimizer]}: of the gradient's size the equilibrium norm feels ${words} (norm at ${otherScale}·G / norm at G)`,
			place: placeOf(optimizer),
			expected: near(Number(expected.toFixed(2)), Number((0.05 * expected).toFixed(2))),
			caveat:
				"This is how Adam with L2 and AdamW differ: one balances steps by the gradient's size, one does not. The tolerance is ours.",
			measure(rows) {
				const [scaled] = settled(rows, "scale", optimizer);
				const plain = settled(rows, "noise", optimizer).find(({ start }) => start === "at");
				if (!scaled || !plain) return undefined;
				return {
					value: scaled.norm / plain.norm,
					detail: `${scaled.norm.toPrecision(4)} beside ${plain.norm.toPrecision(4)}.`,
				};
			},
		};
	}),
	{
		id: "dynamics.time-constant",
		sentence:
			"AdamW's ‖θ‖² approaches its equilibrium with the time constant 1/(2ηλ) (measured / predicted, from above)",
		place: `${kosson}; §5.6 of the paper for the decay`,
		expected: near(1, 0.1),
		caveat: "Below the equilibrium Adam's memory of larger gradients delays growth. The tolerance is ours.",
		measure(rows) {
			const row = settled(rows, "noise", "adamw").find(({ settling }) => settling !== undefined);
			if (!row) return undefined;
			return {
				value: row.settling / row.predictedSettling,
				detail: `${row.settling.toFixed(1)} steps until 1/e of the distance is left; predicted ${row.predictedSettling.toFixed(1)}.`,
			};
		},
	},
];
