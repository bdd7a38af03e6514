import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import type { Row } from "./figure.ts";
import { drawQuantities } from "./quantities.ts";

const { document } = new JSDOM("").window;
const names = (count: number) => Array.from({ length: count }, (_, i) => `param/${i}.norm`);
const rows: Row[] = ["a", "b"].flatMap((run) =>
	[0, 10, 20].map((step) => ({
		run,
		step,
		...Object.fromEntries(names(20).map((key, i) => [key, i + step])),
	})),
);
const plots = (keys: readonly string[]) => {
	const { svg, rows: data } = drawQuantities(rows, { document, keys })!;
	expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|⚠/);
	return {
		panels: svg.querySelectorAll("[data-x]").length,
		lines: svg.querySelectorAll('[aria-label="line"] path').length,
		columns: Object.keys(data[0]!).length - 2,
	};
};

test("a few quantities have a panel each with a line a run; many share a panel a run", () => {
	expect(plots(names(3))).toEqual({ panels: 3, lines: 6, columns: 3 });
	expect(plots([...names(20), "absent"])).toEqual({ panels: 2, lines: 40, columns: 20 });
	expect(drawQuantities(rows, { document, keys: ["absent"] })).toBeUndefined();
});
