/**
 * Turns what zod found wrong with a configuration into sentences that name the key, and the nearest valid one.
 *
 * The schema itself is asked for the keys and values that are valid at a path, through its JSON Schema; of a choice
 * (`optimizer` is one of several shapes) the branch that the given value chose counts.
 */
import { z } from "zod";
import { nearest, UserError } from "./error.ts";

interface JsonSchema {
	readonly properties?: Record<string, JsonSchema>;
	readonly items?: JsonSchema | boolean;
	readonly prefixItems?: readonly JsonSchema[];
	readonly anyOf?: readonly JsonSchema[];
	readonly oneOf?: readonly JsonSchema[];
	readonly allOf?: readonly JsonSchema[];
	readonly const?: unknown;
	readonly $ref?: string;
	readonly $defs?: Record<string, JsonSchema>;
}

/**
 * `value` checked against `schema`, with defaults filled in.
 * Throws a `UserError` with one sentence for each thing that is wrong; `source` says where the value came from.
 */
export function parseWith<S extends z.ZodType>(schema: S, value: unknown, source: string): z.output<S> {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	const root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
	const lines = result.error.issues.flatMap((issue) => sentences(issue, [], root, value));
	throw new UserError([...new Set(lines)].map((line) => `${line} (${source})`).join("\n"));
}

type Issue = z.core.$ZodIssue;

function sentences(issue: Issue, prefix: PropertyKey[], root: JsonSchema, value: unknown): string[] {
	const path = [...prefix, ...issue.path];
	const name = formatPath(path);
	const got = at(value, path);
	switch (issue.code) {
		case "unrecognized_keys": {
			const known = keysAt(root, path, value);
			return issue.keys.map((key) => {
				const full = formatPath([...path, key]);
				const near = nearest(key, known);
				const hint = near ? ` Did you mean \`${formatPath([...path, near])}\`?` : "";
				return `Expected ${path.length ? `\`${name}\`` : "the configuration"} to have the keys ${known.join(", ")}, got \`${full}\`.${hint}`;
			});
		}
		case "invalid_value":
			return [oneOf(name, issue.values.map(String), got)];
		case "invalid_union": {
			if ("options" in issue && Array.isArray(issue.options) && issue.options.length)
				return [oneOf(name, issue.options.map(String), got)];
			const meant = nearestShape(issue.errors);
			return meant.length
				? meant.flatMap((inner) => sentences(inner, path, root, value))
				: [`Expected ${name ? `\`${name}\`` : "the configuration"} to be valid, got ${format(got)}.`];
		}
		case "invalid_type":
			return [expected(name, got === undefined ? "given" : article(issue.expected), got)];
		case "too_small":
			return [expected(name, `${issue.inclusive ? "at least" : "greater than"} ${issue.minimum}`, got)];
		case "too_big":
			return [expected(name, `${issue.inclusive ? "at most" : "less than"} ${issue.maximum}`, got)];
		default:
			// A part's own rule comes with its own sentence.
			return [
				issue.message.startsWith("Expected") ? issue.message : expected(name, "valid", got, issue.message),
			];
	}
}

/**
 * Of several shapes, what is wrong with the one that was meant: if something of the right kind was given (an object
 * for an object), the one with the fewest keys unknown, missing or wrong; and then the one that failed latest.
 */
function nearestShape(errors: readonly Issue[][]): readonly Issue[] {
	const depth = (issues: readonly Issue[]) => Math.max(0, ...issues.map((x) => x.path.length));
	const wrong = (issues: readonly Issue[]) =>
		issues.reduce((sum, x) => sum + (x.code === "unrecognized_keys" ? x.keys.length : 1), 0);
	const otherKind = (x: Issue) =>
		x.path.length === 0 && (x.code === "invalid_type" || x.code === "invalid_value");
	const ofKind = errors.filter((issues) => !issues.some(otherKind));
	const candidates = ofKind.length ? ofKind : errors;
	const fewest = Math.min(...candidates.map(wrong));
	const best = candidates.filter((issues) => wrong(issues) === fewest);
	return best.toSorted((a, b) => depth(b) - depth(a))[0] ?? [];
}

const article = (type: string): string =>
	type === "int" ? "a whole number" : /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;

function expected(name: string, what: string, got: unknown, reason = ""): string {
	const subject = name ? `\`${name}\`` : "the configuration";
	return `Expected ${subject} to be ${what}, got ${format(got)}.${reason ? ` ${reason}.` : ""}`;
}

function oneOf(name: string, options: readonly string[], got: unknown): string {
	const near = typeof got === "string" ? nearest(got, options) : undefined;
	return `${expected(name, `one of ${options.join(", ")}`, got)}${near ? ` Did you mean \`${near}\`?` : ""}`;
}

const format = (value: unknown): string =>
	value === undefined
		? "nothing"
		: typeof value === "number"
			? String(value)
			: (JSON.stringify(value) ?? String(value)).slice(0, 80);

function formatPath(path: readonly PropertyKey[]): string {
	return path
		.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i ? "." : ""}${String(key)}`))
		.join("");
}

const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
	path.reduce<unknown>((v, key) => (v as Record<PropertyKey, unknown> | undefined)?.[key], value);

/** The schemas that may describe the value at `path`, alternatives ruled out by their constants left aside. */
function schemasAt(root: JsonSchema, path: readonly PropertyKey[], value: unknown): JsonSchema[] {
	let schemas = alternatives(root, root, value);
	path.forEach((key, i) => {
		const inner = at(value, path.slice(0, i + 1));
		schemas = schemas.flatMap((schema) => {
			const items = typeof schema.items === "object" ? schema.items : undefined;
			const next =
				typeof key === "number" ? (schema.prefixItems?.[key] ?? items) : schema.properties?.[String(key)];
			return next ? alternatives(next, root, inner) : [];
		});
	});
	return schemas;
}

function alternatives(schema: JsonSchema, root: JsonSchema, value: unknown): JsonSchema[] {
	const target = schema.$ref ? root.$defs?.[schema.$ref.split("/").at(-1) ?? ""] : schema;
	if (!target) return [];
	const choices = target.oneOf ?? target.anyOf ?? target.allOf;
	if (!choices) return [target];
	const fitting = choices.filter((choice) =>
		Object.entries(choice.properties ?? {}).every(
			([key, p]) => p.const === undefined || p.const === at(value, [key]),
		),
	);
	return (fitting.length ? fitting : choices).flatMap((choice) => alternatives(choice, root, value));
}

const keysAt = (root: JsonSchema, path: readonly PropertyKey[], value: unknown): string[] => [
	...new Set(schemasAt(root, path, value).flatMap((schema) => Object.keys(schema.properties ?? {}))),
];
