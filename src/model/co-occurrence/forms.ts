/** A form by its name. */
import type { CoOccurrenceSet } from "../../data/co-occurrence.ts";
import { closedForm } from "./closed.ts";
import type { AttentionMotion, Form, FormName } from "./form.ts";
import { fullForm } from "./full.ts";
import type { Parameters } from "./network.ts";
import { reducedForm } from "./reduced.ts";

/** The form of the flow of such parameters (their sizes and signs) on these data. Throws UserError if vocabularies differ. */
export function formOf(
	name: FormName,
	dataset: CoOccurrenceSet,
	{ sizes, signs }: Pick<Parameters, "sizes" | "signs">,
	options: { readonly attention?: AttentionMotion } = {},
): Form {
	switch (name) {
		case "full":
			return fullForm(dataset, sizes, signs, options);
		case "reduced":
			return reducedForm(dataset, sizes, options);
		case "closed":
			return closedForm(dataset, sizes, options);
	}
}
