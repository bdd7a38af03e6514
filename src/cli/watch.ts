/** `orrery watch`: follow a folder that another program fills with checkpoints, in a page that keeps up. */
import { basename, join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { lintSeries } from "../inspect/lint-series.ts";
import { seriesName } from "../inspect/series-name.ts";
import { type Watched, watchSeries } from "../inspect/watch-series.ts";
import { takeLock } from "../run/lock.ts";
import { makeFolder } from "../run/make-folder.ts";
import { LiveFeed } from "../server/live.ts";
import { serve } from "../server/serve.ts";
import { openProgress } from "./progress.ts";
import { portNumber } from "./run-options.ts";
import { paint, printJson, say } from "./terminal.ts";

interface Options {
	readonly out?: string;
	readonly port?: number;
	readonly interval: number;
	readonly json?: true;
}

export const watchCommand = (): Command =>
	new Command("watch")
		.description("Follow a folder that a training writes checkpoints to, and show the report as it grows.")
		.argument("<folder>", "the folder; it may still be empty, or not there")
		.option("--out <folder>", "where to write the report and the numbers (default: inspect/<name>)")
		.option(
			"--port <n>",
			"exactly this port; 0 for any free one (default: 4173 or the next free)",
			portNumber,
		)
		.option("--interval <seconds>", "from one look at the folder to the next", seconds, 5)
		.option("--json", "print the page's address as one JSON document on stdout")
		.action(watch);

function seconds(text: string): number {
	const value = Number(text);
	if (!(value >= 0.1 && value <= 3600))
		throw new InvalidArgumentError("Expected a number of seconds from 0.1 to 3600.");
	return value;
}

async function watch(folder: string, { out, port, interval, json }: Options): Promise<void> {
	const name = seriesName(folder);
	const directory = out ?? join("inspect", name);
	await makeFolder(directory);
	const unlock = await takeLock(join(directory, "watch.lock"));
	const controller = new AbortController();
	const stop = () => controller.abort();
	process.once("SIGINT", stop).once("SIGTERM", stop);
	const progress = openProgress();
	const feed = new LiveFeed(join(directory, "report.html"));
	try {
		const serving = await serve({ dir: directory, live: feed, ...(port !== undefined && { port }) });
		try {
			if (json) printJson({ url: serving.url, report: feed.path });
			say(`Watching ${folder}. Open ${paint("bold", serving.url)} (Ctrl-C ends the watch)`);
			const told = new Set<string>();
			for await (const watched of watchSeries(folder, {
				interval: 1000 * interval,
				patience: Math.max(60_000, 5000 * interval),
				memory: join(directory, "watch.json"),
				signal: controller.signal,
				onProgress: (done, total) => progress.updateShare(name, total > 0 ? done / total : 1),
			})) {
				progress.stop();
				await show(watched, feed, told);
			}
		} finally {
			await serving.close();
		}
	} finally {
		progress.stop();
		process.off("SIGINT", stop).off("SIGTERM", stop);
		await unlock();
	}
}

/** Writes the report if there are new numbers, and says what is new to the terminal and to the page. */
async function show({ measure, waiting, fresh }: Watched, feed: LiveFeed, told: Set<string>): Promise<void> {
	const sayOnce = (line: string) => {
		if (!told.has(line)) say(line);
		told.add(line);
	};
	for (const { path, reason, isBroken } of waiting)
		if (isBroken) sayOnce(paint("red", `Broken: ${path}: ${reason}`));
	const isStale = measure !== undefined && (fresh.length > 0 || feed.state.version === 0);
	if (isStale) {
		const findings = lintSeries(measure);
		// Loads a DOM to draw in, which takes long.
		const { reportSeries } = await import("../report/series-report.ts");
		await reportSeries(measure, findings, feed.path);
		if (fresh.length > 0) say(`Measured step${fresh.length > 1 ? "s" : ""} ${fresh.join(", ")}.`);
		for (const { severity, message } of findings)
			if (severity !== "note")
				sayOnce(paint(severity === "error" ? "red" : "yellow", `${severity}: ${message}`));
	}
	feed.tell(statusOf({ measure, waiting }), isStale);
}

function statusOf({ measure, waiting }: Pick<Watched, "measure" | "waiting">): string {
	const last = measure ? `Step ${measure.steps.at(-1)} is the latest.` : "No checkpoint is whole yet.";
	const broken = waiting.filter(({ isBroken }) => isBroken).map(({ path }) => basename(path));
	const others = waiting
		.filter(({ isBroken }) => !isBroken)
		.map(({ path, reason }) => `${basename(path)} (${reason})`);
	return [
		last,
		...(others.length > 0 ? [`Waiting for ${others.join(", ")}.`] : []),
		...(broken.length > 0 ? [`Cannot be read: ${broken.join(", ")}.`] : []),
	].join(" ");
}
