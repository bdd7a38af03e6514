/** Dynamics (§5, §5.6, Appendices E and F): what theory says of norm growth, and what runs are made of. */
import { drawBudget, drawBudgetByLayer } from "../../figure/budget.ts";
import { drawEquilibria } from "../../figure/equilibrium.ts";
import type { Figure, FigureOptions, Row } from "../../figure/figure.ts";
import { drawPrediction } from "../../figure/prediction.ts";
import { drawRecursions } from "../../figure/recursion.ts";
import { normLaws } from "../../report/predicted-norms.ts";
import type { Experiment, Part } from "../study.ts";
import {
	type EquilibriaOptions,
	equilibria,
	equilibriaName,
	type OptimizerName,
	optimizerLabels,
} from "./dynamics/equilibria.ts";
import { equilibriumClaims } from "./dynamics/equilibrium-claims.ts";
import { predictionName, predictions } from "./dynamics/predictions.ts";
import { recursionClaims } from "./dynamics/recursion-claims.ts";
import { type RecursionsOptions, recursions, recursionsName } from "./dynamics/recursions.ts";
import { runClaims } from "./dynamics/run-claims.ts";
import type { Size } from "./presets.ts";

/** The runs whose growth is taken apart. */
const runs = ["pre", "res-post", "post"] as const;

const sizes: Readonly<Record<Size, EquilibriaOptions & RecursionsOptions>> = {
	smoke: { walks: 4, decay: 0.01, steps: 300, parameters: 256, points: 40 },
	quick: { walks: 16, decay: 0.004, steps: 1500, parameters: 512, points: 60 },
	laptop: { walks: 32, decay: 0.002, steps: 4000, parameters: 1024, points: 60 },
	paper: { walks: 32, decay: 0.001, steps: 8000, parameters: 4096, points: 60 },
};

/** The analyses of this part; the last ones look at the trainings `runs`, which the preset has to list. */
export function dynamicsExperiments(size: Size): Experiment[] {
	const { walks, decay, steps, parameters, points } = sizes[size];
	return [
		recursions({ parameters: 20_000, walks }),
		equilibria({ decay, steps, parameters, points }),
		...runs.map(predictions),
	];
}

export const dynamics: Part = {
	name: "dynamics",
	title: "Dynamics: why the norm grows, and what stops it",
	introduction:
		"A step δ changes the squared norm by 2θᵀδ + ‖δ‖², always. The paper assumes ‖δ‖ = a·η‖θ‖ (Assumption 1) and either " +
		"steps straight outwards (aligned) or at right angles (misaligned, eq. 2), and finds √t for the second. First the " +
		"formulas themselves, for several schedules, then the same budget measured in every run, seed 0, then the " +
		"equilibrium that weight decay leads to.",
	claims: [...recursionClaims, ...runClaims(runs), ...equilibriumClaims],
	figures,
};

function figures(rows: readonly Row[], options: FigureOptions): Figure[] {
	const equilibriumRows = rows.filter((row) => row.run === equilibriaName && row["quantity"] === "walk");
	const ofRuns = rows.filter((row) => (runs as readonly string[]).includes(row.run));
	const label = (optimizer: string) => optimizerLabels[optimizer as OptimizerName] ?? optimizer;
	return [
		drawRecursions(
			rows.filter((row) => row.run === recursionsName),
			options,
		),
		drawBudget(ofRuns, options),
		drawBudgetByLayer(ofRuns, options),
		drawPrediction(
			runs.flatMap((run) =>
				rows.filter((row) => row.run === predictionName(run)).map((row) => ({ ...row, run })),
			),
			{
				...options,
				id: "predictions",
				title: "The norm predicted from the steps",
				caption:
					"Norm of the encoder, measured, and as predicted from the measured sizes of single steps alone; nothing is " +
					"fitted to the norm. Aligned: every step straight outwards. Misaligned: every step at right angles, as long as " +
					"Assumption 1 has it, or of constant length. With momentum: successive steps also point partly the same way, " +
					"so that many of them reach further. Which curve do the points follow?",
				laws: normLaws,
			},
		),
		drawEquilibria(
			equilibriumRows.filter((row) => row["kind"] === "noise"),
			{ ...options, label },
		),
		drawEquilibria(
			equilibriumRows.filter((row) => row["kind"] === "layer"),
			{
				...options,
				label,
				id: "equilibria-layer",
				title: "Weight decay holds a layer's norm",
				caption:
					"The same for a linear layer before a normalisation in a small classifier. Its gradients are partly signal, " +
					"which theory leaves out; their size, which the prediction needs, is measured.",
			},
		),
	].filter((figure) => figure !== undefined);
}
