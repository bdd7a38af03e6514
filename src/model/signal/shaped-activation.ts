/**
 * Activations shaped so that a deep network keeps signals apart: φ̂(x) = outScale·(φ(inScale·x + inShift) + outShift).
 *
 *     both    Q(1) = 1, Q′(1) = 1             second moments stay at 1, where they neither grow nor fade
 *     DKS     C(0) = 0, C′(1) = 1 + κ         deep kernel shaping (Martens et al. 2021): largest C′_f(1) is ζ
 *     TAT     C′(1) = 1, C″(1) = κ            tailored activations (Zhang et al. 2022): largest C″_f(1) is τ
 *
 * The output parameters follow from the input's. With m, V the mean and variance of φ(sz + b), s = inScale, b = inShift,
 * and G = s²E[φ′²] ≥ V (Poincaré's inequality):
 *
 *     DKS     outShift = −m                                     outScale = V^(−½)
 *     TAT     outShift = −m ± √(G − V), the sign of E[φ″]       outScale = G^(−½)
 *
 * Two equations in s and b remain (`shape-search.ts`).
 */
import { UserError } from "../../error.ts";
import { gaussianMean } from "./gaussian.ts";
import { type LocalConditions, localConditions } from "./local-map.ts";
import { inputMoments, largestCurvature, largestSlope, type NetworkMap } from "./network-map.ts";
import { type LeadingOrder, searchInput } from "./shape-search.ts";
import { type Smooth, type SmoothActivation, smoothActivations } from "./smooth-activation.ts";

/** φ̂(x) = outScale·(φ(inScale·x + inShift) + outShift). */
export interface ActivationShape {
	readonly inScale: number;
	readonly inShift: number;
	readonly outShift: number;
	readonly outScale: number;
}

/** φ̂ and its derivatives. */
export const shaped =
	(phi: Smooth, { inScale, inShift, outShift, outScale }: ActivationShape): Smooth =>
	(x) => {
		const [value, slope, curvature] = phi(inScale * x + inShift);
		return [outScale * (value + outShift), outScale * inScale * slope, outScale * inScale ** 2 * curvature];
	};

/**
 * Deep kernel shaping with largest C′_f(1) = `zeta`. Throws UserError unless zeta > 1, the network has nonlinearities
 * and their inputs have second moment 1, and where no shape of the activation has the local slope that this takes.
 */
export function dksParameters(
	activation: SmoothActivation,
	network: NetworkMap,
	zeta = 1.5,
): ActivationShape {
	if (!(zeta > 1 && zeta < Number.POSITIVE_INFINITY))
		throw new UserError(
			`Expected \`zeta\` to be finite and above 1, got ${zeta}. Choose 1.5, or less for a more linear network.`,
		);
	checkInputs(network);
	return shapeFor(activation, dks, dksLocalSlope(network, zeta) - 1);
}

/** C′(1) of each nonlinearity at which the largest C′_f(1) is `zeta` > 1; ζ^(1/n) in a chain of n. */
export function dksLocalSlope(network: NetworkMap, zeta: number): number {
	// Each sub-network with a nonlinearity has at least its slope, so ζ is the most that the local slope can be.
	let [low, high] = [1, zeta];
	for (;;) {
		const slope = (low + high) / 2;
		if (slope <= low || slope >= high) return slope;
		if (largestSlope(network, slope) > zeta) high = slope;
		else low = slope;
	}
}

/**
 * Tailored activation transformation of a smooth activation, with largest C″_f(1) = `tau`. Throws UserError unless
 * tau > 0, the network has nonlinearities and their inputs have second moment 1, and where no shape of the activation
 * has the local curvature that this takes.
 */
export function tatSmoothParameters(
	activation: SmoothActivation,
	network: NetworkMap,
	tau = 0.3,
): ActivationShape {
	if (!(tau > 0 && tau < Number.POSITIVE_INFINITY))
		throw new UserError(
			`Expected \`tau\` to be finite and above 0, got ${tau}. Choose 0.3, or less for a more linear network.`,
		);
	checkInputs(network);
	return shapeFor(activation, tat, tau / largestCurvature(network, 1));
}

function checkInputs(network: NetworkMap): void {
	const moments = inputMoments(network);
	if (moments.length === 0)
		throw new UserError("Expected `network` to have nonlinearities, got none. Shape no activation.");
	const furthest = moments.reduce((a, b) => (Math.abs(Math.log(b)) > Math.abs(Math.log(a)) ? b : a));
	if (Math.abs(furthest - 1) > 1e-9)
		throw new UserError(
			`Expected the inputs of smooth activations to have second moment 1, got ${furthest}. Make the squares of each ` +
				"sum's weights add to 1, normalise before each sublayer (pre), or use leaky relu, which has no scale.",
		);
}

/** A way to shape. */
interface Method {
	/** The user's option, and what κ is of the local conditions. */
	readonly option: string;
	readonly condition: string;
	kappa(conditions: LocalConditions): number;
	readonly smallKappa: LeadingOrder;
	/** The output parameters that go with those of the input. */
	output(phi: Smooth, inScale: number, inShift: number): ActivationShape;
}

const dks: Method = {
	option: "zeta",
	condition: "C′(1) − 1",
	kappa: ({ slope }) => slope - 1,
	smallKappa: { ratio: 1 / 2, scale: 2 },
	output(phi, inScale, inShift) {
		const { mean, variance } = meanAndVariance(phi, inScale, inShift);
		return { inScale, inShift, outShift: -mean, outScale: 1 / Math.sqrt(variance) };
	},
};

const tat: Method = {
	option: "tau",
	condition: "C″(1)",
	kappa: ({ curvature }) => curvature,
	smallKappa: { ratio: Math.SQRT1_2, scale: 1 },
	output(phi, inScale, inShift) {
		const { mean, variance } = meanAndVariance(phi, inScale, inShift);
		const gradient = inScale ** 2 * gaussianMean((z) => phi(inScale * z + inShift)[1] ** 2);
		const bend = Math.sign(gaussianMean((z) => phi(inScale * z + inShift)[2]));
		const outShift = bend * Math.sqrt(Math.max(0, gradient - variance)) - mean;
		return { inScale, inShift, outShift, outScale: 1 / Math.sqrt(gradient) };
	},
};

/** Of φ(inScale·z + inShift). */
function meanAndVariance(phi: Smooth, inScale: number, inShift: number) {
	const mean = gaussianMean((z) => phi(inScale * z + inShift)[0]);
	return { mean, variance: gaussianMean((z) => (phi(inScale * z + inShift)[0] - mean) ** 2) };
}

/** The shape of the activation that has the local condition κ = `target`. */
function shapeFor(activation: SmoothActivation, method: Method, target: number): ActivationShape {
	const phi = smoothActivations[activation];
	const { input, reached } = searchInput(phi, method.smallKappa, target, (inScale, inShift) => {
		const conditions = localConditions(shaped(phi, method.output(phi, inScale, inShift)));
		return { qSlope: conditions.qSlope, kappa: method.kappa(conditions) };
	});
	if (input) return method.output(phi, input.inScale, input.inShift);
	throw new UserError(
		`Expected \`${method.option}\` to ask of each nonlinearity what ${activation} can be shaped to, got ` +
			`${method.condition} = ${target.toPrecision(4)} (reached: ${reached.toPrecision(3)}). ` +
			`Lower \`${method.option}\`, add nonlinearities, or take another activation.`,
	);
}
