/**
 * What each method of integration does to the conserved D_l = W_{l+1}ᵀW_{l+1} − W_l W_lᵀ: its drift is the method's
 * error, seen without knowing the solution. From a random start, which is not balanced.
 */
import { descent } from "../../../flow/descent.ts";
import { dormandPrince } from "../../../flow/dormand-prince.ts";
import { endOf } from "../../../flow/end.ts";
import type { Trajectory, VectorField } from "../../../flow/field.ts";
import { implicitMidpoint } from "../../../flow/implicit-midpoint.ts";
import { rungeKutta4 } from "../../../flow/runge-kutta.ts";
import { deepLinearFlow, imbalanceDrift, imbalanceOf, lossOf } from "../../../model/deep-linear.ts";
import { gaussianStart } from "../../../model/deep-linear-start.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { networkOf } from "./networks.ts";

export const balanceName = "deep-linear/balance";
const balanceDepths = [2, 3] as const;
const scale = 0.5;
const to = 10;

interface Method {
	readonly name: string;
	/** Tolerances, or lengths of a step. */
	readonly settings: readonly number[];
	run(field: VectorField, state: Float64Array, setting: number): Trajectory;
}

const halvings = (first: number, count: number) => Array.from({ length: count }, (_, i) => first / 2 ** i);

export const methods = {
	adaptive: "Dormand–Prince, tolerance",
	descent: "gradient descent, step",
	rungeKutta: "Runge–Kutta, step",
	midpoint: "implicit midpoint, step",
} as const;

const all: readonly Method[] = [
	{
		name: methods.adaptive,
		settings: [1e-3, 1e-5, 1e-7, 1e-9, 1e-11],
		run: (field, state, relativeTolerance) => dormandPrince(field, state, { to, relativeTolerance }),
	},
	{
		name: methods.descent,
		settings: halvings(0.05, 6),
		run: (field, state, rate) => descent(field, state, { rate, steps: Math.round(to / rate) }),
	},
	{
		name: methods.rungeKutta,
		settings: halvings(0.05, 4),
		run: (field, state, h) => rungeKutta4(field, state, { to, steps: Math.round(to / h) }),
	},
	{
		name: methods.midpoint,
		settings: halvings(0.05, 3),
		run: (field, state, h) => implicitMidpoint(field, state, { to, steps: Math.round(to / h) }),
	},
];

const settings = all.reduce((sum, method) => sum + method.settings.length, 0);

/** One row a network, method and setting: largest drift of an entry, and ‖D‖ and loss at start and end. */
export const balance = (seeds: number): Analysis => ({
	kind: "analysis",
	name: balanceName,
	title: "Balancedness of deep linear networks, by method of integration",
	needs: [],
	options: { seeds, scale, to, depths: balanceDepths },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [];
		for (const depth of balanceDepths)
			for (let seed = 0; seed < seeds; seed++) {
				signal.throwIfAborted();
				const network = networkOf(depth, seed);
				const field = deepLinearFlow(network);
				const start = gaussianStart(network, scale, seed);
				for (const method of all)
					for (const setting of method.settings) {
						const { state } = endOf(method.run(field, start, setting));
						rows.push({
							depth,
							seed,
							method: method.name,
							setting,
							drift: imbalanceDrift(network, start, state),
							imbalance: imbalanceOf(network, start),
							kept: imbalanceOf(network, state) / imbalanceOf(network, start),
							loss: lossOf(network, state),
						});
					}
				progress(rows.length / (balanceDepths.length * seeds * settings));
				// Long loops of arithmetic would keep a stop from being heard.
				await new Promise(setImmediate);
			}
		return rows;
	},
});
