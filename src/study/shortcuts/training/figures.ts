/** The figures of the part: losses, steps ratios, learning rates, and what the probes saw. */
import { type CurvePoint, drawCurves } from "../../../figure/curves.ts";
import { drawDotsByName, type NamedValue } from "../../../figure/dots-by-name.ts";
import type { Figure, FigureOptions, Row } from "../../../figure/figure.ts";
import { drawRateGrid } from "../../../figure/rate-grid.ts";
import { lastLoss, runsIn, type TrainedRun } from "./cells.ts";
import { ratiosOf, reference } from "./measurements.ts";
import { gridName, longer, longName, saturationFactor, seedsName } from "./names.ts";
import { plateauOf } from "./unigram.ts";

export function trainingFigures(rows: readonly Row[], options: FigureOptions): Figure[] {
	return [
		...lossFigures(rows, options),
		ratioFigure(rows, options),
		rateFigure(rows, options),
		probeFigure(rows, options),
	].filter((figure) => figure !== undefined);
}

/** Which methods stand together in a drawing of at most six colours; others go where there is room. */
const families: readonly { readonly name: string; readonly has: (method: string) => boolean }[] = [
	{
		name: "no skips",
		has: (method) => method === "vanilla" || /^(value-skip-init|u-spa|e-spa)$/.test(method),
	},
	{ name: "norms and no skips", has: (method) => /, norms$/.test(method) },
	{ name: "skips and no norms", has: (method) => /, skips$/.test(method) || method === "skip-init" },
	{ name: "other blocks", has: () => true },
];
const familyOf = (method: string): string => families.find(({ has }) => has(method))!.name;

function lossFigures(rows: readonly Row[], options: FigureOptions): (Figure | undefined)[] {
	const plateau = plateauOf(rows)?.plateau;
	const equal = runsIn(rows, seedsName);
	const references = equal.filter(({ method }) => method === reference);
	const draw = (id: string, title: string, runs: readonly TrainedRun[], caption: string) => {
		const points = runs.flatMap((run): CurvePoint[] =>
			run.points.slice(1).map(({ step, loss }) => ({
				panel: "",
				series: run.method,
				curve: `${run.seed} ${run.points.at(-1)!.step}`,
				x: step,
				y: loss,
			})),
		);
		// The first steps, far above, would flatten the rest.
		const late = points.filter(({ x }) => x >= 0.05 * Math.max(...references.map(lastStep), 1));
		const ends = late.map(({ x }) => x);
		const guides =
			plateau === undefined
				? []
				: [Math.min(...ends), Math.max(...ends)].map((x) => ({
						panel: "",
						series: "plateau",
						x,
						y: plateau,
					}));
		return drawCurves(late, {
			...options,
			id,
			title,
			caption: `${caption} Each line is a seed. The thin line is the unigram plateau: the loss of knowing only how often each token occurs.`,
			x: { label: "step →", scale: "log", domain: [Math.min(...ends), Math.max(...ends)] },
			y: {
				label: "↑ validation loss, nats",
				...(plateau !== undefined && { domain: domainOf(late, plateau, runs) }),
			},
			guides,
			height: 240,
		});
	};
	return [
		...families.map(({ name }, i) => {
			const runs = equal.filter(({ method }) => method !== reference && familyOf(method) === name);
			if (runs.length === 0) return undefined;
			return draw(
				`training-loss-${i + 1}`,
				`Loss: ${name}`,
				[...references, ...runs],
				`Validation loss against steps: ${reference} and networks with ${name}.`,
			);
		}),
		draw(
			"training-loss-long",
			`Loss in ${longer} times as many steps`,
			[...(runsIn(rows, longName).length > 0 ? references : []), ...runsIn(rows, longName)],
			`Validation loss of networks without skips and norms, vanilla among them, in ${longer} times the steps of ${reference}. On this axis of ` +
				"logarithms the horizontal distance between two lines is the ratio of their steps. Rates fall to 0 at each run's end.",
		),
	];
}

const lastStep = (run: TrainedRun): number => run.points.at(-1)?.step ?? 0;

/** From the lowest loss to a little above the plateau and all ends: what is higher is a spike, or a network not begun. */
function domainOf(
	points: readonly CurvePoint[],
	plateau: number,
	runs: readonly TrainedRun[],
): [number, number] {
	const low = Math.min(...points.map(({ y }) => y), plateau);
	const ends = runs.map(lastLoss).filter(Number.isFinite);
	return [low - 0.05, Math.max(plateau + Math.max(0.3, 0.4 * (plateau - low)), ...ends) + 0.05];
}

function ratioFigure(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const methods = [...new Set(runsIn(rows, seedsName).map(({ method }) => method))].filter(
		(method) => method !== reference,
	);
	const values = methods.flatMap((name) =>
		[seedsName, longName].flatMap((sweep): NamedValue[] =>
			ratiosOf(rows, sweep, name).flatMap(({ most, least, tried, href }): NamedValue[] => {
				const dot = { panel: "ratio", name, ...(href !== undefined && { href }) };
				const to = sweep === longName ? `to its last loss, ${longer} × the steps` : "to its last loss";
				return [
					most === undefined
						? { ...dot, series: to, value: tried, beyond: true }
						: { ...dot, series: to, value: most },
					...(least === undefined ? [] : [{ ...dot, series: "from the run's last loss", value: least }]),
				];
			}),
		),
	);
	return drawDotsByName(values, {
		...options,
		id: "training-steps-ratio",
		title: `Steps, as a multiple of ${reference}'s`,
		caption:
			`How many times as many steps a method needs as ${reference}. To its last loss: the steps at which a run came down to ` +
			`${reference}'s last loss; an arrow where it had not yet, at the steps that it made. From the run's last loss: all its ` +
			`steps, divided by those in which ${reference} came down to where the run ended. A run's rate falls to 0 at its end, so ` +
			"the first is too large and the second too small: the truth lies between. A dot a seed; the paper's abstract says " +
			"1 for networks with skips and no norms, and about 5 for those without both.",
		axes: {
			ratio: { label: "steps ratio →", scale: "log", guides: { "1×": 1, [`${longer}×`]: longer } },
		},
	});
}

function rateFigure(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const plateau = plateauOf(rows)?.plateau;
	return drawRateGrid(
		runsIn(rows, gridName).map((run) => ({
			name: run.method,
			rate: run.learningRate ?? Number.NaN,
			value: lastLoss(run),
			diverged: run.state === "diverged",
			...(run.href !== undefined && { href: run.href }),
		})),
		{
			...options,
			id: "training-rates",
			title: "Which learning rate each method wants",
			caption:
				"Validation loss at the end of short runs, one seed; the best rate of each method is framed, × is a run that diverged" +
				`${plateau === undefined ? "" : `, and the unigram plateau is ${plateau.toFixed(2)}`}. A frame at an edge says that the best may lie beyond. ` +
				"Click a cell to open its run.",
			quantity: "validation loss, nats",
			...(plateau !== undefined && { most: plateau + 0.2 }),
		},
	);
}

function probeFigure(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const values = runsIn(rows, seedsName)
		.filter(({ state, points }) => state === "finished" && points.length > 1)
		.flatMap(({ method: name, points, href }): NamedValue[] => {
			const [first, last] = [points[0]!, points.at(-1)!];
			const dot = { name, ...(href !== undefined && { href }) };
			const both = (panel: string, key: "saturation" | "similarity") => [
				{ ...dot, panel, series: "at step 0", value: first[key] },
				{ ...dot, panel, series: "trained", value: last[key] },
			];
			return [
				...both("saturation", "saturation"),
				...both("similarity", "similarity"),
				{ ...dot, panel: "norm", series: "trained", value: last.norm / first.norm },
			];
		});
	return drawDotsByName(values, {
		...options,
		id: "training-probes",
		title: "Norm growth, saturation and the likeness of tokens",
		caption:
			`Norm of the blocks' parameters, trained / initial. Saturation: cosine between the final states at θ and at ${saturationFactor}·θ, ` +
			"1 where scaling all parameters changes nothing; it says nothing of a network whose tokens are all alike, so the mean " +
			"cosine between final states of different tokens stands below it. With W_Q = 0 networks without skips begin at exactly 1. " +
			"A dot a seed. A new question: no paper says what to expect.",
		axes: {
			norm: { label: "norm, trained / initial →", guides: { "": 1 } },
			saturation: { label: `saturation, c = ${saturationFactor} →` },
			similarity: { label: "mean cosine between tokens →" },
		},
	});
}
