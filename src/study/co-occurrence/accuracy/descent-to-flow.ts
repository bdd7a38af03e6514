/**
 * Gradient descent as a method of integration: of first order, so that halving η halves its distance from the flow, and
 * two descents make a better one, 2·GD(η/2) − GD(η) (Richardson). One step changes what the flow conserves by exactly
 * η² times the same expression in the gradient.
 */
import { setImmediate } from "node:timers/promises";
import { Matrix } from "ml-matrix";
import { descent } from "../../../flow/descent.ts";
import { dormandPrince } from "../../../flow/dormand-prince.ts";
import { endOf } from "../../../flow/end.ts";
import type { Form } from "../../../model/co-occurrence/form.ts";
import { layoutOf } from "../../../model/co-occurrence/layout.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { distance, horizon, openSetting } from "./setting.ts";

export const descentName = "accuracy/descent";

export const rates = [0.1, 0.05, 0.025, 0.0125, 0.00625];

export const descentToFlow = (seeds: number): Analysis => ({
	kind: "analysis",
	name: descentName,
	title: "From gradient descent to gradient flow",
	needs: [],
	options: { seeds, horizon, rates },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [];
		for (let seed = 0; seed < seeds; seed++) {
			await setImmediate();
			signal.throwIfAborted();
			const { form, initial } = openSetting(seed);
			const to = horizon;
			const flow = endOf(dormandPrince(form.field, initial, { to, relativeTolerance: 1e-12 })).state;
			let coarser: Float64Array | undefined;
			for (const rate of rates) {
				const { state } = endOf(descent(form.field, initial, { rate, steps: Math.round(to / rate) }));
				const extrapolated = coarser?.map((value, i) => 2 * state[i]! - value);
				rows.push({
					part: "end",
					seed,
					rate,
					error: distance(state, flow),
					extrapolated: extrapolated && distance(extrapolated, flow),
				});
				coarser = state;
			}
			rows.push({ part: "step", seed, rate: rates[0]!, ...oneStep(form, initial, rates[0]!) });
			progress((seed + 1) / seeds);
		}
		return rows;
	},
});

/** C1 and C2 of one step: the largest change of an entry, and its largest distance from the η² term. */
function oneStep(form: Form, state: Float64Array, rate: number) {
	const slope = new Float64Array(form.length);
	form.field(0, state, slope);
	const after = state.map((value, i) => value + rate * slope[i]!);
	const [before, then, term] = [state, after, slope].map((at) => conserved(form, at)) as [Pair, Pair, Pair];
	const change = then.map((matrix, i) => Matrix.sub(matrix, before[i]!));
	const rest = change.map((matrix, i) => Matrix.sub(matrix, Matrix.mul(term[i]!, rate ** 2)));
	const largest = (matrices: readonly Matrix[]) => Math.max(...matrices.map((m) => m.abs().max()));
	return { change: largest(change), rest: largest(rest) };
}

type Pair = readonly [mlp: Matrix, attention: Matrix];

/** WᵀW − W_V W_Vᵀ and W_K W_Kᵀ − W_Q W_Qᵀ, as matrices. */
function conserved({ sizes }: Form, state: Float64Array): Pair {
	const { words, width, neurons } = sizes;
	const at = layoutOf(sizes, "full");
	const gram = (from: number, rows: number) => {
		const table = Matrix.from1DArray(rows, width, state.slice(from, from + rows * width));
		return table.transpose().mmul(table);
	};
	return [gram(0, neurons).sub(gram(at.value, words)), gram(at.key, words).sub(gram(at.query, words))];
}
