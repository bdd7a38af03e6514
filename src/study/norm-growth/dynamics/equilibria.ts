/**
 * Where weight decay ends norm growth: predicted (`theory/equilibrium.ts`) and measured with the program's optimizers.
 *
 * All settings decay the norm by the same share p a step, so all have the time constant 1/(2p), and all but the scale
 * follows from p. Each walk begins at a third of the predicted norm, at it, and at three times it.
 */
import { type OptimizerConfig, optimizerConfig } from "../../../optimizer/config.ts";
import { type Equilibrium, equilibriumOf, timeConstant } from "../../../theory/equilibrium.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { type Block, layerBlock, noiseBlock, type Walk, walk } from "./walk.ts";

export const equilibriaName = "equilibria";

export const optimizers = ["sgd", "sgd with momentum", "adam", "adamw"] as const;
export type OptimizerName = (typeof optimizers)[number];

/** In words, for sentences and axes. */
export const optimizerLabels: Readonly<Record<OptimizerName, string>> = {
	sgd: "SGD",
	"sgd with momentum": "SGD, momentum 0.9",
	adam: "Adam, L2",
	adamw: "AdamW",
};

export interface EquilibriaOptions {
	/** p: by which share decay shortens the norm in a step. */
	readonly decay: number;
	readonly steps: number;
	/** Parameters of the block with random gradients. */
	readonly parameters: number;
	/** Rows of each walk. */
	readonly points: number;
}

/** Another scale of the gradients, whose cube root is 2. */
export const otherScale = 8;
/** About the scale that the layer's gradients turn out to have. */
const layerScale = 15;

const momentum = 0.9;
/** Adam's memory of squares, 100 steps, is shorter than PyTorch's: the predictions suppose it to follow the norm. */
const betas: [number, number] = [momentum, 0.99];

/** The optimizer with p = `decay`, for gradients of scale G on C parameters. */
function settings(name: OptimizerName, decay: number, G: number, C: number): OptimizerConfig {
	const rate = 0.1;
	if (name === "sgd")
		return optimizerConfig.parse({ name: "sgd", learningRate: rate, weightDecay: decay / rate });
	if (name === "sgd with momentum")
		return optimizerConfig.parse({
			name: "sgd",
			learningRate: rate,
			momentum,
			weightDecay: (decay * (1 - momentum)) / rate,
		});
	const learningRate = 1e-2;
	if (name === "adamw")
		return optimizerConfig.parse({ name: "adamw", learningRate, betas, weightDecay: decay / learningRate });
	// The decay ηλ·r√C/G at r = η√C/√2p is p.
	return optimizerConfig.parse({
		name: "adam",
		learningRate,
		weightDecay: ((G / C) * Math.sqrt(2 * decay ** 3)) / learningRate ** 2,
	});
}

/** The norm at the last quarter of a walk, and the angle of its steps. */
function settled({ norms, angles, gradients }: Walk) {
	const from = Math.floor(0.75 * angles.length);
	const mean = (values: Float64Array) =>
		values.subarray(from).reduce((a, b) => a + b, 0) / (angles.length - from);
	const meanSquare = (values: Float64Array) => Math.sqrt(mean(values.map((x) => x * x)));
	return { norm: mean(norms.subarray(0, -1)), angle: mean(angles), gradient: meanSquare(gradients) };
}

/** How many steps until the distance of r² to `equilibrium`² is 1/e of what it was; undefined if it never is. */
function stepsToSettle(norms: Float64Array, equilibrium: number): number | undefined {
	const left = (t: number) => (norms[t]! ** 2 - equilibrium ** 2) / (norms[0]! ** 2 - equilibrium ** 2);
	const t = norms.findIndex((_, i) => left(i) <= 1 / Math.E);
	if (t < 1) return undefined;
	// Between two steps, by a straight line.
	return t - 1 + (left(t - 1) - 1 / Math.E) / (left(t - 1) - left(t));
}

export function equilibria(options: EquilibriaOptions): Analysis {
	const { decay, steps, parameters, points } = options;
	return {
		kind: "analysis",
		name: equilibriaName,
		title: "Norm and angle at which weight decay holds a scale-invariant block",
		needs: [],
		options: { ...options },
		async compute({ engine, signal, progress }) {
			const rows: AnalysisRow[] = [];
			const layer = layerBlock();
			const layerParameters = layer.shape.reduce((a, b) => a * b, 1);
			const noise = { C: parameters, settingsFor: 1 };
			const plan = [
				...optimizers.map((name) => ({ name, kind: "noise", scale: 1, ...noise })),
				// The settings stay those of G = 1: what another scale does to the norm is the question.
				...optimizers.map((name) => ({ name, kind: "scale", scale: otherScale, ...noise })),
				...optimizers.map((name) => ({
					name,
					kind: "layer",
					scale: layerScale,
					C: layerParameters,
					settingsFor: layerScale,
				})),
			];
			for (const [i, { name, kind, scale, C, settingsFor }] of plan.entries()) {
				const optimizer = settings(name, decay, settingsFor, C);
				const block: Block = kind === "layer" ? layer : noiseBlock(C, scale);
				const expected = equilibriumOf(optimizer, { gradient: scale, parameters: C })!;
				const factors: Record<string, number> =
					kind === "noise"
						? { below: 1 / 3, above: 3, at: 1 }
						: kind === "layer"
							? { below: 1 / 3, above: 3 }
							: { at: 1 };
				const starts = Object.fromEntries(
					Object.entries(factors).map(([start, factor]) => [start, factor * expected.norm]),
				);
				const walks = await walk(engine, {
					optimizer,
					block,
					starts,
					steps,
					purpose: `${kind}/${name}`,
					signal,
				});
				for (const [start, path] of Object.entries(walks)) {
					const end = settled(path);
					// A layer's gradient is what it is: the prediction takes the one measured.
					const prediction: Equilibrium = equilibriumOf(optimizer, {
						gradient: end.gradient,
						parameters: C,
					})!;
					const common = { kind, optimizer: name, start, predictedNorm: prediction.norm };
					rows.push({
						...common,
						quantity: "equilibrium",
						step: steps,
						norm: end.norm,
						angle: end.angle,
						predictedAngle: prediction.angle,
						gradient: end.gradient,
						learningRate: optimizer.learningRate,
						weightDecay: optimizer.weightDecay,
						...(name === "adamw" &&
							start === "above" && {
								settling: stepsToSettle(path.norms, prediction.norm),
								predictedSettling: timeConstant(optimizer.learningRate, optimizer.weightDecay),
							}),
					});
					if (kind !== "scale")
						for (let k = 0; k <= points; k++) {
							const step = Math.round((k / points) * steps);
							rows.push({ ...common, quantity: "walk", step, norm: path.norms[step] });
						}
				}
				progress((i + 1) / plan.length);
			}
			return rows;
		},
	};
}
