import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { standaloneSvg } from "../palette.ts";
import { type ApplicabilityCell, drawApplicability } from "./applicability.ts";

const { document } = new JSDOM("").window;

/** Two scales, two sizes, two seeds: small scales meet "a", and "b" only with seed 0; one run has no result. */
const cells: ApplicabilityCell[] = [0.1, 1].flatMap((scale) =>
	[12, 60].flatMap((samples) =>
		[0, 1].map(
			(seed): ApplicabilityCell => ({
				scale,
				samples,
				seed,
				href: `cells/${scale}-${samples}-${seed}/report.html`,
				meets: scale === 1 && samples === 12 ? {} : { a: scale < 1, b: scale < 1 && seed === 0 },
			}),
		),
	),
);
const statements = [
	{ name: "a", label: "Lemma A" },
	{ name: "b", label: "Lemma B" },
];
const draw = (shown = cells) => drawApplicability({ document, cells: shown, statements });
const texts = (svg: SVGSVGElement) => [...svg.querySelectorAll("text")].map((text) => text.textContent);

test("numbers tell how many seeds meet a statement, ? where no run has a result", () => {
	const { svg } = draw()!;
	const counts = [...svg.querySelectorAll('[font-weight="600"] text')].map((text) => text.textContent);
	// Of each panel: two places at the small scale, then at the large one no result, and none.
	expect(counts).toEqual(["2", "2", "?", "0", "1", "1", "?", "0"]);
	for (const text of ["Lemma A", "Lemma B", "12", "60", "0.1"]) expect(texts(svg)).toContain(text);
});

test("a click on a run leads to its page, also from the drawing as a file", () => {
	const { svg } = draw()!;
	const links = [...svg.querySelectorAll("a")].map((link) => link.getAttribute("href"));
	expect(links).toHaveLength(cells.length * statements.length);
	expect(new Set(links)).toEqual(new Set(cells.map(({ href }) => href)));
	expect(standaloneSvg(svg)).not.toContain("xlink:href");
});

test("its data say of each run which statements it meets", () => {
	const { rows } = draw()!;
	expect(rows).toHaveLength(cells.length);
	expect(rows[1]).toEqual({ scale: 0.1, samples: 12, seed: 1, a: 1, b: 0 });
	expect(rows.find(({ scale, samples }) => scale === 1 && samples === 12)).not.toHaveProperty("a");
});

test("where no run has finished there is nothing to draw", () => {
	expect(draw([])).toBeUndefined();
	expect(draw(cells.map((cell) => ({ ...cell, meets: {} })))).toBeUndefined();
});
