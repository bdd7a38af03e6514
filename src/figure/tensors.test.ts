import { JSDOM } from "jsdom";
import { describe, expect, test } from "vitest";
import { drawTensors, mostTensors } from "./tensors.ts";

const { document } = new JSDOM("").window;

const rowsOf = (tensors: number) =>
	[0, 10].map((step) => ({
		run: "a",
		step,
		...Object.fromEntries(
			Array.from({ length: tensors }, (_, i) => [
				`param/blocks.${i}.ff.w1.weight.norm`,
				(i + 1) * (step === 0 ? 1 : 2),
			]),
		),
	}));

describe("norms of tensors", () => {
	test("few tensors are curves of their norms", () => {
		const figure = drawTensors(rowsOf(3), { document, panel: "param" });
		expect(figure?.rows).toContainEqual({ run: "blocks.2.ff.w1.weight", step: 10, norm: 6 });
		expect(figure?.title).toBe("Norms of tensors");
	});

	test("many are a heat map against their first value, and what is left out is said", () => {
		const figure = drawTensors(rowsOf(60), { document, panel: "param" });
		const last = figure!.rows.filter(({ step }) => step === 10);
		expect(last).toHaveLength(mostTensors);
		expect(new Set(last.map(({ value }) => value))).toEqual(new Set([1]));
		expect(figure?.caption).toContain(`The first ${mostTensors} of 60`);
		const first = [...figure!.svg.querySelectorAll("text")].findIndex(
			(text) => text.textContent === "blocks.2.ff.w1.weight",
		);
		const tenth = [...figure!.svg.querySelectorAll("text")].findIndex(
			(text) => text.textContent === "blocks.10.ff.w1.weight",
		);
		expect(first).toBeGreaterThan(-1);
		expect(tenth).toBeGreaterThan(first);
	});

	test("at a step without a value the one before holds, so that thinned rows leave no holes", () => {
		const rows = rowsOf(7);
		const between = { run: "a", step: 5, "param/blocks.0.ff.w1.weight.norm": 4 };
		const figure = drawTensors([rows[0]!, between, rows[1]!], { document, panel: "param" });
		expect(figure?.rows).toHaveLength(21);
		const values = figure!.rows.filter(({ step }) => step === 5).map(({ value }) => value);
		expect(values.toSorted()).toEqual([0, 0, 0, 0, 0, 0, 2]);
	});

	test("gradients are another figure, and nothing is drawn of nothing", () => {
		expect(drawTensors(rowsOf(3), { document, panel: "grad" })).toBeUndefined();
		expect(drawTensors([], { document, panel: "param" })).toBeUndefined();
	});
});
