/** `orrery start`, which `npm start` runs: the quick study, then its report in the browser. */
import { Command } from "commander";
import { Interrupted } from "./exit.ts";
import { portNumber } from "./run-options.ts";
import { serveUntilStopped } from "./serve.ts";
import { followStudy } from "./study.ts";
import { paint, say } from "./terminal.ts";

export const startCommand = (): Command =>
	new Command("start")
		.description("Run the norm-growth study at its quick size (minutes), then serve its report.")
		.option("--port <n>", "port of the server (default: 4173 or the next free)", portNumber)
		.addHelpText("after", "\nA study that is finished is only served; one that was interrupted goes on.")
		.action(async ({ port }: { port?: number }) => {
			const { interrupted } = await followStudy("norm-growth", { preset: "quick" });
			if (interrupted) {
				say(`${paint("yellow", "Interrupted.")} Run it again to go on where it stopped.`);
				throw new Interrupted();
			}
			await serveUntilStopped("runs", "files/norm-growth-quick/report.html", {
				...(port !== undefined && { port }),
			});
		});
