import { expect, test } from "vitest";
import { z } from "zod";
import { parseWith } from "./explain.ts";

const schema = z.strictObject({
	model: z.strictObject({ width: z.int().positive().default(64), norm: z.enum(["pre", "post"]) }),
	optimizer: z
		.discriminatedUnion("name", [
			z.strictObject({ name: z.literal("adamw"), betas: z.array(z.number()).default([0.9, 0.999]) }),
			z.strictObject({ name: z.literal("sgd"), momentum: z.number().max(1).default(0) }),
		])
		.default({ name: "sgd", momentum: 0 }),
	source: z.union([z.string(), z.strictObject({ path: z.string() })]).default("x"),
});

const message = (value: unknown): string => {
	try {
		parseWith(schema, value, "c.json");
	} catch (error) {
		return (error as Error).message;
	}
	throw new Error("Expected a UserError");
};

test("defaults are filled in", () => {
	expect(parseWith(schema, { model: { norm: "pre" } }, "c.json").model.width).toBe(64);
});

test("an unknown key is named with its whole path and the nearest valid key", () => {
	expect(message({ model: { widht: 3, norm: "pre" } })).toBe(
		"Expected `model` to have the keys width, norm, got `model.widht`. Did you mean `model.width`? (c.json)",
	);
	expect(message({ model: { norm: "pre" }, modle: 1 })).toContain("got `modle`. Did you mean `model`?");
});

test("of a choice of shapes, only the keys of the chosen one are offered", () => {
	expect(message({ model: { norm: "pre" }, optimizer: { name: "sgd", momentun: 1 } })).toBe(
		"Expected `optimizer` to have the keys name, momentum, got `optimizer.momentun`. " +
			"Did you mean `optimizer.momentum`? (c.json)",
	);
	expect(message({ model: { norm: "pre" }, optimizer: { name: "adam" } })).toBe(
		'Expected `optimizer.name` to be one of adamw, sgd, got "adam". Did you mean `adamw`? (c.json)',
	);
});

test("of shapes without a name, the one counts whose keys were given", () => {
	const shapes = z.strictObject({
		source: z.union([
			z.literal("text"),
			z.strictObject({ train: z.string(), test: z.string().optional() }),
			z.strictObject({ language: z.enum(["dyck", "parity"]), train: z.array(z.number()).default([1]) }),
		]),
	});
	const wrong = (source: unknown) => () => parseWith(shapes, { source }, "c.json");
	expect(wrong({ language: "duck" })).toThrow('`source.language` to be one of dyck, parity, got "duck"');
	expect(wrong({ train: "x", tset: "y" })).toThrow("got `source.tset`. Did you mean `source.test`?");
	expect(wrong({ language: "duck", train: [2] })).toThrow("`source.language` to be one of");
	expect(wrong({ train: 1 })).toThrow("`source.train` to be a string, got 1");
	expect(wrong("txet")).toThrow('`source` to be one of text, got "txet". Did you mean `text`?');
});

test("a wrong value, type or range is told with the value that was given", () => {
	expect(message({ model: { norm: "pred" } })).toBe(
		'Expected `model.norm` to be one of pre, post, got "pred". Did you mean `pre`? (c.json)',
	);
	expect(message({ model: { norm: "pre", width: 0 } })).toBe(
		"Expected `model.width` to be greater than 0, got 0. (c.json)",
	);
	expect(message({ model: { norm: "pre", width: 1.5 } })).toBe(
		"Expected `model.width` to be a whole number, got 1.5. (c.json)",
	);
	expect(message({ model: { norm: "pre" }, optimizer: { name: "sgd", momentum: Number.NaN } })).toBe(
		"Expected `optimizer.momentum` to be a number, got NaN. (c.json)",
	);
	expect(message({})).toBe("Expected `model` to be given, got nothing. (c.json)");
	expect(message({ model: { norm: "pre" }, source: { path: 1 } })).toContain("`source.path` to be a string");
	expect(message([])).toBe("Expected the configuration to be an object, got []. (c.json)");
});

test("everything that is wrong is told at once", () => {
	expect(message({ model: { norm: "x", width: "y" } }).split("\n")).toHaveLength(2);
});
