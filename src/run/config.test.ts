import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolveModel } from "./config.ts";
import { parseRunConfig, readRunConfig } from "./config-file.ts";

const model = { context: 8, layers: 1, heads: 2, width: 8 };
const smallest = { model, training: { steps: 1, batch: 1 } };

const messageOf = (value: unknown): string => {
	try {
		parseRunConfig(value, "c.json");
	} catch (error) {
		return (error as Error).message;
	}
	throw new Error("Expected a UserError");
};

test("only a model and the length of training must be given; a filled-in configuration parses to itself", () => {
	const config = parseRunConfig(smallest);
	expect(config.optimizer).toMatchObject({ name: "adamw", learningRate: 1e-3, weightDecay: 0.01 });
	expect(config.engine.device).toBe("cpu");
	expect(config.probes.schedule).toEqual({ doublingUntil: 512, every: 250 });
	expect(parseRunConfig(config)).toEqual(config);
});

test("an unknown key is named in every section, with the nearest valid one", () => {
	expect(messageOf({ ...smallest, optimiser: {} })).toContain("Did you mean `optimizer`?");
	expect(messageOf({ ...smallest, model: { ...model, widht: 8 } })).toContain("Did you mean `model.width`?");
	expect(messageOf({ ...smallest, optimizer: { name: "adamw", weightdecay: 0 } })).toContain(
		"Did you mean `optimizer.weightDecay`?",
	);
	expect(messageOf({ ...smallest, probes: { schedule: { evry: 3 } } })).toContain(
		"Did you mean `probes.schedule.every`?",
	);
	expect(messageOf({ ...smallest, engine: { device: "gpu" } })).toContain("Did you mean `cpu`?");
	expect(messageOf([smallest])).toContain("Expected the configuration to be an object, got [");
});

test("a model that cannot be built is refused before any data are read", () => {
	expect(messageOf({ ...smallest, model: { ...model, heads: 3 } })).toContain(
		"Expected `heads` to divide `width` (8), got 3.",
	);
});

test("a vocabulary other than the data's is refused", () => {
	expect(resolveModel(model, 10, "c.json").vocabulary).toBe(10);
	expect(() => resolveModel({ ...model, vocabulary: 9 }, 10, "c.json")).toThrow(
		"to be 10, the number of tokens",
	);
});

test("from a file: overrides are set, the name is the file's, paths are relative to its folder", async () => {
	const folder = mkdtempSync(join(tmpdir(), "orrery-config-"));
	const path = join(folder, "tiny.json");
	writeFileSync(path, JSON.stringify({ ...smallest, data: { source: { train: "a.txt" } } }));
	const config = await readRunConfig(path, { "training.steps": 7, "engine.device": "wasm" });
	expect(config).toMatchObject({
		name: "tiny",
		training: { steps: 7 },
		engine: { device: "wasm" },
		data: { source: { train: join(folder, "a.txt") } },
	});
	await expect(readRunConfig(path, { "optimizer.learningRate": Number.NaN })).rejects.toThrow(
		"Expected `optimizer.learningRate` to be a number, got NaN.",
	);
	await expect(readRunConfig(path, { "training.stpes": 7 })).rejects.toThrow(
		"Did you mean `training.steps`?",
	);
	writeFileSync(path, "{");
	await expect(readRunConfig(path)).rejects.toThrow(`Expected \`${path}\` to be JSON`);
	await expect(readRunConfig(join(folder, "none.json"))).rejects.toThrow("to exist");
});
