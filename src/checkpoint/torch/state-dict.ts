/** Finds the tensors of a model in what a training program has stored. */
import { UserError } from "../../error.ts";
import type { Ignored } from "../weights.ts";
import { TensorView, type Value } from "./values.ts";

export interface Model {
	readonly tensors: ReadonlyMap<string, TensorView>;
	readonly numbers: Readonly<Record<string, number>>;
	readonly ignored: readonly Ignored[];
}

/** The keys under which training programs keep the model, the most telling first. */
const modelKeys = ["model_state_dict", "state_dict", "model", "module", "net", "weights"];

const deepest = 32;
const longestName = 1000;

/** The model in the value of a pickle. Throws UserError if there is no tensor, or a name twice. */
export function modelOf(root: Value, file: string): Model {
	if (!(root instanceof Map))
		throw new UserError(
			`Expected \`${file}\` to hold a dictionary of tensors, got ${root instanceof TensorView ? "a tensor alone" : "something else"}. ` +
				"Save a state_dict().",
		);
	const ignored: Ignored[] = [];
	const holdsTensor = tensorFinder(file);
	const key = modelKeys.find((name) => root.get(name) instanceof Map && holdsTensor(root.get(name)));
	// A layer may be named `model` in a plain state dictionary: there the tensors beside it are the model's, too.
	const beside = [...root].some(([name, value]) => name !== key && value instanceof TensorView);
	const model = key && !beside ? (root.get(key) as Map<unknown, unknown>) : root;
	if (model !== root)
		for (const [name, value] of root)
			if (name !== key && holdsTensor(value))
				ignored.push({
					path: `${file}#${typeof name === "string" ? name.slice(0, 100) : "(no text)"}`,
					reason: `not in \`${key}\`, the model`,
				});
	const found = new Map<string, TensorView>();
	flatten(model, [], { file, found, ignored, holdsTensor, seen: new Set() });
	if (!found.size)
		throw new UserError(
			`Expected \`${file}\` to hold a dictionary of tensors, got none in it. Save a state_dict().`,
		);
	const numbers = [...root].filter(
		(entry): entry is [string, number] => typeof entry[0] === "string" && typeof entry[1] === "number",
	);
	return {
		tensors: withoutWrappers(found, file, root.has("pytorch-lightning_version")),
		numbers: Object.fromEntries(numbers),
		ignored,
	};
}

/** Tells whether a tensor is in a container, at any depth; each is looked through once, also one that holds itself. */
function tensorFinder(file: string): (value: unknown) => boolean {
	const known = new Map<unknown, boolean>();
	const holds = (value: unknown, depth: number): boolean => {
		if (value instanceof TensorView) return true;
		if (!(value instanceof Map || Array.isArray(value))) return false;
		if (depth > deepest)
			throw new UserError(
				`Expected \`${file}\` to be nested at most ${deepest} deep, got more. Save a state_dict() alone.`,
			);
		const before = known.get(value);
		if (before !== undefined) return before;
		known.set(value, false);
		for (const inner of value.values())
			if (holds(inner, depth + 1)) {
				known.set(value, true);
				return true;
			}
		return false;
	};
	return (value) => holds(value, 0);
}

interface Flattening {
	readonly file: string;
	readonly found: Map<string, TensorView>;
	readonly ignored: Ignored[];
	readonly holdsTensor: (value: unknown) => boolean;
	/** Containers: each counts once, or a few bytes could unfold into endless names. */
	readonly seen: Set<unknown>;
}

function flatten(
	container: Map<unknown, unknown> | unknown[],
	path: readonly string[],
	to: Flattening,
): void {
	for (const [key, value] of container.entries()) {
		if (!to.holdsTensor(value)) continue;
		if (!(typeof key === "string" || typeof key === "number"))
			throw new UserError(
				`Expected the names of tensors in \`${to.file}\` to be text, got others in \`${path.join(".")}\`. Save a state_dict().`,
			);
		const inner = [...path, String(key)];
		const name = inner.join(".");
		if (name.length > longestName)
			throw new UserError(
				`Expected the names of tensors in \`${to.file}\` to have at most ${longestName} letters, got ${name.length}. The file is damaged.`,
			);
		if (value instanceof TensorView) {
			if (to.found.has(name)) throw twice(name, to.file);
			to.found.set(name, value);
		} else if (to.seen.has(value))
			to.ignored.push({ path: `${to.file}#${name}`, reason: "there under another name" });
		else {
			to.seen.add(value);
			flatten(value as Map<unknown, unknown> | unknown[], inner, to);
		}
	}
}

const twice = (name: string, file: string): UserError =>
	new UserError(
		`Expected the tensors of \`${file}\` to have distinct names, got \`${name}\` twice. Rename one.`,
	);

/** Names without what wrappers put before all of them: torch.compile, data parallel, and Lightning's module. */
function withoutWrappers(
	tensors: ReadonlyMap<string, TensorView>,
	file: string,
	lightning: boolean,
): ReadonlyMap<string, TensorView> {
	let prefix = "";
	const names = [...tensors.keys()];
	for (const wrapper of lightning ? [...wrappers, "model.", ...wrappers] : [...wrappers, ...wrappers])
		if (names.every((name) => name.startsWith(prefix + wrapper))) prefix += wrapper;
	const renamed = new Map<string, TensorView>();
	for (const [name, tensor] of tensors) {
		const short = name.slice(prefix.length).replace(/(^|\.)_orig_mod\./g, "$1");
		if (renamed.has(short)) throw twice(short, file);
		renamed.set(short, tensor);
	}
	return renamed;
}

const wrappers = ["module.", "_orig_mod."];
