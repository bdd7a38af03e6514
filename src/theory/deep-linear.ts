/**
 * What theory says of one mode of a deep linear network: its strength u against time, in closed form.
 *
 * A *mode* is a singular direction of the target, of strength s. If all N layers hold it equally strongly (balanced,
 * lined up with the target), its strength in the product obeys a differential equation of its own,
 *
 *     du/dt = N u^(2−2/N) (s − u)                     gradient flow of ½ ‖W_N … W_1 − T‖², whitened inputs
 *
 * whose growth rate vanishes at u = 0: from a small start nothing happens for long, then everything at once. Two
 * layers give a logistic curve (Saxe, McClelland & Ganguli 2014, with their τ = 1),
 *
 *     u(t) = s e^(2st) / (e^(2st) − 1 + s/u₀).
 *
 * For more, the time is a closed form in u: with a = u^(1/N), 1/(a^(N−1) (s − a^N)) = (a^(1−N) + a/(s − a^N))/s, so
 *
 *     t = (1/s) [ (a₀^(2−N) − a^(2−N))/(N − 2) + ∫ a da/(s − a^N) ]          N > 2
 *
 * and the first term is the wait: from layers of size ε a mode needs ln(1/ε)/s for N = 2 and ε^(2−N)/((N − 2)s) for
 * more. Strong modes come first.
 */
import { UserError } from "../error.ts";

/** Depths for which `modeTime` is a formula. */
export const solvedDepths = [2, 3, 4] as const;
export type SolvedDepth = (typeof solvedDepths)[number];

/** u(t) of two layers, of a mode of strength `s` that begins at `initial` > 0. Does not overflow. */
export function modeStrength(s: number, initial: number, time: number): number {
	const decayed = Math.exp(-2 * s * time);
	return s / (1 + (s / initial - 1) * decayed);
}

/**
 * The time in which a mode of strength `s` grows from `initial` to `strength`, 0 < initial ≤ strength < s, with so many
 * layers. Throws a `UserError` for depths without a formula and strengths outside these bounds.
 */
export function modeTime(depth: number, s: number, initial: number, strength: number): number {
	if (!(initial > 0 && initial <= strength && strength < s))
		throw new UserError(
			`Expected 0 < \`initial\` ≤ \`strength\` < s = ${s}, got \`${initial}\` and \`${strength}\`. A mode grows ` +
				"towards s and never reaches it.",
		);
	if (depth === 2) return Math.log((strength * (s - initial)) / (initial * (s - strength))) / (2 * s);
	const [from, to] = [initial ** (1 / depth), strength ** (1 / depth)];
	const wait = (from ** (2 - depth) - to ** (2 - depth)) / (depth - 2);
	const rest = integrals[depth as 3 | 4];
	if (!rest)
		throw new UserError(
			`Expected \`depth\` to be one of ${solvedDepths.join(", ")}, got \`${depth}\`. Integrate the network instead.`,
		);
	return (wait + rest(to, s) - rest(from, s)) / s;
}

/** ∫ a da/(s − a^N). */
const integrals: Readonly<Record<3 | 4, (a: number, s: number) => number>> = {
	3: (a, s) => {
		const c = Math.cbrt(s);
		const logarithms = Math.log(a * a + a * c + c * c) / 2 - Math.log(c - a);
		return (logarithms - Math.sqrt(3) * Math.atan((2 * a + c) / (Math.sqrt(3) * c))) / (3 * c);
	},
	4: (a, s) => Math.atanh((a * a) / Math.sqrt(s)) / (2 * Math.sqrt(s)),
};

/** How long a mode of strength `s` stays near 0 if all layers begin at size `scale`: to leading order as scale → 0. */
export const waitingTime = (depth: number, s: number, scale: number): number =>
	depth === 2 ? Math.log(1 / scale) / s : scale ** (2 - depth) / ((depth - 2) * s);

/** The loss of the saddle at which the first `learned` modes are there and the others are not: ½ Σ s_k² over these. */
export const saddleLoss = (values: readonly number[], learned: number): number =>
	values.slice(learned).reduce((sum, value) => sum + value ** 2 / 2, 0);

/**
 * dσ/dt of a singular value of the product of balanced layers, of strength `sigma`, where −∇L along its direction is
 * `pull` = uᵀ (T − P) v: N σ^(2−2/N) · pull (Arora, Cohen, Hu & Luo 2019, Theorem 3). The modes need not be the target's.
 */
export const singularValueRate = (depth: number, sigma: number, pull: number): number =>
	depth * sigma ** (2 - 2 / depth) * pull;
