/** Smooth activations shaped by DKS and TAT: their constants against published ones, and what they look like. */
import { leakyRelu, leakyReluScale } from "../../../model/signal/leaky-relu.ts";
import { localConditions } from "../../../model/signal/local-map.ts";
import {
	identity,
	type NetworkMap,
	nonlinearity,
	sequence,
	weightedSum,
} from "../../../model/signal/network-map.ts";
import {
	type ActivationShape,
	dksLocalSlope,
	dksParameters,
	shaped,
	tatSmoothParameters,
} from "../../../model/signal/shaped-activation.ts";
import { type SmoothActivation, smoothActivations } from "../../../model/signal/smooth-activation.ts";
import { tatSlope } from "../../../model/signal/tailored-leaky-relu.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";

export const shapesName = "activations/shapes";

const activations = ["tanh", "softplus", "gelu"] as const satisfies readonly SmoothActivation[];
const depths = [12, 36] as const;
const zeta = 1.5;
const tau = 0.3;

type Numbers = readonly [inScale: number, inShift: number, outShift: number, outScale: number];

/** The modified residual network of the tests of google-deepmind/dks: groups of blocks of three nonlinearities. */
const r = nonlinearity();
const residualNetwork: NetworkMap = sequence(
	...[3, 4, 23, 3].flatMap((count) =>
		Array.from({ length: count }, (_, i) =>
			weightedSum([0.6, i === 0 ? r : identity], [0.8, sequence(r, r, r)]),
		),
	),
	r,
);

/** What those tests hold: DKS at ζ = 1.2, TAT at τ = 0.2. */
const official: Readonly<Record<"DKS" | "TAT", Partial<Record<SmoothActivation, Numbers>>>> = {
	DKS: {
		tanh: [0.07461073057540868, 0.5566915199964182, -0.5034378768692127, 18.002635964442558],
		softplus: [0.18761008168267976, 0.40688063442262007, -0.9213466151411376, 8.878672543665223],
		"gelu-tanh": [0.07036271496383567, 0.2586837248593587, -0.15758328114374964, 20.249573305194307],
		gelu: [0.07043253126531114, 0.259489297927707, -0.15815378961903598, 20.21158902315857],
	},
	TAT: {
		tanh: [0.0580205218578313, 0.5218639804099805, -0.4796430704354356, 22.36066261763117],
		softplus: [0.15011489794748328, 0.5374599901127068, -0.996481014465811, 10.54880187880574],
	},
};
const officialLocalSlope = 1.002770965849537;
const officialLeaky = { eta: 0.75, slope: 0.6291800290346146, scale: 1.196996549778802 };
const officialValues = { eta: 0.95, above: 0.7954047194402861, below: -0.2955187511683813, at: 0.6 };

/** The specification's shapes of a chain (§5), ζ = 1.5. */
const derived: readonly (readonly [SmoothActivation, number, Numbers])[] = [
	["tanh", 12, [0.26903082, 0.63609921, -0.53639509, 5.39008398]],
	["softplus", 12, [0.72362204, 0.41768613, -0.98315917, 2.29263347]],
	["gelu-tanh", 12, [0.25573518, 0.24809459, -0.17215811, 5.63189162]],
	["tanh", 36, [0.15186207, 0.57900016, -0.51341316, 9.04154034]],
	["gelu-tanh", 36, [0.1434583, 0.25596514, -0.16144802, 9.96016506]],
];

const chain = (n: number) => sequence(...Array.from({ length: n }, () => r));
const solve = {
	DKS: (name: SmoothActivation, network: NetworkMap, aim: number) => dksParameters(name, network, aim),
	TAT: (name: SmoothActivation, network: NetworkMap, aim: number) => tatSmoothParameters(name, network, aim),
} as const;

/**
 *     kind official   relative error of constants of the authors' tests
 *     kind derived    difference from the specification's shapes
 *     kind local      how far the shaped activation is from its conditions Q, Q′, C(0) or C′, and its κ
 *     kind curve      φ(x) and shaped φ(x)
 */
export const shapes: Analysis = {
	kind: "analysis",
	name: shapesName,
	title: "Shaped activations",
	needs: [],
	options: { activations, depths, zeta, tau },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [...officialRows(), ...derivedRows()];
		for (const [i, activation] of activations.entries()) {
			signal.throwIfAborted();
			rows.push(...curve(activation, "as it is", undefined));
			for (const n of depths)
				for (const [method, aim] of [
					["DKS", zeta],
					["TAT", tau],
				] as const) {
					const shape = solve[method](activation, chain(n), aim);
					rows.push(local(activation, method, n, shape));
					rows.push(...curve(activation, `${method}, n = ${n}`, shape));
				}
			progress((i + 1) / activations.length);
			await new Promise(setImmediate);
		}
		return rows;
	},
};

const numbersOf = ({ inScale, inShift, outShift, outScale }: ActivationShape): Numbers => [
	inScale,
	inShift,
	outShift,
	outScale,
];

function officialRows(): AnalysisRow[] {
	const relative = (ours: readonly number[], theirs: readonly number[]) =>
		Math.max(...ours.map((value, i) => Math.abs(value / theirs[i]! - 1)));
	const slope = tatSlope(residualNetwork, officialLeaky.eta);
	const phi = leakyRelu(tatSlope(residualNetwork, officialValues.eta));
	const row = (activation: string, method: string, error: number): AnalysisRow => ({
		kind: "official",
		activation,
		method,
		error,
	});
	return [
		row("local slope", "DKS", relative([dksLocalSlope(residualNetwork, 1.2)], [officialLocalSlope])),
		row(
			"leaky relu",
			"TAT, η = 0.75",
			relative([slope, leakyReluScale(slope)], [officialLeaky.slope, officialLeaky.scale]),
		),
		row(
			"leaky relu",
			"TAT, η = 0.95",
			relative(
				[phi(officialValues.at), phi(-officialValues.at)],
				[officialValues.above, officialValues.below],
			),
		),
		...(["DKS", "TAT"] as const).flatMap((method) =>
			Object.entries(official[method]).map(([activation, numbers]) => {
				const shape = solve[method](
					activation as SmoothActivation,
					residualNetwork,
					method === "DKS" ? 1.2 : 0.2,
				);
				return row(activation, method, relative(numbersOf(shape), numbers));
			}),
		),
	];
}

const derivedRows = (): AnalysisRow[] =>
	derived.map(([activation, n, numbers]) => {
		const ours = numbersOf(dksParameters(activation, chain(n), zeta));
		return {
			kind: "derived",
			activation,
			n,
			error: Math.max(...ours.map((value, i) => Math.abs(value - numbers[i]!))),
		};
	});

function local(
	activation: SmoothActivation,
	method: "DKS" | "TAT",
	n: number,
	shape: ActivationShape,
): AnalysisRow {
	const { q, qSlope, c0, slope, curvature } = localConditions(shaped(smoothActivations[activation], shape));
	const [kappa, aim, rest] =
		method === "DKS"
			? [slope - 1, zeta ** (1 / n) - 1, Math.abs(c0)]
			: [curvature, tau / n, Math.abs(slope - 1)];
	return {
		kind: "local",
		activation,
		method,
		n,
		error: Math.max(Math.abs(q - 1), Math.abs(qSlope - 1), rest, Math.abs(kappa / aim - 1)),
	};
}

function curve(
	activation: SmoothActivation,
	series: string,
	shape: ActivationShape | undefined,
): AnalysisRow[] {
	const phi = smoothActivations[activation];
	const f = shape ? shaped(phi, shape) : phi;
	return Array.from({ length: 61 }, (_, i) => {
		const x = i / 10 - 3;
		return { kind: "curve", activation, series, x, y: f(x)[0] };
	});
}
