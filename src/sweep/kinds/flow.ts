/** Cells that are gradient flows. */
import { isObject } from "../../run/config.ts";
import { type FlowConfig, parseFlowConfig } from "../../run/flow/config.ts";
import { startFlow } from "../../run/flow/run.ts";
import type { CellKind } from "./kind.ts";

export const flowKind: CellKind<FlowConfig> = {
	parse: (options, source) => parseFlowConfig(sparse(options), source),
	identity: ({ name: _, provenance: __, ...config }) => config,
	withThreads: (config) => config,
	steps: ({ dynamics }) => dynamics.steps,
	run: async (config, directory, options) => (await startFlow(config, directory, options)).state,
};

/** Unless told otherwise, a cell has a hundred rows and is integrated once. */
function sparse(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
	const { dynamics } = options;
	const once = isObject(dynamics) && dynamics["name"] === "flow";
	return { rows: 100, ...options, dynamics: once ? { guarantees: false, ...dynamics } : dynamics };
}
