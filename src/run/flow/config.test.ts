import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/tiny-run.ts";
import { configurations } from "../../study/co-occurrence/configurations.ts";
import { parseRunConfig } from "../config-file.ts";
import { parseFlowConfig } from "./config.ts";
import { readFlowConfig } from "./config-file.ts";

const S = { kind: "flow", ...configurations.S };

test("the configurations of the study are valid, and a parsed one parses to itself", () => {
	for (const configuration of Object.values(configurations)) {
		const config = parseFlowConfig({ kind: "flow", ...configuration });
		expect(parseFlowConfig(config)).toEqual(config);
	}
});

test.each([
	[{ data: { samples: 25, length: 3 } }, "`data.samples` to be a positive multiple of 6, got 25"],
	[{ data: { samples: 24, length: 3, words: 18 } }, "`data.words` to be an integer of at least 19, got 18"],
	[{ data: { samples: 24, length: 2 } }, "`data.length` to be at least 3, got 2"],
	[{ data: { samples: 24, length: 3, irrelevant: "repeated" } }, "`data.words` to be given"],
	[{ data: { samples: 24, lenght: 3 } }, "Did you mean `data.length`?"],
	[{ dynamics: { name: "flow" } }, "by one of `time` and `clock`, got neither"],
	[{ dynamics: { name: "flow", time: 1, clock: 1 } }, "by one of `time` and `clock`, got both"],
	[{ dynamics: { name: "flow", time: Number.POSITIVE_INFINITY } }, "dynamics.time"],
	[{ dynamics: { name: "flow", time: 1, relativeTolerance: 1e-16 } }, "to be at least 1e-14, got 1e-16"],
	[{ dynamics: { name: "descend", rate: 1, steps: 1 } }, "`dynamics.name` to be one of flow, descent"],
	[{ initialisation: { name: "gausian" } }, "Did you mean `gaussian`?"],
	[{ data: { samples: 6e9, length: 3 } }, "`data.samples` to be small enough"],
	[{ model: { width: 1e9, neurons: 8 } }, "`model.width` to be small enough"],
	[{ rows: 1 }, "`rows` to be at least 2, got 1"],
])("%j is refused by its key", (change, message) => {
	expect(() => parseFlowConfig({ ...S, ...change }, "c.json")).toThrow(message);
	expect(() => parseFlowConfig({ ...S, ...change }, "c.json")).toThrow("c.json");
});

test("a training is no flow, a flow no training, and each says which command runs it", () => {
	const training = { model: { layers: 1, heads: 1, width: 8, context: 8 }, training: { steps: 1, batch: 1 } };
	expect(() => parseFlowConfig(training)).toThrow("npx orrery train");
	expect(() => parseRunConfig(S)).toThrow("npx orrery flow");
});

test("a file has its name and takes overrides by dotted key", async () => {
	const path = join(temporaryFolder(), "mine.json");
	writeFileSync(path, JSON.stringify(S));
	const config = await readFlowConfig(path, { "data.samples": 60, seed: 3 });
	expect(config).toMatchObject({ name: "mine", seed: 3, data: { samples: 60 } });
	await expect(readFlowConfig(path, { "data.samples": 61 })).rejects.toThrow(path);
});
