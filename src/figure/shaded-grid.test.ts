import fc from "fast-check";
import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import type { Row } from "./figure.ts";
import { drawHeatMap } from "./heat-map.ts";
import { shadedGrid } from "./shaded-grid.ts";

const { document } = new JSDOM("").window;

/** Rectangles of a path of `M x,y H x V y H x z`. */
const rectangles = (path: Element) =>
	[...path.getAttribute("d")!.matchAll(/M([\d.]+),([\d.]+)H([\d.]+)V([\d.]+)H[\d.]+z/g)].map((match) => {
		const [x, y, right, below] = match.slice(1).map(Number) as [number, number, number, number];
		return { x, y, width: right - x, height: below - y };
	});

test("every cell with a value is covered once, by the colour of its shade; a cell without one stays blank", () => {
	const cell = fc.oneof(fc.double({ min: -1, max: 2, noNaN: true }), fc.constant(Number.NaN));
	fc.assert(
		fc.property(
			fc.integer({ min: 1, max: 6 }),
			fc.array(cell, { minLength: 6, maxLength: 30 }),
			(columns, list) => {
				const rows = Math.floor(list.length / columns);
				const values = list.slice(0, rows * columns);
				const size = { width: 10 * columns, height: 10 * rows };
				const group = shadedGrid(document, { rows, columns, values }, [0, 1], String, size);
				const drawn = new Array<string[]>(rows * columns).fill([]);
				for (const path of group.querySelectorAll("path"))
					for (const { x, y, width } of rectangles(path))
						for (let j = x / 10; j < (x + width) / 10; j++) {
							const at = (y / 10) * columns + j;
							drawn[at] = [...drawn[at]!, path.getAttribute("fill")!];
						}
				for (const [at, value] of values.entries()) {
					expect(drawn[at]).toHaveLength(Number.isNaN(value) ? 0 : 1);
					// Half of one of 31 steps from shade to shade.
					const shown = Math.min(1, Math.max(0, value));
					if (!Number.isNaN(value))
						expect(Math.abs(Number(drawn[at]![0]) - shown)).toBeLessThan(0.5 / 31 + 1e-9);
				}
			},
		),
	);
});

test("80 layers by 154 checkpoints are few elements and few labels, and all their values are in the table", () => {
	const rows: Row[] = Array.from({ length: 154 }, (_, step) => ({
		run: "deep",
		step,
		...Object.fromEntries(Array.from({ length: 80 }, (_, layer) => [`norm.${layer}`, layer + step])),
	}));
	const words = { id: "map", title: "Map", caption: "A map.", quantity: "q", layerName: String };
	const { svg, rows: data } = drawHeatMap(rows, { document, prefix: "norm", ...words })!;
	expect(data).toHaveLength(80 * 154);
	expect(svg.querySelectorAll('[aria-label="cells"] path').length).toBeLessThanOrEqual(32);
	const labels = (axis: string) => svg.querySelectorAll(`[aria-label="${axis}-axis tick label"] text`).length;
	expect([labels("x"), labels("y")]).toEqual([7, 12]);
	// A telephone's screen is higher than the picture is.
	expect(Number(svg.getAttribute("height"))).toBeLessThan(440);
});
