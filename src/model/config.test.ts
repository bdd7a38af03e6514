import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import { type ModelOptions, modelConfig } from "./config.ts";

const size = { vocabulary: 5, context: 4, layers: 4, heads: 2, width: 8 } as const;

/** The sentences that refuse these options. */
const refused = (options: object): string[] =>
	modelConfig.safeParse({ ...size, ...options }).error?.issues.map(({ message }) => message) ?? [];

const vanilla = { placement: "none", residual: "none" } as const;

const wrong: [Partial<ModelOptions>, RegExp][] = [
	[
		{ mixing: { name: "e-spa" }, mask: "leaky" },
		/^Expected `mask` to be strict or none with `mixing` e-spa, got leaky\.$/,
	],
	[
		{ mixing: { name: "shaped" }, keyValueHeads: 1 },
		/^Expected `keyValueHeads` to be `heads` \(2\) with `mixing` shaped, got 1\.$/,
	],
	[
		{ valueMaps: "identity", keyValueHeads: 1 },
		/^Expected `keyValueHeads` to be `heads` \(2\) with `valueMaps` identity, got 1\.$/,
	],
	[
		{ parallel: true, placement: "post" },
		/^Expected `parallel` to be false with `placement` post, got true\.$/,
	],
	[
		{ parallel: true, residual: { attention: "none", feedForward: "sum" } },
		/^Expected `residual\.feedForward\.skip` to be that of attention \(0\) with `parallel`, got 1\.$/,
	],
	[{ residual: { skip: 0, branch: 0 } }, /^Expected `residual` to leave something of the stream, got skip 0/],
	[
		{ mixing: { name: "u-spa", aware: true }, activation: "gelu" },
		/^Expected `activation` to be relu or leaky-relu with `mixing\.aware`, got gelu\.$/,
	],
	[
		{ activation: "relu", shaping: { name: "tat" } },
		/^Expected `activation` to be one of leaky-relu, tanh, softplus, gelu, gelu-tanh with `shaping` tat, got relu\.$/,
	],
	[{ activation: "leaky-relu", shaping: { name: "dks" } }, /with `shaping` dks, got leaky-relu\.$/],
];

const unsolvable: [Partial<ModelOptions>, RegExp][] = [
	[
		{ mixing: { name: "u-spa", rho: 0.1, start: 0.2 } },
		/^Expected `mixing\.rho` to be above `mixing\.start` \(0\.2\), got 0\.1\. /,
	],
	[
		{ mixing: { name: "u-spa", aware: true, rho: 0.3 } },
		/^Expected `mixing\.rho` to be at least 0\.68.* that 4 feed-forward networks reach alone, got 0\.3\. Raise it/,
	],
	[
		{ ...vanilla, activation: "leaky-relu", shaping: { name: "tat" } },
		/^Expected `shaping\.eta` to be at most 0\.68.*, got 0\.9\. Lower it, or add nonlinearities/,
	],
	[
		{ ...vanilla, activation: "tanh", shaping: { name: "tat", tau: 50 } },
		/^Expected `shaping\.tau` to ask of each nonlinearity what tanh can be shaped to.* Lower `shaping\.tau`/,
	],
	[
		{ placement: "none", activation: "gelu", shaping: { name: "tat" } },
		/^Expected the inputs of smooth activations to have second moment 1, got 128\. /,
	],
];

for (const [options, message] of [...wrong, ...unsolvable])
	test(`what cannot be built is refused in one sentence that says what to expect: ${JSON.stringify(options)}`, () => {
		const messages = refused(options);
		expect(messages).toHaveLength(1);
		expect(messages[0]).toMatch(message);
	});

test("numbers out of range are refused by their key: cosines, decays, slopes, shares", () => {
	const keyOf = (options: object) =>
		modelConfig.safeParse({ ...size, ...options }).error!.issues[0]!.path.join(".");
	expect(keyOf({ mixing: { name: "u-spa", rho: 1 } })).toBe("mixing.rho");
	expect(keyOf({ mixing: { name: "u-spa", start: -0.1 } })).toBe("mixing.start");
	expect(keyOf({ mixing: { name: "e-spa", gamma: 0 } })).toBe("mixing.gamma");
	expect(keyOf({ mixing: { name: "e-spa", gamma: 101 } })).toBe("mixing.gamma");
	expect(keyOf({ mixing: { name: "shaped-transformer", temperature: 0 } })).toBe("mixing.temperature");
	expect(keyOf({ shaping: { name: "tat", eta: 1 } })).toBe("shaping.eta");
	expect(keyOf({ shaping: { name: "dks", zeta: 1 } })).toBe("shaping.zeta");
	expect(keyOf({ negativeSlope: 1.5 })).toBe("negativeSlope");
});

test("a residual is the two weights of a sum: by name, by a share, or by numbers, for both sublayers or each", () => {
	const of = (residual: NonNullable<ModelOptions["residual"]>) =>
		modelConfig.parse({ ...size, residual }).residual;
	const both = (weights: object) => ({ attention: weights, feedForward: weights });
	expect(of("sum")).toEqual(both({ skip: 1, branch: 1, trained: false }));
	expect(of("none")).toEqual(both({ skip: 0, branch: 1, trained: false }));
	expect(of("skip-init")).toEqual(both({ skip: 1, branch: 0, trained: true }));
	const { skip, branch } = of({ normalised: 0.6 }).attention;
	expect(skip).toBe(0.6);
	expect(branch).toBeCloseTo(0.8, 15);
	expect(of({ attention: "none", feedForward: { skip: 1, branch: 0.1, trained: true } })).toEqual({
		attention: { skip: 0, branch: 1, trained: false },
		feedForward: { skip: 1, branch: 0.1, trained: true },
	});
});

test("a decay of 100, beyond which tokens share nothing, still gives a plan at any depth", () => {
	for (const layers of [1, 36])
		expect(refused({ layers, mixing: { name: "e-spa", gamma: 100 } })).toEqual([]);
});

test("docs/configuration.md has a row for every option of a model, and every name that an option chooses from", async () => {
	const page = await readFile("docs/configuration.md", "utf8");
	const section = page.slice(page.indexOf("## `model`"), page.indexOf("## `data`"));
	const { properties } = z.toJSONSchema(modelConfig, { io: "input" }) as {
		properties: Record<string, object>;
	};
	for (const key of Object.keys(properties)) expect(section, key).toContain(`| \`${key}\` |`);
	// Names stand in enumerations and as constants of choices.
	const text = JSON.stringify(properties);
	const lists = [...text.matchAll(/"enum":\[([^\]]*)\]/g)].flatMap(([, list]) => list!.split(","));
	const constants = [...text.matchAll(/"const":("[^"]*")/g)].map(([, name]) => name!);
	for (const name of [...lists, ...constants])
		expect(section, name).toMatch(new RegExp(`\`"?${JSON.parse(name)}"?\``));
});
