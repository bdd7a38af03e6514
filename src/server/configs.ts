/** The configurations of entries, each read once, and what tells runs apart in words. */
import { readJson } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";
import { configDifferences, describeDifference } from "../query/differences.ts";
import type { Entry, EntryKind } from "../query/entry.ts";
import { isObject } from "../run/config.ts";
import { fileWithin } from "./files.ts";
import { remember } from "./remember.ts";

export type Config = Readonly<Record<string, unknown>>;

const fileOfKind: Readonly<Partial<Record<EntryKind, string>>> = {
	training: "config.json",
	flow: "config.json",
	sweep: "sweep.json",
	series: "inspect.json",
};

const readConfig = remember(async (path): Promise<Config> => {
	const config = await readJson(path, "Mend the file.");
	if (isObject(config)) return config;
	throw new UserError(`Expected \`${path}\` to hold an object, got something else. Mend the file.`);
});

export class Configs {
	readonly #root: string;

	constructor(root: string) {
		this.#root = root;
	}

	/** Undefined if the entry has none. Throws a `UserError` that names the file if it is not JSON. */
	async of({ path, kind }: Entry): Promise<Config | undefined> {
		const name = fileOfKind[kind];
		const file = name && (await fileWithin(this.#root, `${path}/${name}`));
		return file ? readConfig(file) : undefined;
	}

	/** Those of the entries, in their order; undefined where there is none, or one that cannot be read. */
	readable(entries: readonly Entry[]): Promise<(Config | undefined)[]> {
		return Promise.all(entries.map((entry) => this.of(entry).catch(() => undefined)));
	}

	/** What tells each of these entries apart from the others; of one that cannot be read, nothing. */
	async words(entries: readonly Entry[]): Promise<ReadonlyMap<string, string>> {
		const configs = await this.readable(entries);
		const known = entries.flatMap((entry, i) => (configs[i] ? [{ entry, config: configs[i] }] : []));
		const differences = configDifferences(known.map(({ config }) => config));
		return new Map(known.map(({ entry }, i) => [entry.path, describeDifference(differences, i)]));
	}

	/** The same for every run of the folder, among its siblings: runs of the same study, sweep or folder. */
	async wordsOfAll(entries: readonly Entry[]): Promise<ReadonlyMap<string, string>> {
		const families = new Map<string, Entry[]>();
		for (const entry of entries) {
			const { path, parent, kind } = entry;
			if (kind !== "training" && kind !== "flow") continue;
			const family = `${kind} ${parent ?? path.split("/").slice(0, -1).join("/")}`;
			families.set(family, [...(families.get(family) ?? []), entry]);
		}
		const words = await Promise.all([...families.values()].map((siblings) => this.words(siblings)));
		return new Map(words.flatMap((map) => [...map]));
	}
}
