/** Our numbers beside those of the golden vector, which an independent implementation printed. */
import { descent } from "../../../flow/descent.ts";
import { dormandPrince } from "../../../flow/dormand-prince.ts";
import { endOf, statesAt } from "../../../flow/end.ts";
import type { FormName } from "../../../model/co-occurrence/form.ts";
import { formOf } from "../../../model/co-occurrence/forms.ts";
import { layoutOf } from "../../../model/co-occurrence/layout.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { golden } from "../golden.ts";
import { lossOf } from "./setting.ts";

export const goldenName = "accuracy/golden";

const { dataset, parameters, start, trajectory } = golden;
const relativeTolerance = 1e-13;

export const goldenCheck: Analysis = {
	kind: "analysis",
	name: goldenName,
	title: "The golden vector",
	needs: [],
	options: { relativeTolerance },
	async compute() {
		return [
			...atStart(),
			...(["full", "reduced", "closed"] as const).flatMap(along),
			{ part: "descent", quantity: "loss", difference: Math.abs(descended() - golden.descent.loss) },
		];
	},
};

const largest = (ours: ArrayLike<number>, printed: readonly number[]): number =>
	Math.max(...printed.map((value, i) => Math.abs(ours[i]! - value)));

/** At time 0: what is seen of the state, and the first numbers of its rate. */
function atStart(): AnalysisRow[] {
	const form = formOf("full", dataset, parameters);
	const state = form.stateOf(parameters);
	const seen = form.observe(state);
	const rate = new Float64Array(form.length);
	form.field(0, state, rate);
	const { length, words } = dataset;
	const { width } = parameters.sizes;
	const at = layoutOf(parameters.sizes, "full");
	/** A matrix that lies word after word, read row by row. */
	const rowOf = (from: number) => Array.from({ length: words }, (_, word) => rate[from + word * width]!);
	const differences: Readonly<Record<Exclude<keyof typeof start, "loss" | "squaredGradient">, number>> = {
		outputs: largest(seen.outputs, start.outputs),
		G: largest(seen.G, start.G),
		c: largest(seen.c, start.c),
		attention: largest(
			Array.from({ length }, (_, key) => seen.attention[key * length]!),
			start.attention,
		),
		mlpRate: largest(rate, start.mlpRate),
		valueRate: largest(rowOf(at.value), start.valueRate),
		keyRate: largest(rowOf(at.key), start.keyRate),
		queryRate: largest(rowOf(at.query), start.queryRate),
	};
	return [
		{ quantity: "loss", difference: Math.abs(seen.loss - start.loss) },
		{ quantity: "squaredGradient", difference: Math.abs(seen.squaredGradient - start.squaredGradient) },
		...Object.entries(differences).map(([quantity, difference]) => ({ quantity, difference })),
	].map((row) => ({ part: "start", ...row }));
}

/** At the three printed times, in these coordinates. */
function along(name: FormName): AnalysisRow[] {
	const form = formOf(name, dataset, parameters);
	const times = trajectory.map(({ time }) => time);
	const flow = dormandPrince(form.field, form.stateOf(parameters), { to: times.at(-1)!, relativeTolerance });
	return [...statesAt(flow, times)].map(({ time, state }, i): AnalysisRow => {
		const printed = trajectory[i]!;
		const { loss, G, scores } = form.observe(state);
		const ours = [3 * 1 + 0, 3 * 0 + 1, 3 * 2 + 0, 3 * 2 + 1].map((at) => scores[at]!);
		const difference = Math.max(
			Math.abs(loss - printed.loss),
			largest(G, printed.G),
			largest(ours, printed.scores),
			name === "full" ? Math.abs(state[0]! - printed.first) : 0,
		);
		return { part: "trajectory", form: name, time, difference };
	});
}

function descended(): number {
	const form = formOf("full", dataset, parameters);
	const { rate, steps } = golden.descent;
	return lossOf(form, endOf(descent(form.field, form.stateOf(parameters), { rate, steps })).state);
}
