/** `orrery serve`: look at runs and reports in a browser, on this machine only. */
import { once } from "node:events";
import { Command } from "commander";
import { serve } from "../server/serve.ts";
import { portNumber } from "./run-options.ts";
import { paint, printJson, say } from "./terminal.ts";

export const serveCommand = (): Command =>
	new Command("serve")
		.description("Show the runs and reports of a folder in a browser, at a local address.")
		.argument("[folder]", "the folder of runs", "runs")
		.option(
			"--port <n>",
			"exactly this port; 0 for any free one (default: 4173 or the next free)",
			portNumber,
		)
		.option("--json", "print the address as one JSON document on stdout")
		.action(async (folder: string, { port, json }: { port?: number; json?: true }) => {
			await serveUntilStopped(folder, "", port, json);
		});

/** Serves `folder`, says the address of `page` in it, and returns when Ctrl-C is pressed. */
export async function serveUntilStopped(
	folder: string,
	page: string,
	port?: number,
	json?: true,
): Promise<void> {
	const serving = await serve({ dir: folder, ...(port !== undefined && { port }) });
	const url = `${serving.url}/${page}`;
	if (json) printJson({ url });
	say(`Open ${paint("bold", url)} (Ctrl-C ends the server)`);
	await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
	await serving.close();
}
