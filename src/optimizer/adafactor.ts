/**
 * Adafactor (Shazeer & Stern 2018): Adam's second moment, kept for a matrix as its row and column means only, with
 * steps in proportion to the parameter's size. T5 was trained with it.
 *
 *     V' = (1 − t^−d)V + t^−d·g²   (a matrix: means over rows R' and columns C', V' = R'C' / mean R')
 *     U = g / √V',   U ← U / max(1, RMS(U) / clip)
 *     θ' = θ − ρ · max(ε₂, RMS(θ)) · U        ρ = η, or min(η, 1/√t)        t = 1, 2, ...
 *
 * RMS(U) ≤ clip, so ‖θ' − θ‖ ≤ clip · ρ · ‖θ‖ for each tensor above ε₂: by construction the assumption of Merrill et
 * al. (§5, Assumption 1), ‖δ‖ ∝ η‖θ‖.
 *
 * Two implementations are reproduced. `transformers` adds ε₁ to g², and decays weights by ρ·max(ε₂, RMS(θ))·λ;
 * `torch` puts ε₁ under mean R' and ε₁² under V' as floors, and decays by η·λ.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import type { Spec } from "../engine/types.ts";
import type { AdafactorConfig } from "./config.ts";
import type { Arrays, Optimizer } from "./optimizer.ts";

const keepdims = { keepdims: true };

/** Root mean square of a tensor. Rows first: long float32 sums lose their small terms. */
function rms(x: JaxArray): JaxArray {
	const square = np.square(x);
	return np.sqrt(np.mean(square.ndim > 1 ? np.mean(square, -1) : square));
}

export function adafactor(config: AdafactorConfig): Optimizer {
	const { variant, clip, decayRate, scaleParameter, weightDecay } = config;
	const relativeStep = config.relativeStep ?? variant === "torch";
	const torch = variant === "torch";
	const isMatrix = ({ shape }: { shape: readonly number[] }) => shape.length === 2;

	/** ε₁ or its square; `torch` defaults to the machine epsilon of the type of x. */
	const epsilon1 = (x: JaxArray, power: 1 | 2): number => {
		const machine = x.dtype === np.float64 ? 2 ** -52 : 2 ** -23;
		return (config.epsilon1 ?? (torch ? machine : 1e-30)) ** power;
	};

	/** Moving averages of g² into `memory`, and 1/√V' of what they estimate. */
	function inverseRoot(key: string, g: JaxArray, state: Arrays, memory: Arrays, s: Arrays): JaxArray {
		const square = np.square(g.ref);
		const shifted = torch ? square : square.add(epsilon1(g, 1));
		const average = (name: string, fresh: JaxArray): JaxArray => {
			const next = state[name]!.ref.mul(s["keep"]!.ref).add(fresh.mul(s["fresh"]!.ref));
			memory[name] = next;
			return next.ref;
		};
		const floored = (v: JaxArray): JaxArray => (torch ? np.maximum(v, epsilon1(g, 2)) : v);
		if (!isMatrix(g)) return np.reciprocal(np.sqrt(floored(average(`v.${key}`, shifted))));
		const row = average(`row.${key}`, np.mean(shifted.ref, -1, keepdims)); // [out, 1]
		const column = average(`column.${key}`, np.mean(shifted, -2, keepdims)); // [1, in]
		const all = np.mean(row.ref, -2, keepdims); // [1, 1]
		const ratio = row.mul(np.reciprocal(torch ? np.maximum(all, epsilon1(g, 1)) : all));
		if (torch) return np.reciprocal(np.sqrt(floored(ratio.mul(column))));
		return np.reciprocal(np.sqrt(ratio)).mul(np.reciprocal(np.sqrt(column)));
	}

	return {
		name: "adafactor",
		specs: (params) =>
			Object.fromEntries(
				Object.entries(params).flatMap(([key, spec]): [string, Spec][] =>
					isMatrix(spec)
						? [
								[`row.${key}`, { ...spec, shape: [spec.shape[0]!, 1] }],
								[`column.${key}`, { ...spec, shape: [1, spec.shape[1]!] }],
							]
						: [[`v.${key}`, spec]],
				),
			),
		scalars(step, learningRate) {
			const t = step + 1;
			const fresh = Math.min(1, t ** -decayRate);
			const rate = relativeStep ? Math.min(learningRate, 1 / Math.sqrt(t)) : learningRate;
			const decay = (torch ? learningRate : rate) * weightDecay;
			return {
				fresh,
				keep: 1 - fresh,
				rate,
				clip: 1 / clip,
				...(scaleParameter && { epsilon2: config.epsilon2 }),
				...(weightDecay > 0 && { decay }),
			};
		},
		update(params, grads, state, s) {
			const [next, memory]: [Arrays, Arrays] = [{}, {}];
			for (const [key, p] of Object.entries(params)) {
				const g = grads[key]!;
				const u = inverseRoot(key, g, state, memory, s).mul(g.ref);
				const size = scaleParameter ? np.maximum(rms(p.ref), s["epsilon2"]!.ref) : undefined;
				const rate = size ? size.ref.mul(s["rate"]!.ref) : s["rate"]!.ref;
				const factor = rate.mul(np.reciprocal(np.maximum(rms(u.ref).mul(s["clip"]!.ref), 1)));
				let kept = p.ref;
				if (weightDecay > 0) {
					const decay = size && !torch ? size.mul(s["decay"]!.ref) : s["decay"]!.ref;
					kept = p.ref.sub(p.ref.mul(decay));
				}
				next[key] = kept.sub(u.mul(factor));
			}
			return { params: next, state: memory };
		},
	};
}
