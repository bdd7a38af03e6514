/**
 * The kinds of run that a cell can be.
 *
 * A configuration says its kind (`kind: "flow"`); one that says nothing is a training.
 */
import { nearest, UserError } from "../error.ts";
import type { RunConfig } from "../run/config.ts";
import type { FlowConfig } from "../run/flow/config.ts";
import { flowKind } from "./kinds/flow.ts";
import type { CellKind } from "./kinds/kind.ts";
import { trainingKind } from "./kinds/training.ts";

export type CellConfig = RunConfig | FlowConfig;

const kinds: Readonly<Record<string, CellKind<CellConfig>>> = { flow: flowKind };

/** The kind of a configuration, checked or not. Throws a `UserError` if it says one that does not exist. */
export function kindOf(config: object, source = "the configuration"): CellKind<CellConfig> {
	const kind = "kind" in config ? config.kind : undefined;
	if (kind === undefined) return trainingKind;
	const known = Object.keys(kinds);
	const found = known.find((name) => name === kind);
	if (found) return kinds[found]!;
	const near = typeof kind === "string" ? nearest(kind, known) : undefined;
	throw new UserError(
		`Expected \`kind\` to be ${known.join(", ")}, or absent for a training, got ${JSON.stringify(kind)}.` +
			`${near ? ` Did you mean \`${near}\`?` : ""} (${source})`,
	);
}
