/**
 * Options of a training or a flow as controls show them. What an option may be, what it means and what it is where nobody
 * says, all come from the schemas that check configurations: a control only names a place in one.
 *
 *     { id: "placement", path: "model.placement" }             one of a few words
 *     { id: "mixing", path: "model.mixing" }                   a choice of shapes, told by its name
 *     { id: "gamma", path: "model.mixing.gamma" }              there while `mixing` is a shape that has it
 *     { id: "learningRate", path: "optimizer.learningRate", stops: [1e-4, 1e-3, …] }
 */
import { isObject, setKey } from "../../run/config.ts";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** The part of JSON Schema that zod writes of our configurations. */
export interface Schema {
	readonly type?: string;
	readonly description?: string;
	readonly default?: Json;
	readonly const?: Json;
	readonly enum?: readonly Json[];
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly oneOf?: readonly Schema[];
	readonly anyOf?: readonly Schema[];
	readonly minimum?: number;
	readonly exclusiveMinimum?: number;
	readonly maximum?: number;
	readonly exclusiveMaximum?: number;
}

export interface Control {
	/** In the address, and in `hide`. */
	readonly id: string;
	readonly label: string;
	/** Dotted, in the configuration. */
	readonly path: string;
	readonly group: "Architecture" | "Optimizer" | "Sizes" | "Start" | "Training";
	/** Of a number: where its slider stops. Without them it is a field. */
	readonly stops?: readonly number[];
	/** Choices that are no single word in the schema. */
	readonly extra?: Readonly<Record<string, Json>>;
	/** Of the schema's words only these. */
	readonly only?: readonly string[];
}

export type Kind =
	| { readonly kind: "choice"; readonly names: readonly string[] }
	| { readonly kind: "switch" }
	| {
			readonly kind: "number";
			readonly isWhole: boolean;
			readonly least: number | undefined;
			readonly most: number | undefined;
			readonly stops: readonly number[] | undefined;
	  };

/** A control as it stands. */
export interface Option {
	readonly control: Control;
	readonly kind: Kind;
	/** What it means, from the schema. */
	readonly about: string;
	/** As the address writes it. */
	readonly value: string;
	/** What it is without a change. */
	readonly initial: string;
}

/** The word of a value that has none, such as a residual with numbers of its own. */
const asGiven = "as given";

/** The schema at a dotted path, for a configuration that decides which of several shapes; undefined where there is none. */
export function schemaAt(schema: Schema, path: string, config: JsonObject): Schema | undefined {
	let [at, value]: [Schema | undefined, Json | undefined] = [schema, config];
	for (const key of path.split(".")) {
		at = shapeOf(at, value)?.properties?.[key];
		if (!at) return undefined;
		value = (isObject(value) ? (value as JsonObject)[key] : undefined) ?? at.default;
	}
	return at;
}

const nameOf = (value: Json | undefined): Json | undefined =>
	isObject(value) ? (value as JsonObject)["name"] : undefined;
const isNamed = ({ oneOf }: Schema): boolean =>
	oneOf?.every(({ properties }) => properties?.["name"]?.const) === true;

/** Of several shapes the one whose name the value has; the first where it has none. */
function shapeOf(schema: Schema, value: Json | undefined): Schema | undefined {
	if (!schema.oneOf) return schema;
	const name = nameOf(value);
	return name === undefined
		? schema.oneOf[0]
		: schema.oneOf.find(({ properties }) => properties?.["name"]?.const === name);
}

/** The words that stand for a value, in any depth of unions. */
const wordsOf = ({ enum: words, anyOf }: Schema): string[] => [
	...(words ?? []).filter((word) => typeof word === "string"),
	...(anyOf ?? []).flatMap(wordsOf),
];

function kindOf(schema: Schema, { stops, extra = {}, only }: Control): Kind {
	if (schema.type === "boolean") return { kind: "switch" };
	if (schema.type === "number" || schema.type === "integer")
		return {
			kind: "number",
			isWhole: schema.type === "integer",
			// Of open ends, which a field cannot say, the check tells.
			least: schema.minimum ?? schema.exclusiveMinimum,
			most: schema.maximum ?? schema.exclusiveMaximum,
			stops,
		};
	const words = isNamed(schema)
		? schema.oneOf!.map(({ properties }) => String(properties!["name"]!.const))
		: wordsOf(schema);
	return {
		kind: "choice",
		names: [...words.filter((word) => !only || only.includes(word)), ...Object.keys(extra)],
	};
}

/** The value as the address and the control write it. */
function textOf(schema: Schema, { extra = {} }: Control, value: Json | undefined): string {
	if (isNamed(schema)) return String(nameOf(value) ?? "");
	if (typeof value !== "object" || value === null) return String(value ?? "");
	const text = JSON.stringify(value);
	return Object.keys(extra).find((name) => JSON.stringify(extra[name]) === text) ?? asGiven;
}

/** The value that a text stands for; undefined where it cannot be one, which leaves the option as it is. */
function valueFrom(schema: Schema, control: Control, text: string): Json | undefined {
	const kind = kindOf(schema, control);
	if (kind.kind === "switch") return text === "true" ? true : text === "false" ? false : undefined;
	if (kind.kind === "number") {
		const value = Number(text);
		return text.trim() === "" || !Number.isFinite(value) ? undefined : value;
	}
	if (!kind.names.includes(text)) return undefined;
	return control.extra?.[text] ?? (isNamed(schema) ? { name: text } : text);
}

/** `base` with the changes that controls make, in the order of the controls; what a change cannot be is left out. */
export function configure(
	schema: Schema,
	controls: readonly Control[],
	base: JsonObject,
	changes: Readonly<Record<string, string>>,
): JsonObject {
	const config = structuredClone(base);
	for (const control of controls) {
		const text = changes[control.id];
		const at = text && schemaAt(schema, control.path, config);
		if (!at) continue;
		const value = valueFrom(at, control, text);
		// A shape keeps its numbers where its name stays the same.
		if (value === undefined || textOf(at, control, get(config, control.path) ?? at.default) === text)
			continue;
		setKey(config, control.path, value);
	}
	return config;
}

/** The controls that the configuration has a place for, as they stand. `base` is what they are without changes. */
export function optionsOf(
	schema: Schema,
	controls: readonly Control[],
	base: JsonObject,
	config: JsonObject,
): Option[] {
	return controls.flatMap((control): Option[] => {
		const at = schemaAt(schema, control.path, config);
		if (!at) return [];
		const kind = kindOf(at, control);
		const value = textOf(at, control, get(config, control.path) ?? at.default);
		const before = schemaAt(schema, control.path, base);
		// The same place in a configuration of another shape has a default of its own.
		const isSameShape = before !== undefined && JSON.stringify(before) === JSON.stringify(at);
		const initial = isSameShape
			? textOf(at, control, get(base, control.path) ?? at.default)
			: textOf(at, control, at.default);
		const shown: Kind =
			kind.kind === "choice" && !kind.names.includes(value)
				? { kind: "choice", names: [value, ...kind.names] }
				: kind;
		return [{ control, kind: shown, about: aboutOf(at, value), value, initial }];
	});
}

/** What an option means, and of several shapes the one that is chosen. */
function aboutOf(schema: Schema, value: string): string {
	const chosen = schema.oneOf?.find(({ properties }) => properties?.["name"]?.const === value);
	const words = schema.anyOf?.map(({ description }) => description);
	return [schema.description, chosen?.description, ...(words ?? [])].filter(Boolean).join(" ");
}

export function get(config: JsonObject, path: string): Json | undefined {
	let value: Json | undefined = config;
	for (const key of path.split(".")) value = isObject(value) ? (value as JsonObject)[key] : undefined;
	return value;
}

/** `base` with the sections of `over`: objects are joined, anything else replaced. */
export function joined(base: JsonObject, over: JsonObject): JsonObject {
	const result = { ...base };
	for (const [key, value] of Object.entries(over)) {
		const before = result[key];
		result[key] = isObject(before) && isObject(value) ? ({ ...before, ...value } as JsonObject) : value;
	}
	return result;
}
