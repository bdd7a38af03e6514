/** Whether a flow can begin at all: initial values from which float64 can follow it. */
import { UserError } from "../../error.ts";
import type { Form, Observation } from "../../model/co-occurrence/form.ts";

/** Beyond, F and F + 1 are the same number: nothing that the loss can see of a change is left. */
const mostOutput = 1 / Number.EPSILON;

const smaller = "Choose smaller initial values (`initialisation`).";
const larger = "Choose larger initial values (`initialisation`).";

/**
 * Throws a `UserError` that says which condition fails: outputs, loss, gradient or speed at time 0 that are no numbers, or
 * so large that float64 cannot resolve their changes; a speed of 0; a gradient that is 0, so that nothing ever moves; and
 * attention of which every softmax is saturated, so that W_K and W_Q never move. `speed` is κ₀, that of the clock, and
 * `to` where the flow ends.
 */
export function requireStart(
	{ attention: trained }: Form,
	first: Observation,
	speed: number,
	to: number,
): void {
	const { outputs, loss, kappa, squaredGradient, attention } = first;
	const refuse = (expected: string, got: string | number, advice: string) =>
		new UserError(`Expected ${expected} at time 0, got ${got}. ${advice}`);

	const stray = outputs.findIndex((output) => !Number.isFinite(output));
	if (stray >= 0) throw refuse(`the output of sample ${stray} to be finite`, outputs[stray]!, smaller);
	for (const [what, value] of [
		["the loss", loss],
		["κ(0)", kappa],
		["κ₀ = m₁m(σ₁² + σ_V²)", speed],
		["the squared gradient ‖∇L̂‖²", squaredGradient],
	] as const)
		if (!Number.isFinite(value)) throw refuse(`${what} to be finite`, value, smaller);

	const most = outputs.reduce((size, output) => Math.max(size, Math.abs(output)), 0);
	if (most > mostOutput)
		throw refuse(
			`outputs of at most ${mostOutput.toExponential(1)}`,
			most.toExponential(1),
			`Float64 cannot tell such an output from itself plus 1, so no step can be seen to change the loss. ${smaller}`,
		);
	if (speed === 0 || kappa === 0) throw refuse("κ₀ = m₁m(σ₁² + σ_V²) to be positive", 0, larger);
	if (!(to > 0 && Number.isFinite(to)))
		throw new UserError(
			`Expected the end of the flow to be a positive and finite time, got ${to}. The clock κ₀t runs at κ₀ = ` +
				`${speed.toExponential(1)}: change the initial values (\`initialisation\`), or end at a \`dynamics.time\`.`,
		);
	if (squaredGradient === 0)
		throw refuse(
			"a gradient that is not 0",
			0,
			`Every sample is so far on the right side that its gradient underflows, and nothing would ever move. ${smaller}`,
		);
	if (trained === "trained" && attention.every((share) => share === 0 || share === 1))
		throw refuse(
			"attention that can move",
			"a saturated softmax for every query (each probability is 0 or 1)",
			'The gradients of W_K and W_Q are 0 and stay so. Choose a smaller `initialisation.attention`, or set `model.attention` to "frozen".',
		);
}
