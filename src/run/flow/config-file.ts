/** A flow's configuration from a file. */
import { readOptions } from "../config-file.ts";
import { type FlowConfig, parseFlowConfig } from "./config.ts";

/** A JSON file as a flow's configuration, after `overrides` (`model.width` → value) are set in it. */
export async function readFlowConfig(
	path: string,
	overrides?: Readonly<Record<string, unknown>>,
): Promise<FlowConfig> {
	return parseFlowConfig(await readOptions(path, overrides), path);
}
