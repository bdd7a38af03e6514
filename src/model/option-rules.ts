/** Which options of a model go together: what is let through can be built. */
import type { z } from "zod";
import { UserError } from "../error.ts";
import { leakyShapeOf, shapeOf } from "./activation-shape.ts";
import { isPlanned, layerOf } from "./attention-plan.ts";
import type { CheckedOptions, ModelConfig } from "./config.ts";
import { type Residual, residualsOf } from "./residual-options.ts";

/** Refuses options that contradict each other. */
export function checkCombinations(c: CheckedOptions, context: z.RefinementCtx): void {
	const issue = (path: string, message: string) =>
		context.addIssue({ code: "custom", path: [path], message });
	if (c.width % c.heads)
		issue("heads", `Expected \`heads\` to divide \`width\` (${c.width}), got ${c.heads}.`);
	else if (c.positions === "rope" && (c.width / c.heads) % 2)
		issue("heads", `Expected \`width / heads\` to be even for \`positions\` rope, got ${c.width / c.heads}.`);
	if (c.keyValueHeads && c.heads % c.keyValueHeads)
		issue(
			"keyValueHeads",
			`Expected \`keyValueHeads\` to divide \`heads\` (${c.heads}), got ${c.keyValueHeads}.`,
		);
	const grouped = c.keyValueHeads !== undefined && c.keyValueHeads !== c.heads;
	if (grouped && c.valueMaps === "identity")
		issue(
			"keyValueHeads",
			`Expected \`keyValueHeads\` to be \`heads\` (${c.heads}) with \`valueMaps\` identity, got ${c.keyValueHeads}.`,
		);
	else if (grouped && !["plain", "u-spa", "e-spa"].includes(c.mixing.name))
		issue(
			"keyValueHeads",
			`Expected \`keyValueHeads\` to be \`heads\` (${c.heads}) with \`mixing\` ${c.mixing.name}, got ${c.keyValueHeads}.`,
		);
	if (c.mask === "leaky" && c.mixing.name !== "plain")
		issue("mask", `Expected \`mask\` to be strict or none with \`mixing\` ${c.mixing.name}, got leaky.`);
	if (c.parallel && (c.placement === "post" || c.placement === "res-post"))
		issue("parallel", `Expected \`parallel\` to be false with \`placement\` ${c.placement}, got true.`);
	const { attention, feedForward } = residualsOf(c.residual);
	if (c.parallel && attention.skip !== feedForward.skip)
		issue(
			"residual",
			`Expected \`residual.feedForward.skip\` to be that of attention (${attention.skip}) with \`parallel\`, got ${feedForward.skip}.`,
		);
	const nothing = ({ skip, branch }: Residual) => skip === 0 && branch === 0;
	if (c.parallel ? nothing(attention) && nothing(feedForward) : nothing(attention) || nothing(feedForward))
		issue(
			"residual",
			"Expected `residual` to leave something of the stream, got skip 0 and branch 0. Set one of them.",
		);
	if (c.mixing.name === "u-spa" && c.mixing.aware && !/relu/.test(c.activation))
		issue(
			"activation",
			`Expected \`activation\` to be relu or leaky-relu with \`mixing.aware\`, got ${c.activation}.`,
		);
	const shaped: readonly string[] =
		c.shaping.name === "dks"
			? ["tanh", "softplus", "gelu", "gelu-tanh"]
			: ["leaky-relu", "tanh", "softplus", "gelu", "gelu-tanh"];
	if (c.shaping.name !== "none" && !shaped.includes(c.activation))
		issue(
			"activation",
			`Expected \`activation\` to be one of ${shaped.join(", ")} with \`shaping\` ${c.shaping.name}, got ${c.activation}.`,
		);
}

/** Refuses shapes and plans that do not exist at this depth, by trying to find them. */
export function checkSolvable(config: ModelConfig, context: z.RefinementCtx): void {
	const solved = (path: string, solve: () => unknown) => {
		try {
			solve();
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			const message = error.message.replace(/`(\w+)`/g, (_, name) => `\`${optionNames[name] ?? name}\``);
			context.addIssue({ code: "custom", path: [path], message });
		}
	};
	solved("shaping", () => (config.activation === "leaky-relu" ? leakyShapeOf : shapeOf)(config));
	if (isPlanned(config)) solved("mixing", () => layerOf(config, "blocks.0.attn"));
}

/** What the solvers of `signal/` call the options. */
const optionNames: Readonly<Record<string, string>> = {
	rhoL: "mixing.rho",
	start: "mixing.start",
	gammaL: "mixing.gamma",
	gammaOut: "mixing.gamma",
	eta: "shaping.eta",
	tau: "shaping.tau",
	zeta: "shaping.zeta",
};
