/** What the page asks for under `/api/`: see api-types.ts. Reads only, but for `stop`, which must be allowed. */
import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { UserError } from "../error.ts";
import { parseWith } from "../explain.ts";
import { type Catalogue, openCatalogue } from "../query/catalogue.ts";
import { configDifferences } from "../query/differences.ts";
import type { Entry } from "../query/entry.ts";
import { listKeys, queryMetrics } from "../query/metrics.ts";
import type { CompareAnswer, EntriesAnswer, EntryAnswer, StopAnswer, WordsAnswer } from "./api-types.ts";
import { ChangeFeed } from "./change-feed.ts";
import { Configs } from "./configs.ts";
import { describeEntry } from "./entry-answer.ts";
import { sendExport } from "./export-answer.ts";
import { stopEntry } from "./stop.ts";
import { Sweeps } from "./sweep-answer.ts";

const whole = z
	.string()
	.regex(/^\d{1,15}$/, "Use a whole number.")
	.transform(Number);
const path = z.string().max(1000);
const runs = z.array(path).min(1).max(1000);
const keys = z.array(z.string().min(1).max(200)).min(1).max(200);

const parameters = {
	none: z.strictObject({}),
	path: z.strictObject({ path }),
	runs: z.strictObject({ run: runs }),
	sweep: z.strictObject({ path, key: keys.optional() }),
	metrics: z.strictObject({
		run: runs,
		key: keys,
		points: whole.optional(),
		axis: z.enum(["linear", "log", "sqrt"]).optional(),
		from: whole.optional(),
		to: whole.optional(),
	}),
	export: z.strictObject({
		run: runs,
		key: keys.default(["*"]),
		from: whole.optional(),
		to: whole.optional(),
		format: z.enum(["csv", "parquet", "jsonl"]),
	}),
};

export interface ApiOptions {
	/** The served folder, its links followed. */
	readonly root: string;
	readonly allowStop: boolean;
}

/** Something that was asked for is not there. */
class NotFound extends UserError {}

export function createApi({ root, allowStop }: ApiOptions): Hono {
	const catalogue = openCatalogue(root);
	const feed = new ChangeFeed(catalogue);
	const configs = new Configs(root);
	const sweeps = new Sweeps(root);
	const api = new Hono();
	api.use(async (context, next) => {
		context.header("Cache-Control", "no-store");
		context.header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
		await next();
	});
	api.onError(explain);

	api.get("/entries", async (context) => {
		parse(context, parameters.none);
		const entries = await catalogue.list();
		return context.json({ folder: root, entries, mayStop: allowStop } satisfies EntriesAnswer);
	});

	api.get("/words", async (context) => {
		parse(context, parameters.none);
		const words = await configs.wordsOfAll(await catalogue.list());
		return context.json({ words: Object.fromEntries(words) } satisfies WordsAnswer);
	});

	api.get("/entry", async (context) => {
		const { entries, entry } = await one(catalogue, parse(context, parameters.path).path);
		const detail = await describeEntry({ root, entries, configs }, entry);
		const hasMetrics = entry.kind !== "study" && entry.kind !== "sweep";
		const keys = hasMetrics ? await listKeys(root, [entry.path]) : [];
		return context.json({ ...detail, keys, mayStop: allowStop } satisfies EntryAnswer);
	});

	api.get("/metrics", async (context) => {
		const { run, key, ...rest } = parse(context, parameters.metrics);
		await several(catalogue, run);
		return context.json(await queryMetrics(root, { runs: run, keys: key, ...given(rest) }));
	});

	api.get("/compare", async (context) => {
		const chosen = await several(catalogue, parse(context, parameters.runs).run);
		const words = await configs.words(chosen);
		const differences = configDifferences(await configs.readable(chosen));
		return context.json({
			runs: chosen.map(({ path }) => ({ path, words: words.get(path) ?? "" })),
			differences,
		} satisfies CompareAnswer);
	});

	api.get("/sweep", async (context) => {
		const { path, key } = parse(context, parameters.sweep);
		const { entries, entry } = await one(catalogue, path);
		if (entry.kind !== "sweep")
			throw new UserError(`Expected \`path\` to be that of a sweep, got \`${path}\`, a ${entry.kind}.`);
		return context.json(await sweeps.describe(entry, entries, key));
	});

	api.get("/export", async (context) => {
		const { run, key, format, ...rest } = parse(context, parameters.export);
		await several(catalogue, run);
		return sendExport(context, root, { runs: run, keys: key, ...given(rest) }, format);
	});

	api.get("/events", (context) => {
		parse(context, parameters.none);
		return streamSSE(context, async (stream) => {
			const controller = new AbortController();
			stream.onAbort(() => controller.abort());
			// Whoever is gone without a word is noticed when nothing can be written to him.
			const beat = setInterval(() => void stream.write(": still here\n\n"), 15_000).unref();
			let event = "ready";
			try {
				for await (const change of feed.follow(controller.signal)) {
					await stream.writeSSE({ event, data: JSON.stringify(change), retry: 1000 });
					event = "change";
				}
			} finally {
				clearInterval(beat);
			}
		});
	});

	api.post("/stop", async (context) => {
		if (!allowStop)
			return context.json(
				{ error: "Expected the server to be one that may stop trainings. Start it with --allow-stop." },
				403,
			);
		const { entries, entry } = await one(catalogue, parse(context, parameters.path).path);
		await stopEntry(root, entry, entries);
		return context.json({ stopping: true } satisfies StopAnswer, 202);
	});

	api.get("*", (context) =>
		context.json({ error: `Expected an address of the API, got \`${context.req.path}\`.` }, 404),
	);
	return api;
}

/** The parameters of the address. Throws a `UserError` that names what is wrong with them. */
function parse<S extends z.ZodType>(context: Context, schema: S): z.output<S> {
	const given = Object.entries(context.req.queries()).map(([name, values]) => [
		name,
		values.length === 1 && name !== "run" && name !== "key" ? values[0] : values,
	]);
	return parseWith(schema, Object.fromEntries(given), context.req.path);
}

/** Without the keys that have no value. */
function given<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
	return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
		[K in keyof T]: Exclude<T[K], undefined>;
	};
}

async function one(
	catalogue: Catalogue,
	path: string,
): Promise<{ readonly entries: readonly Entry[]; readonly entry: Entry }> {
	const entries = await catalogue.list();
	return { entries, entry: find(new Map(entries.map((entry) => [entry.path, entry])), path) };
}

/** The entries of these paths, in their order, each once. */
async function several(catalogue: Catalogue, paths: readonly string[]): Promise<Entry[]> {
	const known = new Map((await catalogue.list()).map((entry) => [entry.path, entry]));
	return [...new Set(paths)].map((path) => find(known, path));
}

function find(known: ReadonlyMap<string, Entry>, path: string): Entry {
	const entry = known.get(path);
	if (entry) return entry;
	throw new NotFound(
		`Expected the path of a run, study or sweep of the list, got \`${path.slice(0, 200)}\`.`,
	);
}

function explain(error: Error, context: Context): Response {
	if (error instanceof UserError)
		return context.json({ error: error.message }, error instanceof NotFound ? 404 : 400);
	console.error(error);
	return context.json(
		{ error: `This is a bug in Orrery: ${error.message}. The server's terminal has more.` },
		500,
	);
}
