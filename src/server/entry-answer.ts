/** Everything about one entry but its metrics: what a run's page shows first. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readJson } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";
import type { Entry } from "../query/entry.ts";
import { pathWithin } from "../query/within.ts";
import type { JudgedClaim } from "../report/claim.ts";
import { readStatus } from "../run/status.ts";
import type { EntryAnswer, EntryFile, StudyDetail, StudyPart } from "./api-types.ts";
import type { Configs } from "./configs.ts";
import { fileWithin, hrefOf } from "./files.ts";

/** What an entry's folder may hold, in the order in which it is listed. */
const knownFiles = [
	"report.html",
	"study.json",
	"sweep.json",
	"inspect.json",
	"config.json",
	"status.json",
	"metrics.jsonl",
	"metrics.parquet",
];

export interface Folder {
	/** The served folder, its links followed. */
	readonly root: string;
	readonly entries: readonly Entry[];
	readonly configs: Configs;
}

/** All but the keys, which are asked of the metrics. What cannot be read is left out: the entry's message tells of it. */
export async function describeEntry(
	{ root, entries, configs }: Folder,
	entry: Entry,
): Promise<Omit<EntryAnswer, "keys" | "mayStop">> {
	const { path, kind } = entry;
	const isRun = kind === "training" || kind === "flow";
	const files = await filesOf(root, path);
	const [config, status, study] = await Promise.all([
		readable(configs.of(entry)),
		isRun ? readable(readStatus(join(root, path))) : undefined,
		kind === "study" ? readable(describeStudy(root, entry, { entries, files })) : undefined,
	]);
	return {
		entry,
		...(config && { config }),
		...(status && { status }),
		...(study && { study }),
		children: entries.filter(({ parent }) => parent === path && path !== entry.parent),
		files,
	};
}

const readable = <T>(reading: Promise<T>): Promise<T | undefined> =>
	reading.catch((error) => {
		if (error instanceof UserError) return undefined;
		throw error;
	});

async function filesOf(root: string, path: string): Promise<EntryFile[]> {
	const figures = await pathWithin(root, `${path}/figures`);
	const drawn = figures ? await readdir(figures).catch(() => []) : [];
	const names = [
		...knownFiles,
		...drawn
			.filter((name) => /\.(svg|csv|png)$/.test(name))
			.sort()
			.map((name) => `figures/${name}`),
	];
	const files = await Promise.all(
		names.map(async (name): Promise<EntryFile[]> => {
			const file = await fileWithin(root, `${path}/${name}`);
			return file ? [{ name, href: hrefOf(`${path}/${name}`), size: (await stat(file)).size }] : [];
		}),
	);
	return files.flat();
}

/** As much of `study.json` as is shown; an earlier version of the program wrote no titles. */
const studySchema = z.object({
	study: z.string(),
	title: z.string().optional(),
	preset: z.string(),
	parts: z
		.array(z.object({ name: z.string(), title: z.string(), introduction: z.string().optional() }))
		.default([]),
	claims: z.array(
		z.looseObject({ id: z.string(), part: z.string(), verdict: z.enum(["holds", "fails", "not measured"]) }),
	),
	experiments: z.array(
		z.object({
			name: z.string(),
			kind: z.enum(["training", "flow", "sweep", "analysis"]),
			state: z.enum(["running", "finished", "interrupted", "diverged", "failed"]),
		}),
	),
});

async function describeStudy(
	root: string,
	{ path }: Entry,
	{ entries, files }: { readonly entries: readonly Entry[]; readonly files: readonly EntryFile[] },
): Promise<StudyDetail> {
	const advice = "Run the study again: it is written anew.";
	const file = join(root, path, "study.json");
	const parsed = studySchema.safeParse(await readJson(file, advice));
	if (!parsed.success)
		throw new UserError(`Expected \`${file}\` to be what a study wrote, got something else. ${advice}`);
	const { study, title = study, preset, claims, experiments } = parsed.data;
	const named = new Map(parsed.data.parts.map((part) => [part.name, part]));
	for (const { part } of claims) if (!named.has(part)) named.set(part, { name: part, title: part });
	const hrefs = new Map(files.map(({ name, href }) => [name, href]));
	return {
		name: study,
		title,
		preset,
		parts: [...named.values()].map(
			(part): StudyPart => ({
				...part,
				claims: claims.filter((claim) => claim.part === part.name) as unknown as JudgedClaim[],
			}),
		),
		experiments: experiments.map((experiment) => {
			const own = entries.find((entry) => entry.path === [path, experiment.name].filter(Boolean).join("/"));
			return { ...experiment, ...(own && { path: own.path, state: own.state ?? experiment.state }) };
		}),
		figures: files.flatMap(({ name, href }) => {
			const id = /^figures\/(.*)\.svg$/.exec(name)?.[1];
			const csv = id && hrefs.get(`figures/${id}.csv`);
			return id && csv ? [{ id, svg: href, csv }] : [];
		}),
	};
}
