/** `orrery serve`: look at runs and reports in a browser, on this machine only. */
import { once } from "node:events";
import { Command } from "commander";
import { serve } from "../server/serve.ts";
import { portNumber } from "./run-options.ts";
import { paint, printJson, say } from "./terminal.ts";

interface Options {
	readonly port?: number;
	readonly allowStop?: true;
	readonly json?: true;
}

export const serveCommand = (): Command =>
	new Command("serve")
		.description("Watch and compare the runs of a folder in a browser, at a local address.")
		.argument("[folder]", "the folder of runs", "runs")
		.option(
			"--port <n>",
			"exactly this port; 0 for any free one (default: 4173 or the next free)",
			portNumber,
		)
		.option("--allow-stop", "let the page stop trainings, as Ctrl-C does (default: it changes nothing)")
		.option("--json", "print the address as one JSON document on stdout")
		.action(async (folder: string, options: Options) => {
			await serveUntilStopped(folder, "", options);
		});

/** Serves `folder`, says the address of `page` in it, and returns when Ctrl-C is pressed. */
export async function serveUntilStopped(
	folder: string,
	page: string,
	{ json, ...options }: Options = {},
): Promise<void> {
	const serving = await serve({ dir: folder, ...options });
	const url = `${serving.url}/${page}`;
	if (json) printJson({ url });
	say(`Open ${paint("bold", url)} (Ctrl-C ends the server)`);
	await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
	await serving.close();
}
