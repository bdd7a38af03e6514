/** The three forms of one flow, integrated each by itself: full parameters, one neuron, closed system. */
import { setImmediate } from "node:timers/promises";
import { dormandPrince } from "../../../flow/dormand-prince.ts";
import { statesAt } from "../../../flow/end.ts";
import type { FormName, Observation } from "../../../model/co-occurrence/form.ts";
import { formOf } from "../../../model/co-occurrence/forms.ts";
import { parseFlowConfig } from "../../../run/flow/config.ts";
import { openFlow } from "../../../run/flow/solve.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { configurations, type Letter } from "../configurations.ts";

export const formsName = "accuracy/forms";

/** S, and one whose attention visibly moves. */
export const letters: readonly Letter[] = ["S", "A"];
const clocks = Array.from({ length: 31 }, (_, i) => 10 ** (i / 10));
const relativeTolerance = 1e-11;

export const formsAgree = (seeds: number): Analysis => ({
	kind: "analysis",
	name: formsName,
	title: "Three forms of one flow, each integrated by itself",
	needs: [],
	options: { seeds, letters, clocks, relativeTolerance },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [];
		for (const [l, letter] of letters.entries())
			for (let seed = 0; seed < seeds; seed++) {
				const full = await observations(letter, seed, "full", signal);
				for (const form of ["reduced", "closed"] as const)
					for (const [i, observation] of (await observations(letter, seed, form, signal)).entries())
						rows.push({ letter, seed, form, clock: clocks[i]!, ...differences(observation, full[i]!) });
				progress((l * seeds + seed + 1) / (letters.length * seeds));
			}
		return rows;
	},
});

/** What is seen at the times of the clock, along the flow in these coordinates. */
async function observations(letter: Letter, seed: number, name: FormName, signal: AbortSignal) {
	const { dataset, parameters } = openFlow(
		parseFlowConfig({ kind: "flow", seed, ...configurations[letter] }, formsName),
	);
	const form = formOf(name, dataset, parameters);
	const initial = form.stateOf(parameters);
	const { kappa } = form.observe(initial);
	const times = clocks.map((clock) => clock / kappa);
	const trajectory = dormandPrince(form.field, initial, { to: times.at(-1)!, relativeTolerance });
	const seen: Observation[] = [];
	for (const { state } of statesAt(trajectory, times)) {
		await setImmediate();
		signal.throwIfAborted();
		seen.push(form.observe(state));
	}
	return seen;
}

function differences(a: Observation, b: Observation) {
	const largest = (key: "G" | "scores" | "valueGram" | "attention" | "outputs") =>
		a[key].reduce((most, value, i) => Math.max(most, Math.abs(value - b[key][i]!)), 0);
	return {
		/** Relative; the others are absolute. */
		loss: Math.abs(a.loss / b.loss - 1),
		outputs: largest("outputs"),
		words: largest("G"),
		scores: largest("scores"),
		values: largest("valueGram"),
		attention: largest("attention"),
	};
}
