/** A gradient flow in a worker: computed whole, in a second or so; what plays it is the page's play-head. */
import { describeSet } from "../../../data/co-occurrence.ts";
import { parameterCount } from "../../../model/co-occurrence/network.ts";
import { parseFlowConfig } from "../../../run/flow/config.ts";
import { openFlow, solveFlow } from "../../../run/flow/solve.ts";
import type { Lab } from "./lab.ts";
import type { FlowLab, Phase, Said } from "./protocol.ts";

/** Milliseconds between messages of how far it is. */
const often = 100;

/** Computes the flow. Throws UserError if it cannot begin. `signal` ends it early. */
export async function openFlowLab(
	{ config: options }: FlowLab,
	say: (message: Said) => void,
	signal: AbortSignal,
): Promise<Lab> {
	const config = parseFlowConfig(options, "the playground");
	const { dataset, parameters } = openFlow(config);
	say({
		type: "opened",
		of: {
			device: "float64",
			deviceName: "JavaScript, float64, one thread",
			parameters: parameterCount(parameters),
			data: describeSet(dataset),
			tokensPerStep: 0,
		},
	});
	let told = performance.now();
	const { state, message, rows, steps } = await solveFlow(config, {
		signal,
		onProgress(fraction) {
			if (performance.now() - told < often) return;
			told = performance.now();
			say({ type: "state", state: "opening", step: 0, fraction });
		},
	});
	if (state !== "interrupted") {
		say({ type: "rows", rows });
		const phases = rows.flatMap((row): Phase[] =>
			Object.keys(row).flatMap((key) =>
				key.startsWith("event/")
					? [{ name: key.slice("event/".length), time: row["flow/time"]!, clock: row["flow/clock"]! }]
					: [],
			),
		);
		say({ type: "phases", phases });
		say({ type: "state", state, step: steps, fraction: 1, ...(message !== undefined && { message }) });
	}
	const nothing = () => {};
	return { play: nothing, pause: nothing, step: nothing, look: nothing, close: async () => {} };
}
