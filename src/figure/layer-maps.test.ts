import { JSDOM } from "jsdom";
import { describe, expect, test } from "vitest";
import { drawLayerMap, layerQuantities } from "./layer-maps.ts";

const { document } = new JSDOM("").window;
const rows = [0, 1, 4].map((step) => ({
	run: "a",
	step,
	"dyn/norm.layer.0": 5 + step,
	"dyn/norm.layer.1": 6,
	"dyn/direction.layer.0.initial": 1,
	"dyn/direction.layer.1.initial": 1 - step / 10,
	"dyn/saturation": 0.5,
	"param/blocks.0.mlp.up.norm": 2,
	"param/blocks.1.mlp.up.norm": 3,
	"param/embedding.norm": 1,
	"test/accuracy.2": 1,
}));

describe("layer maps", () => {
	test("every quantity with several layers has one, wherever the layer stands in its key", () => {
		expect(layerQuantities(Object.keys(rows[0]!))).toEqual([
			"dyn/norm.layer.#",
			"dyn/direction.layer.#.initial",
			"param/blocks.#.mlp.up.norm",
		]);
	});

	test("a map's table has every layer at every step, under the layer's name counted from 1", () => {
		const figure = drawLayerMap(rows, { document, quantity: "dyn/direction.layer.#.initial" });
		expect(figure?.rows).toHaveLength(6);
		expect(figure?.rows).toContainEqual({ run: "a", step: 4, layer: "2", value: 0.6 });
		expect(figure?.id).toBe("map-dyn-direction-layer-initial");
	});

	test("a tensor's map is named by the tensor", () => {
		const figure = drawLayerMap(rows, { document, quantity: "param/blocks.#.mlp.up.norm" });
		expect(figure?.title).toBe("Norm of blocks.*.mlp.up, layer by step");
		expect(
			figure?.svg.querySelectorAll("[aria-label=cell] rect, [aria-label=cells] path").length,
		).toBeGreaterThan(0);
	});

	test("quantities of a series are named in words, each by another title, with a caption that says whose they are", () => {
		const scopes = [
			"layer",
			"attention",
			"feed_forward",
			"norms",
			"decoder.layer",
			"decoder.cross_attention",
		];
		const quantities = scopes.flatMap((scope) => [
			...["norm", "step", "alignment.step", "radial", "squared_step", "stable_rank", "spectral_norm"].map(
				(measure) => `dyn/${measure}.${scope}.#`,
			),
			...["initial", "previous"].map((to) => `dyn/direction.${scope}.#.${to}`),
		]);
		const figures = quantities.map((quantity) => {
			const keys = [0, 1].map((layer) => [quantity.replace("#", String(layer)), layer]);
			const figure = drawLayerMap([{ run: "a", step: 0, ...Object.fromEntries(keys) }], {
				document,
				quantity,
			});
			return figure!;
		});
		expect(new Set(figures.map(({ title }) => title)).size).toBe(quantities.length);
		for (const { title, caption } of figures) {
			expect(title).toMatch(/^[A-Z][^_#/]*, layer by step$/);
			expect(caption).not.toContain("metric");
		}
		expect(figures.map(({ title }) => title)).toContain(
			"Alignment of the step (decoder, cross-attention), layer by step",
		);
		expect(figures[quantities.indexOf("dyn/radial.attention.#")]!.caption).toContain(
			"each block’s attention parameters",
		);
	});

	test("zero is white where the sign matters, however the values lie", () => {
		const key = "dyn/alignment.step.layer";
		const signed = [0, 1].map((step) => ({ run: "a", step, [`${key}.0`]: -0.1 - step, [`${key}.1`]: 0.2 }));
		const { svg } = drawLayerMap(signed, { document, quantity: `${key}.#` })!;
		expect(svg.textContent).toContain("cos(θ, δ): -1.1 to 1.1");
	});

	test("what was not measured is not drawn", () => {
		expect(drawLayerMap(rows, { document, quantity: "dyn/radial.layer.#" })).toBeUndefined();
		expect(layerQuantities(["dyn/saturation.4", "val/loss"])).toEqual([]);
	});
});
