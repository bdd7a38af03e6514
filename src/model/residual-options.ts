/** The option `residual`: how what a sublayer gives joins the stream. */
import { z } from "zod";

/** How what a sublayer gives joins the stream x: skip · x + branch · f(x). */
export interface Residual {
	readonly skip: number;
	readonly branch: number;
	/** Whether `branch` is where a trained number, one a sublayer, begins. */
	readonly trained: boolean;
}

const residualForm = z.union([
	z
		.enum(["sum", "none", "skip-init"])
		.describe(
			"sum: x + f(x); none: f(x); skip-init: x + βf(x), β = 0 at first and trained (De & Smith 2020).",
		),
	z
		.strictObject({ normalised: z.number().min(0).max(1).describe("a in a·x + √(1 − a²)·f(x).") })
		.describe("Keeps the size of the stream where x and f(x) are at right angles (He et al. 2023)."),
	z.strictObject({
		skip: z.number().describe("a in a·x + b·f(x)."),
		branch: z.number().describe("b; 0 and not trained: no such sublayer."),
		trained: z.boolean().default(false).describe("Whether b is trained, from this value on."),
	}),
]);

function residualOf(form: z.output<typeof residualForm>): Residual {
	if (form === "sum") return { skip: 1, branch: 1, trained: false };
	if (form === "none") return { skip: 0, branch: 1, trained: false };
	if (form === "skip-init") return { skip: 1, branch: 0, trained: true };
	if (!("normalised" in form)) return form;
	return { skip: form.normalised, branch: Math.sqrt(1 - form.normalised ** 2), trained: false };
}

/** The weights of both sublayers. */
export function residualsOf(
	forms:
		| z.output<typeof residualForm>
		| { attention: z.output<typeof residualForm>; feedForward: z.output<typeof residualForm> },
): { attention: Residual; feedForward: Residual } {
	const each =
		typeof forms === "object" && "attention" in forms ? forms : { attention: forms, feedForward: forms };
	return { attention: residualOf(each.attention), feedForward: residualOf(each.feedForward) };
}

/** One form for both sublayers, or one each. */
export const residual = z.union([
	residualForm,
	z.strictObject({ attention: residualForm, feedForward: residualForm }),
]);
