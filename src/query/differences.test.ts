import { expect, test } from "vitest";
import { checkRunConfig } from "../run/config.ts";
import { configDifferences, describeDifference, formatValue } from "./differences.ts";

const config = (changes: Record<string, object> = {}, seed = 0) =>
	checkRunConfig({
		seed,
		model: { layers: 2, heads: 2, width: 16, context: 8, ...changes["model"] },
		optimizer: { name: "adamw", learningRate: 1e-3, ...changes["optimizer"] },
		training: { steps: 10, batch: 4, ...changes["training"] },
	});

const words = (...configs: unknown[]) => {
	const differences = configDifferences(configs);
	return configs.map((_, i) => describeDifference(differences, i));
};

test("only what differs is told, what matters most first, names and provenance not at all", () => {
	const a = { ...config(), name: "a", provenance: { node: "20" } };
	const b = { ...config({ optimizer: { learningRate: 0.01, weightDecay: 0.5 } }, 3), name: "b" };
	expect(configDifferences([a, b])).toEqual([
		{ key: "optimizer.learningRate", values: [0.001, 0.01] },
		{
			key: "optimizer.weightDecay",
			values: [a.optimizer.name === "adamw" ? a.optimizer.weightDecay : 0, 0.5],
		},
		{ key: "seed", values: [0, 3] },
	]);
	expect(configDifferences([a, a])).toEqual([]);
	expect(configDifferences([a])).toEqual([]);
	expect(configDifferences([])).toEqual([]);
});

test("a run is told from others in the words of a legend", () => {
	expect(
		words(
			config({ optimizer: { learningRate: 1e-3, weightDecay: 0.1 } }),
			config({ optimizer: { learningRate: 3e-5, weightDecay: 0 } }),
		),
	).toEqual(["lr 1e-3, wd 0.1", "lr 3e-5, wd 0"]);
	expect(words(config({ training: { clip: 1 } }), config())).toEqual(["clip 1", "no clip"]);
	expect(words(config({}, 1), config({}, 2))).toEqual(["seed 1", "seed 2"]);
	expect(words(config(), config())).toEqual(["", ""]);
});

test("options of another optimizer are not held against one that has none of them", () => {
	const [adam, sgd] = words(config(), config({ optimizer: { name: "sgd", learningRate: 0.1 } }));
	expect(adam).toMatch(/^adamw, lr 1e-3/);
	expect(sgd).toMatch(/^sgd, lr 0.1/);
	expect(sgd).not.toContain("beta");
});

test("values of any kind are compared by what they hold, and lists are values", () => {
	const differences = configDifferences([
		{ a: { b: [1, 2] }, c: "/x/y/text.txt", same: { d: [1] }, e: {} },
		{ a: { b: [1, 3] }, c: { train: "/z.txt" }, same: { d: [1] }, e: {} },
		null,
	]);
	expect(differences).toEqual([
		{ key: "a.b", values: [[1, 2], [1, 3], undefined] },
		{ key: "c", values: ["/x/y/text.txt", undefined, undefined] },
		{ key: "same.d", values: [[1], [1], undefined] },
		{ key: "e", values: [{}, {}, undefined] },
		{ key: "c.train", values: [undefined, "/z.txt", undefined] },
	]);
	expect(describeDifference(differences, 0)).toBe("b [1,2], c text.txt, d [1], e {}, …");
});

test("numbers are written as they are spoken of", () => {
	const texts = [0.001, 0.1, 300000, 0, 0.00123, 1000, 0.05, -1e-7, 123456, 3.0000000000000003e-4].map(
		formatValue,
	);
	expect(texts).toEqual(["1e-3", "0.1", "3e5", "0", "1.23e-3", "1000", "0.05", "-1e-7", "123456", "3e-4"]);
});
