/**
 * How long phase 1 takes and how far the loss comes, by the size of the network: T₁ = C/(σ₁²m m₁) (Thm 3.1) and
 * L̂ = 1/(Θ(σ₁²m m₁)(t − T₁) + 1/L̂(T₁)) (Thm F.8). σ₁ is fixed; σ₀ = 0.1/√(Lm), as Condition 1 has it.
 *
 * A network larger by a factor in m or m₁ is faster by that factor, and otherwise the same: on the clock κ(0)t all sizes
 * should agree. They do as long as κ stays near κ(0), which takes a wide network: b grows by O(m₁ log²m/b(0)) (Lemma F.10), which
 * is little only beside a large b(0) = σ₁²m m₁.
 */
import { setImmediate } from "node:timers/promises";
import { dormandPrince } from "../../../flow/dormand-prince.ts";
import { endOf } from "../../../flow/end.ts";
import { bagOfWordsSvm } from "../../../theory/co-occurrence/bag-of-words.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { configurations } from "../configurations.ts";
import type { Size } from "../presets.ts";
import { follow, open } from "./trajectory.ts";

export const scalingName = "end-state/scaling";
/** The size that both series share. */
const base = { width: 256, neurons: 8 };
/** From this m on a network counts as wide: below, κ grows many times over on the way. */
export const wide = base.width;
/** κ₀t of the end. */
export const horizon = 1000;
const sigma1 = 0.1;
/** Losses are also compared at one time for all: the horizon of the base size, σ_V left out. */
const commonTime = horizon / (base.width * base.neurons * sigma1 ** 2);

interface ScalingSize {
	readonly seeds: number;
	/** m at m₁ = 8, and m₁ at m = 256. */
	readonly widths: readonly number[];
	readonly neurons: readonly number[];
}

const widths = [16, 64, 256, 1024, 4096];
const neurons = [2, 4, 8, 16, 32];
const sizes: Readonly<Record<Size, ScalingSize>> = {
	smoke: { seeds: 1, widths: [64, 256, 4096], neurons: [2, 8] },
	laptop: { seeds: 5, widths, neurons },
	paper: { seeds: 20, widths, neurons },
};

export const scalingExperiments = (size: Size): Analysis[] => [scaling(sizes[size])];

/**
 * One row a flow: `series` (m or m₁), `size`, `seed`; `kappa` = κ(0); `T1`, `clockT1` = κ(0)T₁ (absent if a sample is wrong
 * at the end); `loss` at the common time; `law` = L̂·κ₀t·γ² at the horizon, 1 if κ does not change; `growth`, κ there over
 * κ(0).
 */
const scaling = ({ seeds, widths, neurons }: ScalingSize): Analysis => ({
	kind: "analysis",
	name: scalingName,
	title: "Phase 1 and the loss by the size of the network",
	needs: [],
	options: { seeds, widths, neurons, base, horizon, sigma1 },
	async compute({ signal, progress }) {
		const flows = [
			...widths.map((size) => ({ series: "m", size, model: { ...base, width: size } })),
			...neurons.map((size) => ({ series: "m₁", size, model: { ...base, neurons: size } })),
		].flatMap((flow) => Array.from({ length: seeds }, (_, seed) => ({ ...flow, seed })));
		const rows: AnalysisRow[] = [];
		for (const { series, size, model, seed } of flows) {
			signal.throwIfAborted();
			rows.push({ series, size, width: model.width, seed, ...measured(model, seed) });
			progress(rows.length / flows.length);
			await setImmediate();
		}
		return rows;
	},
});

function measured(model: typeof base, seed: number): AnalysisRow {
	const { data } = configurations.S;
	const sigma0 = 0.1 / Math.sqrt(data.length * model.width);
	const opened = open({
		...{ data, model, seed },
		initialisation: { name: "gaussian", mlp: sigma1, value: sigma0, attention: sigma0 },
		dynamics: { name: "flow", clock: horizon },
	});
	const { form, start, T1, end } = follow(opened);
	const { kappa } = form.observe(start);
	const late = form.observe(end);
	const common = endOf(dormandPrince(form.field, start, { to: commonTime })).state;
	const gamma = bagOfWordsSvm(form.dataset)?.margin;
	return {
		kappa,
		...(T1 && { T1: T1.time, clockT1: kappa * T1.time }),
		loss: form.observe(common).loss,
		...(gamma !== undefined && { law: late.loss * horizon * gamma ** 2 }),
		growth: late.kappa / kappa,
	};
}
