import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JSDOM } from "jsdom";
import { expect, onTestFinished, test } from "vitest";
import type { HeadRow } from "../pretrained/heads.ts";
import type { ModelSaturation } from "../pretrained/model-saturation.ts";
import { publishedSaturation } from "../pretrained/published.ts";
import type { SaturationRow } from "../pretrained/saturation.ts";
import { type StatePlace, statePlaces } from "../pretrained/states.ts";
import { reportSaturation, saturationReport } from "./saturation-report.ts";

type Stacks = Parameters<typeof statePlaces>[0];

const stack = (name: "encoder" | "decoder", finalNorm: boolean): Stacks[number] => ({
	name,
	layers: 12,
	heads: 12,
	width: 768,
	causal: name === "decoder",
	finalNorm,
	placement: finalNorm ? "pre" : "post",
});

/** A model of 12 blocks whose numbers are made up. */
function synthetic(name: string, stacks: Stacks, more: Partial<ModelSaturation> = {}): ModelSaturation {
	const places = statePlaces(stacks).map(({ name: _, ...place }) => place);
	const row = (place: Omit<StatePlace, "name">, saturation: number): Omit<SaturationRow, "network"> => ({
		...place,
		saturation,
		sequence: saturation - 0.01,
		deviation: 0.05,
		similarity: 0.3,
		tokens: 1200,
		overflowed: 0,
	});
	const wave = (layer: number, phase: number) => (layer === 0 ? 1 : 0.5 + 0.4 * Math.sin(layer + phase));
	return {
		name,
		location: `/models/${name}`,
		family: "BERT",
		placement: stacks[0]!.placement,
		dropout: 0.1,
		factor: 1000,
		precision: "float32",
		seeds: 2,
		text: "the first 100 passages of brown.txt",
		tokenizer: "vocab.txt (WordPiece, cased), special tokens [CLS] … [SEP]",
		lengths: [12, 30, 25],
		cut: 0,
		longest: 512,
		unused: [],
		rows: [
			...places.map((place) => ({ ...row(place, wave(place.layer, 0)), network: "pretrained" as const })),
			...[0, 1].flatMap((seed) =>
				places.map((place) => ({
					...row(place, 0.1 * wave(place.layer, seed)),
					network: "random" as const,
					seed,
				})),
			),
		],
		heads: places.flatMap(({ state, stack: attention, layer }) =>
			state === "block"
				? (["soft", "scaled"] as const).flatMap((view) =>
						Array.from({ length: 12 }, (_, head) => headRow(attention, view, layer - 1, head)),
					)
				: [],
		),
		homogeneity: places.flatMap((place) =>
			[1, 10, 100].map((c) => ({ ...place, c, distance: place.layer / (100 * c ** 2), degree: 3 })),
		),
		traps: places.flatMap((place) =>
			(["dropout", "skips"] as const).map((trap) => ({ trap, ...place, right: 0.4, wrong: 0.2 })),
		),
		...more,
	};
}

const headRow = (
	attention: HeadRow["attention"],
	view: HeadRow["view"],
	layer: number,
	head: number,
): HeadRow => ({
	attention,
	view,
	causal: attention === "decoder",
	layer,
	head,
	positions: view === "soft" ? 20 : 1 + head / 10,
	deviation: 0,
	split: 0,
	effective: 8,
	tolerance: 1,
	positionsShare: view === "soft" ? 0.9 : 0.01,
	effectiveShare: (head + 1) / 13,
	toleranceShare: 0,
	leak: 0,
	distance: 4,
	first: 0.1,
	self: 0.1,
	previous: 0.1,
	class: "in between",
});

const describe = (family: string, vocabulary: number, stacks: Stacks, names: string[] = []) =>
	publishedSaturation({
		family: { name: family },
		config: { vocabulary },
		stacks,
		specs: () => Object.fromEntries(names.map((name) => [name, { shape: [], dtype: "float32" }])),
	} as unknown as Parameters<typeof publishedSaturation>[0]);

const post = [stack("encoder", false)];
const t5 = [stack("encoder", true), stack("decoder", true)];

test("the four models of the paper are known by family, sizes and vocabulary, and none else", () => {
	expect(describe("BERT", 28996, post)).toMatchObject({ model: "bert-base-cased", stack: "encoder" });
	expect(describe("RoBERTa", 50265, post)?.pretrained).toHaveLength(12);
	// The code's XLNet curve lacks the last layer, its T5 is the decoder.
	expect(describe("XLNet", 32000, post)?.pretrained).toHaveLength(11);
	expect(describe("T5", 32128, t5)).toMatchObject({ model: "t5-base", stack: "decoder" });
	expect(describe("T5", 32128, t5, ["encoder.block.0.wi_0.weight"])).toBeUndefined();
	expect(describe("BERT", 30522, post)).toBeUndefined();
	expect(describe("BERT", 28996, [{ ...post[0]!, layers: 24 }])).toBeUndefined();
});

test("figures are named and described, hold their data, and carry the published values where there are any", () => {
	const published = describe("BERT", 28996, post)!;
	const models = [
		synthetic("bert-base-cased", post, { published }),
		synthetic("t5-base", t5, { published: describe("T5", 32128, t5)! }),
	];
	const { sections } = saturationReport(models);
	const figures = sections.flatMap((section) => section.figures);
	expect(figures.map(({ id }) => id)).toEqual([
		"saturation-by-layer",
		"saturation-together",
		"likeness-by-layer",
		"traps",
		"heads-by-layer",
		"heads-positions",
		"heads-soft-and-saturated",
		"homogeneity",
		"degrees",
	]);
	for (const { id, svg, caption, rows } of figures) {
		expect(svg.querySelector(`#${id}-description`)?.textContent).toBe(caption);
		expect(svg.outerHTML, id).not.toMatch(/NaN|undefined|Infinity|⚠/);
		expect(rows.length).toBeGreaterThan(0);
	}
	const labels = figures[0]!.svg.textContent!;
	for (const panel of [
		"cosine, bert-base-cased",
		"cosine, t5-base encoder",
		"cosine, t5-base decoder",
		"as published",
	])
		expect(labels).toContain(panel);
	// BERT's twelve and T5's twelve, pretrained and random, and none in the encoder's panel.
	const crosses = figures[0]!.svg.querySelectorAll('[aria-label="dot"] path');
	expect(crosses.length).toBe(4 * 12);
	expect(saturationReport([synthetic("other", post)]).sections[0]!.figures[0]!.svg.textContent).not.toContain(
		"published",
	);
});

test("the table of traps has each trap that a model can fall into, with both numbers", () => {
	const { sections } = saturationReport([synthetic("bert", post), synthetic("t5", t5)]);
	const [table] = sections.find(({ name }) => name === "traps")!.tables!;
	expect(table!.rows.map(([trap, model]) => `${model}: ${trap}`)).toEqual([
		"bert: dropout on in the random model",
		"t5: dropout on in the random model",
		"t5: decoder taken for the encoder",
		"bert: skips gone in the limit",
		"t5: skips gone in the limit",
		"t5: last state after the final norm",
		"t5: last state after the final norm",
	]);
	expect(table!.rows[0]!.slice(2, 5)).toEqual(["after block 1", 0.4, 0.2]);
});

test("what overflowed is said and not drawn, and nothing measured is an empty cell", async () => {
	const model = synthetic("gpt2", post);
	const rows = model.rows.map((row) =>
		row.layer > 6 ? { ...row, saturation: Number.NaN, sequence: Number.NaN, overflowed: 1200 } : row,
	);
	const folder = await mkdtemp(join(tmpdir(), "orrery-saturation-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	const path = await reportSaturation([{ ...model, rows, traps: [] }], join(folder, "new"));
	expect((await readdir(join(folder, "new"))).sort()).toEqual([
		"heads.csv",
		"homogeneity.csv",
		"report.html",
		"saturation.csv",
		"saturation.json",
	]);
	const html = await readFile(path, "utf8");
	expect(html).not.toMatch(/NaN|undefined|Infinity/);
	const { document } = new JSDOM(html).window;
	expect(document.querySelectorAll("figure").length).toBe(7);
	// Six states of three networks lost all 1200 tokens.
	expect(document.querySelector("#section-saturation ~ .runs tbody td:last-child")?.textContent).toBe(
		String(3 * 6 * 1200),
	);
	const csv = await readFile(join(folder, "new", "saturation.csv"), "utf8");
	expect(csv.split("\n")[0]).toBe(
		"model,stack,state,layer,saturation,sequence,deviation,similarity,tokens,overflowed,network,seed",
	);
	expect(csv).not.toContain("NaN");
});
