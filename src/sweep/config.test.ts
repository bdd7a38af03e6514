import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeCell } from "./cell.ts";
import { parseSweep, readSweep } from "./config.ts";

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
const hashes = (value: unknown) => parseSweep(value).cells.map(({ hash }) => hash);

test("cells are every combination, each with its values in its configuration", () => {
	const { axes, cells } = parseSweep(plan);
	// 0.001 itself, not 0.0010000000000000002.
	expect(axes["optimizer.learningRate"]).toEqual([
		1e-5, 0.0000316228, 1e-4, 0.000316228, 1e-3, 0.00316228, 1e-2, 0.0316228, 1e-1,
	]);
	expect(cells).toHaveLength(9 * 2 * 2);
	for (const { coordinates, seed, config, hash } of cells) {
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
	expect(cells[0]!.config.data.source).toEqual({ train: join(from, "text.txt") });
	writeFileSync(join(to, "sweep.json"), JSON.stringify(sweep));
	expect((await readSweep(join(to, "sweep.json"))).cells).toEqual(cells);
});

test("a cell is measured at six steps and keeps one checkpoint, unless the base says otherwise", () => {
	const { probes, checkpoints } = parseSweep(plan).cells[0]!.config;
	expect(probes.schedule).toEqual({ doublingUntil: 1, every: 25 });
	expect(checkpoints).toEqual({ every: 250, keep: 1 });
	const own = { ...plan.base, probes: { schedule: { every: 10 } }, checkpoints: { keep: 3 } };
	const { config } = parseSweep({ ...plan, base: own }).cells[0]!;
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
