/** The part on networks of a few blocks, and its claims on rows whose verdict is known. */
import { JSDOM } from "jsdom";
import { beforeAll, expect, test } from "vitest";
import { openEngine } from "../../../engine/engine.ts";
import type { Engine } from "../../../engine/types.ts";
import type { Row } from "../../../figure/figure.ts";
import { modelConfig } from "../../../model/config.ts";
import { type AnalysisTools, judge } from "../../study.ts";
import { methods } from "../methods.ts";
import { propagation, propagationExperiments } from "../propagation.ts";
import { evolutions, measureEvolution } from "./evolution.ts";
import { measureExactness } from "./exactness.ts";
import { companions, groups, names } from "./names.ts";
import { rateOf } from "./network-claims.ts";
import { measureNetworks } from "./networks.ts";
import { OrthogonalPool, orthonormalEmbeddings } from "./start.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine();
});

const tools = (): AnalysisTools => ({
	engine,
	signal: new AbortController().signal,
	run: async () => Promise.reject(new Error("needs no run")),
	progress: () => {},
});

const asRows = (run: string, rows: readonly object[]): Row[] => rows.map((row) => ({ run, step: 0, ...row }));

const verdicts = (rows: readonly Row[]) =>
	Object.fromEntries(propagation.claims.map((claim) => [claim.id, judge(claim, rows).verdict]));

test("without rows no claim is measured and no figure drawn", () => {
	expect(new Set(Object.values(verdicts([])))).toEqual(new Set(["not measured"]));
	const { document } = new JSDOM("").window;
	expect(propagation.figures([], { document })).toEqual([]);
});

test("claims have ids of this part, one each", () => {
	const ids = propagation.claims.map(({ id }) => id);
	expect(new Set(ids).size).toBe(ids.length);
	expect(ids.every((id) => id.startsWith("propagation."))).toBe(true);
});

test("orthogonal weights are exact at widths below the number of tokens, normal ones are not; breakdowns are named", async () => {
	const rows = asRows(
		names.exactness,
		await measureExactness({ widths: [8], tokens: 12, layers: 4, seeds: 1 }, tools()),
	);
	expect(verdicts(rows)).toMatchObject({
		"propagation.orthogonal": "holds",
		"propagation.gaussian": "holds",
		"propagation.breakdown": "holds",
	});
});

test("the claim of the breakdown fails where another block was named", () => {
	const row = (network: string, block: number) => ({
		network,
		block,
		"predicted/block": 24,
		value: 1e31,
		place: "x",
	});
	expect(
		verdicts(asRows(names.exactness, [row("exploding", 24), row("vanishing", 23)]))["propagation.breakdown"],
	).toBe("fails");
});

test("whole networks: vanilla loses the gradient of W_Q with depth, E-SPA does not; pictures are drawn", async () => {
	const rows = asRows(
		names.networks,
		await measureNetworks(
			{ layers: 16, tokens: 8, width: 8, feedForward: 16, seeds: 1, networks: ["vanilla", "e-spa"] },
			tools(),
		),
	);
	expect(verdicts(rows)).toMatchObject({
		"propagation.whole-collapse": "holds",
		"propagation.query-vanishes": "holds",
		"propagation.value-stays": "holds",
		"propagation.query-kept": "holds",
		"propagation.zero-gradients": "holds",
	});
	const { document } = new JSDOM("").window;
	expect(propagation.figures(rows, { document }).map(({ id }) => id)).toEqual([
		"propagation-network-kernels",
		"propagation-networks",
		"propagation-gradients",
	]);
});

test("attention alone: the first layer's numbers are the printed ones, a picture comes with each printed depth", async () => {
	const rows = asRows(
		names.evolution,
		await measureEvolution(
			{ width: 100, tokens: 100, layers: 2, seeds: 1, networks: ["vanilla, causal", "vanilla, no mask"] },
			tools(),
		),
	);
	expect(verdicts(rows)["propagation.recursion"]).toBe("holds");
	expect(rows.filter(({ picture }) => picture !== undefined)).toHaveLength(2);
});

test("diagonals are compared with the printed ones: 86.2 to 101 is Pre-LN's, 85.4 is not", () => {
	const row = (least: number) =>
		asRows(names.evolution, [
			{ network: "Pre-LN", depth: 100, seed: 0, "predicted/q.least": least, "predicted/q.most": 101 },
		]);
	expect(verdicts(row(86.2))["propagation.recursion-diagonal"]).toBe("holds");
	expect(verdicts(row(85.4))["propagation.recursion-diagonal"]).toBe("fails");
});

test("the claim of β is of β alone: a gradient of α does not meet it", async () => {
	const rows = asRows(
		names.networks,
		await measureNetworks(
			{ layers: 4, tokens: 4, width: 8, feedForward: 8, seeds: 1, networks: ["value-skip-init"] },
			tools(),
		),
	);
	expect(verdicts(rows)["propagation.beta"]).toBe("holds");
	const lost = rows.map((row) => ("gradient/beta" in row ? { ...row, "gradient/beta": 0 } : row));
	expect(verdicts(lost)["propagation.beta"]).toBe("fails");
});

test("errors that fall as width^-0.5 have the rate -0.5 to 1e-12", () => {
	const rows = asRows(
		names.widths,
		[64, 128, 256].map((width) => ({ network: "E-SPA", width, seed: 0, error: 3 / Math.sqrt(width) })),
	);
	expect(rateOf(rows, "E-SPA")).toBeCloseTo(-0.5, 12);
	expect(verdicts(rows)["propagation.rate"]).toBe("holds");
});

test("embeddings are at right angles, and weights out of a pool orthogonal and of their own for each name (1e-12)", () => {
	const config = modelConfig.parse({
		vocabulary: 6,
		context: 6,
		layers: 2,
		width: 8,
		...evolutions["vanilla, causal"]!.options,
	});
	const gram = (values: Float64Array, n: number) => {
		const width = values.length / n;
		return Array.from({ length: n * n }, (_, at) => {
			const [i, j] = [Math.floor(at / n), at % n];
			let sum = 0;
			for (let k = 0; k < width; k++) sum += values[i * width + k]! * values[j * width + k]!;
			return sum - (i === j ? 1 : 0);
		});
	};
	const embeddings = orthonormalEmbeddings(config, 0).map((x) => x / Math.sqrt(8));
	expect(Math.max(...gram(embeddings, 6).map(Math.abs))).toBeLessThan(1e-12);
	const initial = new OrthogonalPool().initialise(config, 0);
	const [a, b] = ["blocks.0.attn.v.weight", "blocks.1.attn.v.weight"].map((name) => initial[name]!.values);
	expect(Math.max(...gram(a!, 8).map(Math.abs))).toBeLessThan(1e-12);
	expect([...a!]).not.toEqual([...b!]);
});

test("every network that claims and figures name is one of the study", () => {
	const named = [
		...Object.values(companions),
		...Object.values(groups).flatMap((group) => Object.values(group)),
	];
	for (const name of named) expect(Object.keys(methods)).toContain(name);
});

test("each size has the four analyses, needs no run, and options that JSON keeps", () => {
	for (const size of ["smoke", "laptop", "paper"] as const) {
		const analyses = propagationExperiments(size);
		expect(analyses.map(({ name }) => name)).toEqual(Object.values(names));
		for (const { needs, options } of analyses) {
			expect(needs).toEqual([]);
			expect(JSON.parse(JSON.stringify(options))).toEqual(options);
		}
	}
});
