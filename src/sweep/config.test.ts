import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunConfig } from "../run/config.ts";
import { configurations } from "../study/co-occurrence/configurations.ts";
import { describeCell } from "./cell.ts";
import { parseSweep, readSweep } from "./config.ts";
import type { CellConfig } from "./kinds.ts";

const plan = {
	base: {
		model: { context: 8, layers: 2, heads: 2, width: 16 },
		training: { steps: 100, batch: 4 },
	},
	axes: {
		"optimizer.learningRate": { from: 1e-5, to: 1e-1, count: 9, scale: "log" },
		"optimizer.weightDecay": [0, 0.01],
	},
	seeds: [0, 3],
};
const trainingOf = ({ config }: { readonly config: CellConfig }) => config as RunConfig;
const hashes = (value: unknown) => parseSweep(value).cells.map(({ hash }) => hash);

test("cells are every combination, each with its values in its configuration", () => {
	const { axes, cells } = parseSweep(plan);
	// 0.001 itself, not 0.0010000000000000002.
	expect(axes["optimizer.learningRate"]).toEqual([
		1e-5, 0.0000316228, 1e-4, 0.000316228, 1e-3, 0.00316228, 1e-2, 0.0316228, 1e-1,
	]);
	expect(cells).toHaveLength(9 * 2 * 2);
	for (const cell of cells) {
		const { coordinates, seed, hash } = cell;
		const config = trainingOf(cell);
		expect(config.optimizer).toMatchObject({
			name: "adamw",
			learningRate: coordinates["optimizer.learningRate"],
			weightDecay: coordinates["optimizer.weightDecay"],
		});
		expect(config.seed).toBe(seed);
		expect(config.name).toBe(hash);
	}
	expect(describeCell(cells[1]!)).toBe("learningRate 0.00001, weightDecay 0.01, seed 0");
});

test("a cell's name follows from what is trained, not from how it is written or computed", () => {
	const { model, training } = plan.base;
	const same = {
		...plan,
		name: "other",
		base: {
			training: { batch: 4, steps: 100 },
			optimizer: { betas: [0.9, 0.999], name: "adamw" },
			model: { width: 16, heads: 2, layers: 2, context: 8, placement: "pre" },
			engine: { threads: 3 },
			name: "base",
		},
	};
	expect(hashes(same)).toEqual(hashes(plan));
	const other = { ...plan, base: { model: { ...model, width: 32 }, training } };
	expect(new Set([...hashes(other), ...hashes(plan)]).size).toBe(72);
});

test("a longer axis keeps the cells of the shorter one", () => {
	const longer = { ...plan, axes: { ...plan.axes, "optimizer.weightDecay": [0, 0.001, 0.01] } };
	expect(hashes(longer)).toEqual(expect.arrayContaining(hashes(plan)));
});

test("written out and read in another folder, a sweep has the same cells, relative paths too", async () => {
	const [from, to] = [0, 1].map(() => mkdtempSync(join(tmpdir(), "orrery-sweep-"))) as [string, string];
	const source = { train: "text.txt" };
	writeFileSync(
		join(from, "sweep.json"),
		JSON.stringify({ ...plan, base: { ...plan.base, data: { source } } }),
	);
	const { cells, ...sweep } = await readSweep(join(from, "sweep.json"));
	expect(trainingOf(cells[0]!).data.source).toEqual({ train: join(from, "text.txt") });
	writeFileSync(join(to, "sweep.json"), JSON.stringify(sweep));
	expect((await readSweep(join(to, "sweep.json"))).cells).toEqual(cells);
});

test("a cell is measured at six steps and keeps one checkpoint, unless the base says otherwise", () => {
	const { probes, checkpoints } = trainingOf(parseSweep(plan).cells[0]!);
	expect(probes.schedule).toEqual({ doublingUntil: 1, every: 25 });
	expect(checkpoints).toEqual({ every: 250, keep: 1 });
	const own = { ...plan.base, probes: { schedule: { every: 10 } }, checkpoints: { keep: 3 } };
	const config = trainingOf(parseSweep({ ...plan, base: own }).cells[0]!);
	expect(config.probes.schedule).toEqual({ doublingUntil: 512, every: 10 });
	expect(config.checkpoints.keep).toBe(3);
});

test("bad values are refused by key", () => {
	const wrong = (change: object) => () => parseSweep({ ...plan, ...change });
	expect(wrong({ axes: { "model.widht": [16] } })).toThrow("Did you mean `model.width`?");
	expect(wrong({ axes: { "model.heads": [3] } })).toThrow(/Expected `heads` to divide `width` \(16\), got 3/);
	expect(wrong({ axes: { "training.steps": [5, 5] } })).toThrow(
		"Expected the values of `training.steps` to differ",
	);
	expect(wrong({ axes: { "training.steps": [] } })).toThrow("training.steps");
	expect(wrong({ axes: { "engine.device": ["cpu"] } })).toThrow("`engine.device`");
	expect(wrong({ axes: JSON.parse('{"__proto__.polluted": [1]}') })).toThrow("got `__proto__.polluted`");
	expect(wrong({ base: { ...plan.base, seed: 3 } })).toThrow("List seeds in `seeds`");
	expect(wrong({ seeds: Array.from({ length: 10_000 }, (_, i) => i) })).toThrow("at most 100000 cells");
	expect(wrong({ name: "../elsewhere" })).toThrow("name");
});

const variants = {
	"pre-norm": {},
	"skips 0.9": { "model.placement": "none", "model.residual": { normalised: 0.9 } },
	"e-spa": { "model.residual": "none", "model.mixing": { name: "e-spa" } },
};
const varied = {
	base: plan.base,
	variants,
	axes: { "optimizer.learningRate": [1e-4, 1e-3] },
	seeds: [0, 1],
};

test("variants are crossed with axes and seeds; a cell has its variant's values and its name among its coordinates", () => {
	const { cells } = parseSweep(varied);
	expect(cells).toHaveLength(3 * 2 * 2);
	expect(new Set(cells.map(({ hash }) => hash)).size).toBe(12);
	expect(cells.slice(0, 3).map(({ coordinates }) => coordinates)).toEqual([
		{ variant: "pre-norm", "optimizer.learningRate": 1e-4 },
		{ variant: "pre-norm", "optimizer.learningRate": 1e-3 },
		{ variant: "skips 0.9", "optimizer.learningRate": 1e-4 },
	]);
	expect(trainingOf(cells[2]!).model).toMatchObject({ placement: "none", residual: { normalised: 0.9 } });
	expect(trainingOf(cells[4]!).model).toMatchObject({ residual: "none", mixing: { name: "e-spa" } });
	expect(describeCell(cells[5]!)).toBe("variant e-spa, learningRate 0.001, seed 0");
});

test("a cell of a variant is the cell of that configuration, whatever the variant is called", () => {
	const [, second] = Object.values(variants);
	expect(hashes({ ...varied, variants: { "pre-norm": {}, renamed: second } })).toEqual(
		hashes({ ...varied, variants: { "pre-norm": {}, "skips 0.9": second } }),
	);
	const written = {
		...plan.base,
		model: { ...plan.base.model, placement: "none", residual: { normalised: 0.9 } },
	};
	expect(hashes({ ...varied, variants: { one: second } })).toEqual(
		hashes({ ...varied, base: written, variants: undefined }),
	);
});

test("an axis may vary a value inside of what a variant sets, and leaves the variant as it was", () => {
	const axes = { "model.mixing.gamma": [0.1, 0.2] };
	const { cells, variants: after } = parseSweep({
		...varied,
		variants: { "e-spa": variants["e-spa"] },
		axes,
	});
	expect(cells.map((cell) => trainingOf(cell).model["mixing"])).toEqual(
		[0.1, 0.2, 0.1, 0.2].map((gamma) => ({ name: "e-spa", gamma })),
	);
	expect(after).toEqual({ "e-spa": variants["e-spa"] });
});

test("bad variants are refused by name and key", () => {
	const wrong = (change: object) => () => parseSweep({ ...varied, variants: change }, "s.json");
	expect(wrong({})).toThrow(
		"Expected `variants` to have at least one variant, got none. Leave it out. (s.json)",
	);
	expect(wrong({ a: { "model.placemnet": "none" } })).toThrow("Did you mean `model.placement`?");
	expect(wrong({ a: { "model.placemnet": "none" } })).toThrow('(s.json: base, axes and variant "a")');
	expect(wrong({ a: { "model.mixing": { name: "espa" } } })).toThrow("Did you mean `e-spa`?");
	expect(wrong({ "": {} })).toThrow('to begin with a letter or a digit, got ""');
	expect(wrong(JSON.parse('{"__proto__": {}}'))).toThrow(/variants/);
	expect(wrong(JSON.parse('{"a": {"__proto__.polluted": 1}}'))).toThrow("got `__proto__.polluted`");
	expect(wrong({ a: { seed: 3 } })).toThrow('Expected variant "a" to have keys that change what is trained');
	expect(wrong({ a: { engine: { threads: 1 } } })).toThrow("`engine`");
	expect(wrong({ a: { "optimizer.learningRate": 1 } })).toThrow(
		"got `optimizer.learningRate`, which is an axis",
	);
	expect(wrong({ a: {}, b: { "model.placement": "pre" } })).toThrow(
		'Expected the variants to differ, got "a" and "b", which are the same configuration.',
	);
});

const flows = {
	base: { kind: "flow", ...configurations.S },
	axes: { "data.samples": [12, 24], "initialisation.attention": [0.1, 1] },
	seeds: [0, 1],
};

test("the base may be a gradient flow: cells are flows, with a hundred rows and one integration unless it says otherwise", () => {
	const { cells } = parseSweep(flows);
	expect(cells).toHaveLength(8);
	expect(new Set(cells.map(({ hash }) => hash)).size).toBe(8);
	for (const { config, coordinates, seed, hash } of cells)
		expect(config).toMatchObject({
			kind: "flow",
			name: hash,
			seed,
			data: { samples: coordinates["data.samples"] },
			initialisation: { attention: coordinates["initialisation.attention"] },
			dynamics: { guarantees: false },
			rows: 100,
		});
	const own = { ...flows.base, dynamics: { ...configurations.S.dynamics, guarantees: true }, rows: 7 };
	expect(parseSweep({ ...flows, base: own }).cells[0]!.config).toMatchObject({
		dynamics: { guarantees: true },
		rows: 7,
	});
});

test("a flow's cell is named by what is computed; its bad values are refused by key", () => {
	expect(hashes({ ...flows, base: { name: "other", rows: 100, ...flows.base } })).toEqual(hashes(flows));
	const wrong = (change: object) => () => parseSweep({ ...flows, ...change }, "s.json");
	expect(wrong({ axes: { "data.sample": [6] } })).toThrow("Did you mean `data.samples`?");
	expect(wrong({ axes: { "data.samples": [7] } })).toThrow(
		"`data.samples` to be a positive multiple of 6, got 7",
	);
	expect(wrong({ base: { ...flows.base, kind: "flwo" } })).toThrow("Did you mean `flow`? (s.json: base)");
	expect(wrong({ axes: { kind: ["flow"] } })).toThrow("`kind`");
});
