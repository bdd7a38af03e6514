/**
 * Which names in a folder are checkpoints, and of which step. `findSeries` is what asks.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { UserError } from "../error.ts";
import { asUserError } from "./disk.ts";
import { besides, indexFile, unfinished } from "./file-names.ts";
import { requirePath } from "./location.ts";
import { openWeights } from "./open-weights.ts";
import type { SeriesEntry } from "./series.ts";
import { likeYear, type NamedStep, stepOf, weightsFile } from "./step-of.ts";
import type { Ignored } from "./weights.ts";

export interface Found {
	/** In the order of their names; a step may be there twice. */
	readonly entries: readonly SeriesEntry[];
	readonly ignored: readonly Ignored[];
}

const isWeights = (name: string): boolean =>
	(weightsFile.test(name) && !besides.test(name)) || indexFile.test(name);

const isSafetensors = (name: string): boolean => /\.safetensors(\.index\.json)?$/i.test(name);

/** Files that may tell their step inside: `pytorch_model.bin` does not, nor do shards. */
const lonePyTorch = /(?<!-\d+-of-\d+)\.(pt|pth|ckpt)$/i;

/**
 * The checkpoints in a folder, or of a lone file. Throws UserError if there is nothing, or nothing that can be a
 * checkpoint.
 */
export async function findInFolder(location: string): Promise<Found> {
	requirePath(location);
	const status = await stat(location).catch((error) => {
		throw asUserError(error, location);
	});
	if (!status.isDirectory()) return { entries: [await loneFile(location)], ignored: [] };
	const names = await namesIn(location);
	if (names.includes("refs") && names.includes("snapshots")) return findInCache(location);
	const numbered = await findNumbered(location, names);
	if (numbered.entries.length) return numbered;
	if (names.some((name) => lonePyTorch.test(name) && isWeights(name)) && !names.some(isSafetensors)) {
		const told = await findTold(location, names);
		if (told.entries.length) return told;
	}
	if (names.some(isWeights)) return { entries: [await loneFolder(location, names)], ignored: [] };
	if (names.includes("checkpoints")) return findInFolder(join(location, "checkpoints"));
	const reasons = numbered.ignored
		.slice(0, 3)
		.map(({ path, reason }) => `${basename(path)} (${reason})`)
		.join(", ");
	throw new UserError(
		`Expected \`${location}\` to hold checkpoints, such as step1000/ or model_1000.pt, got ${reasons || "nothing"}` +
			`${names.length > 3 ? `, … (${names.length} names)` : ""}. ` +
			"Name a folder with a folder or a file a step, one checkpoint, or a path with {step} in it.",
	);
}

/** Some of the names, for a message. */
export const listed = (names: readonly string[]): string =>
	names.length ? `${names.slice(0, 8).join(", ")}${names.length > 8 ? `, … (${names.length})` : ""}` : "none";

async function namesIn(folder: string): Promise<string[]> {
	const names = await readdir(folder).catch((error) => {
		throw asUserError(error, folder);
	});
	return names.sort();
}

/** The folders and files whose names tell a step. */
async function findNumbered(folder: string, names: readonly string[]): Promise<Found> {
	const entries: (SeriesEntry & { readonly name: string; readonly bare: boolean })[] = [];
	const ignored: Ignored[] = [];
	for (const name of names) {
		const path = join(folder, name);
		const found = await judge(path, name);
		if (typeof found === "string") ignored.push({ path, reason: found });
		else entries.push({ ...found, name, location: path });
	}
	// `run-2024` is a year, unless it stands between `run-1000` and `run-3000`.
	const pattern = (name: string) => name.replace(/\d+/g, "#");
	const aYear = (entry: (typeof entries)[number]) =>
		entry.bare &&
		likeYear(entry.step) &&
		!entries.some((other) => pattern(other.name) === pattern(entry.name) && !likeYear(other.step));
	for (const { location } of entries.filter(aYear))
		ignored.push({ path: location, reason: "its number may be a year" });
	// Where words tell the steps, a number without one tells something else.
	const worded = entries.some((entry) => !entry.bare);
	const chosen = entries.filter((entry) => !aYear(entry) && !(worded && entry.bare));
	for (const { location } of entries.filter((entry) => !aYear(entry) && worded && entry.bare))
		ignored.push({ path: location, reason: "no word for steps before its number, unlike others" });
	return { entries: chosen.map(({ step, location }) => ({ step, location })), ignored };
}

/** The step of one name in a folder, or why it is no checkpoint of the series. */
async function judge(path: string, name: string): Promise<NamedStep | string> {
	if (unfinished.test(name)) return "unfinished: a program is writing it, or was killed";
	const status = await stat(path).catch(() => undefined);
	if (!status) return "a link to nothing";
	if (!status.isDirectory()) {
		if (!isWeights(name)) return weightsFile.test(name) ? "state of the training, no model" : "no checkpoint";
		return stepOf(name) ?? "no step in its name";
	}
	const step = stepOf(name);
	if (!step) return "no step in its name";
	const inside = await readdir(path).catch(() => []);
	if (inside.some(isWeights)) return step;
	return inside.length ? `no file of tensors in it, but ${listed(inside.sort())}` : "an empty folder";
}

/** A checkpoint alone: its step is in its name, or in what its trainer wrote beside it, or in it, or 0. */
async function loneFolder(folder: string, names: readonly string[]): Promise<SeriesEntry> {
	const named = stepOf(basename(folder));
	if (named && !named.bare) return { step: named.step, location: folder };
	const state = names.includes("trainer_state.json")
		? await readFile(join(folder, "trainer_state.json"), "utf8").catch(() => "")
		: "";
	// A damaged file tells no step; whatever else it holds is not ours to judge.
	const [, step] = /"global_step"\s*:\s*(\d{1,15})\b/.exec(state) ?? [];
	return { step: step ? Number(step) : ((await stepIn(folder)) ?? 0), location: folder };
}

async function loneFile(path: string): Promise<SeriesEntry> {
	const named = stepOf(basename(path));
	const told = named && !(named.bare && likeYear(named.step)) ? named.step : await stepIn(path);
	return { step: told ?? 0, location: path };
}

/** Files that tell their step inside only, as nanoGPT's `ckpt.pt` does. */
async function findTold(folder: string, names: readonly string[]): Promise<Found> {
	const entries: SeriesEntry[] = [];
	const ignored: Ignored[] = [];
	for (const name of names) {
		const path = join(folder, name);
		const step = isWeights(name) ? await stepIn(path) : undefined;
		if (step !== undefined) entries.push({ step, location: path });
		else {
			const reason = await judge(path, name);
			ignored.push({ path, reason: typeof reason === "string" ? reason : "its number may be a year" });
		}
	}
	return { entries, ignored };
}

/** What trainers call the steps made, in what they store beside the tensors. */
const stepNames = ["iter_num", "global_step", "step", "iteration"];

/** The step that a checkpoint tells inside; none if it cannot be opened, which whoever opens it is told. */
async function stepIn(location: string): Promise<number | undefined> {
	const weights = await openWeights(location).catch((error) => {
		if (error instanceof UserError) return undefined;
		throw error;
	});
	await weights?.close();
	return stepNames
		.map((name) => weights?.numbers[name])
		.find((step) => step !== undefined && Number.isSafeInteger(step) && step >= 0);
}

/**
 * Hugging Face's download cache of one model: `refs/step1000` holds the name of a folder in `snapshots`.
 * Of a model with one branch there is one checkpoint, `main`.
 */
async function findInCache(folder: string): Promise<Found> {
	const entries: SeriesEntry[] = [];
	const ignored: Ignored[] = [];
	const lone: string[] = [];
	for (const name of await namesIn(join(folder, "refs"))) {
		const path = join(folder, "refs", name);
		const commit = (await readFile(path, "utf8").catch(() => "")).trim();
		const snapshot = join(folder, "snapshots", commit);
		const step = stepOf(name);
		const inside = /^[\da-f]{40}$/.test(commit) ? await readdir(snapshot).catch(() => []) : [];
		if (!inside.some(isWeights)) ignored.push({ path, reason: "its snapshot has no file of tensors" });
		else if (step) entries.push({ step: step.step, location: snapshot });
		else {
			lone.push(snapshot);
			ignored.push({ path, reason: "no step in its name" });
		}
	}
	if (entries.length) return { entries, ignored };
	if (lone.length) return { entries: [{ step: 0, location: lone[0]! }], ignored: ignored.slice(1) };
	throw new UserError(
		`Expected a branch in \`${join(folder, "refs")}\` to have weights, got none. Download the model again.`,
	);
}
