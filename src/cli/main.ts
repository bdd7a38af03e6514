#!/usr/bin/env node
/** The `orrery` command. */
import { asUserError } from "../checkpoint/disk.ts";
import { explainFailure } from "./exit.ts";
import { runCommandLine } from "./program.ts";

// A reader that has seen enough (`orrery … | head`) is no error, and no reason to stop a run.
for (const stream of [process.stdout, process.stderr])
	stream.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code !== "EPIPE") process.exit(explainFailure(asUserError(error, "standard output")));
	});

process.exitCode = await runCommandLine(process.argv.slice(2));
