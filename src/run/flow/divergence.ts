/** Which quantity stopped being a number, in the words of the model. */
import type { NotFiniteError } from "../../flow/checks.ts";
import { closedLayout } from "../../model/co-occurrence/closed.ts";
import type { Form } from "../../model/co-occurrence/form.ts";
import { layoutOf } from "../../model/co-occurrence/layout.ts";

/** Quantities of a state by the index at which each begins, the last first. */
function beginnings({ name, sizes }: Form): readonly (readonly [number, string])[] {
	if (name === "closed") {
		const at = closedLayout(sizes);
		return [
			[at.dissipated, "the dissipated energy"],
			[at.queryGram, "W_QᵀW_Q"],
			[at.keyGram, "W_KᵀW_K"],
			[at.scores, "W_KᵀW_Q"],
			[at.valueGram, "W_VᵀW_V"],
			[at.G, "G"],
			[at.b, "b"],
		];
	}
	const at = layoutOf(sizes, name);
	return [
		[at.dissipated, "the dissipated energy"],
		[at.query, "W_Q"],
		[at.key, "W_K"],
		[at.value, "W_V"],
		[0, name === "full" ? "W" : "Wᵀa"],
	];
}

/** The sentence of a run that diverged. */
export function describeDivergence(
	{ of, component, time }: NotFiniteError,
	form: Form,
	dynamics: "flow" | "descent",
): string {
	const quantity = beginnings(form).find(([from]) => from <= component)?.[1] ?? `state[${component}]`;
	return (
		`Expected ${quantity}${of === "derivative" ? "′" : ""} to be finite, got a value at time ${time} that is not: it ` +
		`diverged. Lower ${dynamics === "descent" ? "`dynamics.rate`, or " : ""}the initial values (\`initialisation\`).`
	);
}
