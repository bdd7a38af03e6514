/** What can be seen of a state, from what each form finds by its own road. */
import type { CoOccurrenceSet } from "../../data/co-occurrence.ts";
import type { Observation } from "./form.ts";
import { meanLoss, residual } from "./logistic.ts";
import type { Sizes } from "./network.ts";

type Found = Pick<
	Observation,
	| "outputs"
	| "attention"
	| "G"
	| "GRate"
	| "c"
	| "b"
	| "scores"
	| "scoreRates"
	| "valueGram"
	| "keyGram"
	| "queryGram"
	| "rankOneShare"
	| "traces"
	| "squaredGradient"
	| "dissipated"
> & {
	/** ‖W_V c‖². */
	readonly valueC: number;
	/** d/dt of the score, not divided by √m, that query l gives to key h of a sample. */
	readonly scoreRate: (sample: number, h: number, l: number) => number;
};

/** The whole observation. Every array in `found` must be the observation's own. */
export function observationOf(dataset: CoOccurrenceSet, sizes: Sizes, found: Found): Observation {
	const { valueC, scoreRate: _, ...same } = found;
	const { outputs, G, c, b } = found;
	const { labels } = dataset;
	const { neurons } = sizes;
	const cSquared = inner(c, c);
	return {
		...same,
		loss: meanLoss(outputs, labels),
		residuals: outputs.map((output, i) => residual(labels[i]! * output)),
		marginRates: marginRates(dataset, sizes, found),
		bRate: 2 * neurons * inner(G, c),
		kappa: b + (cSquared === 0 ? 0 : (neurons * valueC) / cSquared),
		// d(W_VᵀW_V)/dt = Gcᵀ + cGᵀ exactly (Lemma F.11).
		valueGramRates: Float64Array.from(
			{ length: 9 },
			(_, at) => G[Math.floor(at / 3)]! * c[at % 3]! + c[Math.floor(at / 3)]! * G[at % 3]!,
		),
	};
}

/** y_i F_i′ = y_i Σ_l Σ_h (p_hl G′(x_h) + p′_hl G(x_h)), p′_hl = p_hl (s′_hl − Σ_j p_jl s′_jl). */
function marginRates(dataset: CoOccurrenceSet, { width }: Sizes, found: Found): Float64Array {
	const { samples, length, tokens, labels } = dataset;
	const { attention, G, GRate, scoreRate } = found;
	const rates = new Float64Array(samples);
	for (let i = 0; i < samples; i++) {
		let sum = 0;
		for (let l = 0; l < length; l++) {
			let [mean, meanRate, both] = [0, 0, 0];
			for (let h = 0; h < length; h++) {
				const word = tokens[i * length + h]!;
				const p = attention[(i * length + h) * length + l]!;
				const rate = scoreRate(i, h, l) / Math.sqrt(width);
				sum += p * GRate[word]!;
				mean += p * G[word]!;
				meanRate += p * rate;
				both += p * rate * G[word]!;
			}
			sum += both - mean * meanRate;
		}
		rates[i] = labels[i]! * sum;
	}
	return rates;
}

export function inner(x: Float64Array, y: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
	return sum;
}
