/**
 * What differs between configurations, and how a person would say it: `lr 1e-3, wd 0.1`.
 *
 * Names and provenance are left out: they differ between any two runs and change nothing of what was trained.
 */
import type { ConfigDifference } from "./entry.ts";

/** What a reader looks for first, with the word for it; an empty word where the value says it all. */
const words: Readonly<Record<string, string>> = {
	"optimizer.name": "",
	"optimizer.learningRate": "lr",
	"optimizer.weightDecay": "wd",
	"model.placement": "placement",
	"model.normalisation": "",
	"model.attention": "attention",
	"model.layers": "layers",
	"model.width": "width",
	"model.heads": "heads",
	"model.context": "context",
	"initialisation.name": "",
	"dynamics.name": "",
	"training.batch": "batch",
	"training.steps": "steps",
};
const first = Object.keys(words);

/** The keys in which the configurations differ: what matters most first, seeds and what computes last. */
export function configDifferences(configs: readonly unknown[]): ConfigDifference[] {
	const flat = configs.map((config) => leaves(config));
	const keys = [...new Set(flat.flatMap((leaf) => [...leaf.keys()]))];
	return keys
		.filter((key) => {
			const texts = flat.map((leaf) => JSON.stringify(leaf.get(key)));
			return texts.some((text) => text !== texts[0]);
		})
		.map((key, order) => ({ key, order, rank: rankOf(key) }))
		.sort((a, b) => a.rank - b.rank || a.order - b.order)
		.map(({ key }) => ({ key, values: flat.map((leaf) => leaf.get(key)) }));
}

function rankOf(key: string): number {
	const known = first.indexOf(key);
	if (known >= 0) return known;
	const section = key.split(".")[0]!;
	const late = ["probes", "checkpoints", "rows", "seed", "engine"].indexOf(section);
	return first.length + 1 + late;
}

/** Values by dotted key. Lists and empty objects are values. */
function leaves(config: unknown, prefix = "", into = new Map<string, unknown>()): Map<string, unknown> {
	for (const [key, value] of Object.entries((config ?? {}) as Record<string, unknown>)) {
		if (prefix === "" && (key === "name" || key === "provenance")) continue;
		const isInner = typeof value === "object" && value !== null && !Array.isArray(value);
		if (isInner && Object.keys(value).length > 0) leaves(value, `${prefix}${key}.`, into);
		else if (value !== undefined) into.set(prefix + key, value);
	}
	return into;
}

/**
 * The configuration at `index` in the words of a legend: its values of the first `most` differences that it has a value
 * for. Empty where nothing differs.
 */
export function describeDifference(
	differences: readonly ConfigDifference[],
	index: number,
	most = 4,
): string {
	const chosen = new Set(
		differences.flatMap(({ key }) => (key.endsWith(".name") ? [key.slice(0, -"name".length)] : [])),
	);
	const parts = differences.flatMap(({ key, values }) => {
		// Of another optimizer: its options are none of this one's.
		const another = values[index] === undefined && [...chosen].some((section) => key.startsWith(section));
		return another ? [] : [describeValue(key, values[index])];
	});
	return parts.slice(0, most).join(", ") + (parts.length > most ? ", …" : "");
}

/** `lr 1e-3`, `pre`, `no clip`, `tied embeddings`. */
function describeValue(key: string, value: unknown): string {
	const word = words[key] ?? inWords(key);
	if (value === undefined || value === null || value === false) return `no ${word || inWords(key)}`;
	if (value === true) return word;
	return [word, formatValue(value)].filter(Boolean).join(" ");
}

/** The last part of a dotted key that says something: `feed-forward`, `initialisation mlp`. */
function inWords(key: string): string {
	const parts = key.split(".");
	const last = parts.at(-1)!;
	const named = last === "name" && parts.length > 1 ? parts.at(-2)! : last;
	return named.replace(/([a-z0-9])([A-Z])/g, (_, before, letter) => `${before} ${letter.toLowerCase()}`);
}

/** Files by their names; numbers as they are spoken of: `1e-3`, `0.1`, `1000`, `3e5`. */
export function formatValue(value: unknown): string {
	if (typeof value === "string") return value.split(/[\\/]/).at(-1) || value;
	if (typeof value !== "number") return JSON.stringify(value);
	// Twelve digits: a grid's 3.0000000000000003e-4 is 3e-4.
	const rounded = Number(value.toPrecision(12));
	const size = Math.abs(rounded);
	const power = rounded.toExponential().replace("e+", "e");
	const isShorter = power.length < String(rounded).length;
	return (size > 0 && size < 0.01) || (size >= 1e5 && isShorter) ? power : String(rounded);
}
