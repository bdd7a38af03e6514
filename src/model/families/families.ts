/** The families of pretrained models that are known, and which one a `config.json` is of. */
import { nearest, UserError } from "../../error.ts";
import { bert } from "./bert.ts";
import type { Family } from "./family.ts";
import { gptNeox } from "./gpt-neox.ts";
import { gpt2 } from "./gpt2.ts";
import { llama } from "./llama.ts";
import { olmo2 } from "./olmo2.ts";
import { roberta } from "./roberta.ts";
import { t5 } from "./t5.ts";
import { xlnet } from "./xlnet.ts";

export const families: readonly Family[] = [bert, roberta, gpt2, gptNeox, llama, olmo2, t5, xlnet];

/** The family that `model_type` names. Throws UserError, naming the nearest, for any other. */
export function familyOf(config: unknown, source: string): Family {
	const fields: Record<string, unknown> = typeof config === "object" && config !== null ? { ...config } : {};
	const type = fields["model_type"];
	const family = families.find(({ modelTypes }) => modelTypes.some((known) => known === type));
	if (!family) {
		const known = families.flatMap(({ modelTypes }) => modelTypes);
		const near = typeof type === "string" ? nearest(type, known) : undefined;
		throw new UserError(
			`Expected \`model_type\` to be one of ${known.join(", ")}, got ${type === undefined ? "nothing" : JSON.stringify(type)}.` +
				`${near ? ` Did you mean \`${near}\`?` : ""} docs/families.md says how to add a family. (${source})`,
		);
	}
	if (fields["quantization_config"])
		throw new UserError(
			`Expected \`quantization_config\` to be absent, got one. Save the model without quantisation. (${source})`,
		);
	return family;
}
