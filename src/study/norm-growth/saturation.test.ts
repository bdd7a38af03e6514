import { JSDOM } from "jsdom";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEngine } from "../../engine/engine.ts";
import { stream } from "../../engine/random.ts";
import type { Engine } from "../../engine/types.ts";
import type { Row } from "../../figure/figure.ts";
import { type ModelConfig, modelConfig } from "../../model/config.ts";
import { initialise } from "../../model/initialise.ts";
import type { FinishedRun } from "../../run/finished-run.ts";
import { judge } from "../study.ts";
import { measureSaturation } from "./saturation/measure.ts";
import { encoderNorm, networksOf } from "./saturation/networks.ts";
import { saturation } from "./saturation.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

const values = (model: ModelConfig, seed: number) =>
	Object.fromEntries(
		Object.entries(initialise(model, seed)).map(([name, x]) => [name, Float32Array.from(x.values)]),
	);

/** A run that was never trained: other random parameters at its end than at its start, on random text. */
function untrained(placement: ModelConfig["placement"], padded = false): FinishedRun {
	const model = modelConfig.parse({
		vocabulary: 20,
		context: 10,
		layers: 2,
		heads: 2,
		width: 16,
		placement,
	});
	const tokens = stream(0, "text").integers(4 * 11, 20);
	// The second half of each sequence is padding, with tokens of its own.
	const weights = Float32Array.from({ length: 40 }, (_, i) => (padded && i % 10 >= 5 ? 0 : 0.5));
	const run = {
		directory: "",
		config: { name: placement, model, training: { batch: 4 } },
		parameters: async () => values({ ...model, initScale: 2 }, 1),
		initialParameters: () => values(model, 0),
		dataset: async () => ({ evaluationBatches: () => [{ tokens, ...(padded ? { weights } : {}) }] }),
	};
	return run as unknown as FinishedRun;
}

const rowsOf = async (run: FinishedRun, dtype: "float32" | "float64" = "float64"): Promise<Row[]> => {
	const tools = {
		engine,
		signal: new AbortController().signal,
		run: async () => run,
		progress: () => {},
	};
	const rows = await measureSaturation(run, { tokens: 40, factor: 1000, dtype }, tools);
	return rows.map((row, step) => ({ step, ...row, run: `saturation/${run.config.name}` }) as Row);
};

test("every claim of a placement is judged from its run, and none of the others", async () => {
	const rows = await rowsOf(untrained("res-post"));
	for (const claim of saturation.claims)
		expect(judge(claim, rows).verdict === "not measured", claim.id).toBe(!claim.id.endsWith(".res-post"));
});

test("each network has a row a layer and one of its loss; embeddings are their own limit; quantiles are in order", async () => {
	const rows = await rowsOf(untrained("pre"));
	expect(rows.length).toBe(4 * (4 + 1));
	const layers = rows.filter((row) => row["layer"] !== undefined);
	for (const row of layers) {
		if (row["layer"] === 0) expect(1 - (row["limit/mean"] as number)).toBeLessThan(1e-12);
		for (const name of ["finite", "limit"]) {
			const [low, middle, high] = ["q10", "q50", "q90"].map((q) => row[`${name}/${q}`] as number);
			expect(low).toBeLessThanOrEqual(middle!);
			expect(middle).toBeLessThanOrEqual(high!);
		}
		expect(row["tokens"]).toBe(40);
	}
	expect(layers.slice(0, 4).map((row) => row["layerName"])).toEqual(["emb", "1", "2", "final"]);
	for (const row of rows.filter((row) => row["layer"] === undefined)) expect(row["loss"]).toBeGreaterThan(1);
});

test("float32 measures what float64 does, to 1e-3", async () => {
	const run = untrained("res-post");
	const [double, single] = [await rowsOf(run), await rowsOf(run, "float32")];
	for (const [i, row] of double.entries())
		for (const key of ["finite/mean", "limit/mean", "similarity", "hard"])
			if (row[key] !== undefined)
				expect(Math.abs((single[i]![key] as number) - (row[key] as number)), key).toBeLessThan(1e-3);
});

test("what follows padding and what is padding is not measured", async () => {
	const whole = await rowsOf(untrained("res-post"));
	const padded = await rowsOf(untrained("res-post", true));
	expect(padded.map((row) => row["tokens"])).toEqual(padded.map(() => 20));
	expect(padded.at(-1)!["finite/mean"]).not.toBe(whole.at(-1)!["finite/mean"]);
});

test("controls: rescaled has the trained encoder norm and the initial direction, tensors the trained norm of each", () => {
	const model = modelConfig.parse({ vocabulary: 5, context: 4, layers: 1, heads: 1, width: 4 });
	const trained = values({ ...model, initScale: 3 }, 1);
	trained["blocks.0.ln1.bias"]!.fill(1);
	const initial = values(model, 0);
	const all = networksOf(trained, initial);
	expect(encoderNorm(all.rescaled) / encoderNorm(trained)).toBeCloseTo(1, 12);
	const factor = encoderNorm(trained) / encoderNorm(initial);
	for (const [name, x] of Object.entries(all.rescaled))
		for (const [i, v] of x.entries()) expect(v).toBeCloseTo(initial[name]![i]! * factor, 12);
	for (const [name, x] of Object.entries(all["rescaled tensors"])) {
		if (name === "blocks.0.ln1.bias") expect(Array.from(x)).toEqual([0, 0, 0, 0]);
		else expect(Math.hypot(...x)).toBeCloseTo(Math.hypot(...trained[name]!), 6);
	}
});

test("its figures are named and described, hold their data, and are not drawn of nothing", async () => {
	const { document } = new JSDOM("").window;
	const rows = [...(await rowsOf(untrained("pre"))), ...(await rowsOf(untrained("post")))];
	const figures = saturation.figures(rows, { document });
	expect(figures.map(({ id }) => id)).toEqual(["saturation-controls", "saturated-predictions"]);
	for (const { id, svg, caption, rows: data } of figures) {
		expect(svg.querySelector(`#${id}-description`)?.textContent).toBe(caption);
		expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|⚠/);
		expect(data.length).toBeGreaterThan(0);
	}
	expect(saturation.figures([], { document })).toEqual([]);
});
