/** `orrery flow`: one gradient flow of the co-occurrence model from a configuration file. */
import { join } from "node:path";
import { Command } from "commander";
import { UserError } from "../error.ts";
import { duration } from "../report/run-facts.ts";
import { readFlowConfig } from "../run/flow/config-file.ts";
import { type FlowResult, startFlow } from "../run/flow/run.ts";
import { Interrupted } from "./exit.ts";
import { followed, setting } from "./run-options.ts";
import { formatTable, paint, printJson, say } from "./terminal.ts";

interface Options {
	readonly out?: string;
	readonly set?: Record<string, unknown>;
	readonly json?: true;
}

export const flowCommand = (): Command =>
	new Command("flow")
		.description("Integrate the gradient flow of a one-layer attention model: events, end state, guarantees.")
		.argument("<config>", "JSON file with kind flow; a run's own config.json repeats it")
		.option("--out <folder>", "the run's directory, replaced if it holds a flow (default: runs/<name>)")
		.option("--set <key=value>", "set a key of the configuration, as in data.samples=60", setting)
		.option("--json", "print the result as one JSON document on stdout")
		.action(async (path: string, { out, set, json }: Options) => {
			const config = await readFlowConfig(path, set);
			const directory = out ?? join("runs", config.name);
			const result = await followed(({ signal, onShare }) =>
				startFlow(config, directory, { signal, onProgress: (share) => onShare(config.name, share) }),
			);
			const { state, steps, seconds, message } = result;
			if (json) printJson({ directory, state, steps, seconds, message, last: result.rows.at(-1) });
			if (state === "diverged") throw new UserError(`${message} (${directory})`);
			if (state === "interrupted") {
				say(`${paint("yellow", "Interrupted")} after ${steps} steps. The same command computes it anew.`);
				throw new Interrupted();
			}
			if (!json) process.stdout.write(`${momentsTable(result)}\n\n${guaranteesTable(result)}\n`);
			// Loads a DOM to draw in, which takes longer than all else.
			const { reportRuns } = await import("../report/report-runs.ts");
			const report = join(directory, "report.html");
			await reportRuns([directory], report);
			say(`${paint("green", "Finished")} ${directory}: ${steps} steps in ${duration(seconds)}.`);
			say(`Report: ${report}`);
		});

const number = (value: number | undefined): string =>
	value === undefined ? "–" : String(Number(value.toPrecision(5)));

/** The beginning, the events and the end: when they are, and what the network has learned by then. */
function momentsTable({ rows }: FlowResult): string {
	const moments = rows.flatMap((row, i) => {
		const names = [
			...(i === 0 ? ["start"] : []),
			...Object.keys(row).flatMap((key) => (key.startsWith("event/") ? [key.slice("event/".length)] : [])),
			...(i === rows.length - 1 ? ["end"] : []),
		];
		return names.length > 0 ? [{ name: names.join(", "), row }] : [];
	});
	const columns = {
		time: "flow/time",
		"κ₀t": "flow/clock",
		loss: "train/loss",
		"G(μ₁)": "word/G.1",
		"G(μ₂)": "word/G.2",
		"G(μ₃)": "word/G.3",
		"least margin": "margin/least",
		"max |Δp|": "attention/change",
	};
	return formatTable([
		["", ...Object.keys(columns)],
		...moments.map(({ name, row }) => [name, ...Object.values(columns).map((key) => number(row[key]))]),
	]);
}

const guarantees = {
	mlp: "drift of WᵀW − W_V W_Vᵀ",
	attention: "drift of W_K W_Kᵀ − W_Q W_Qᵀ",
	directions: "drift of the differences between neurons",
	unseen: "drift of words that do not occur",
	keys: "drift of the sum of the keys",
	energy: "loss + dissipated energy − initial loss",
	loss: "relative change of the loss at a hundredth of the tolerance",
	T1: "relative change of T1 at a hundredth of the tolerance",
} as const;

/** How far the integration can be trusted; what was not computed is absent. */
function guaranteesTable({ rows }: FlowResult): string {
	const last = rows.at(-1)!;
	const known = Object.entries(guarantees).flatMap(([name, meaning]) => {
		const value = last[`guarantee/${name}`];
		return value === undefined ? [] : [[meaning, value.toExponential(1)]];
	});
	return formatTable([["guarantee", "measured"], ...known]);
}
