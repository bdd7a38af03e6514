import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { standaloneSvg } from "./palette.ts";
import { drawPhaseDiagram, type PhaseCell } from "./phase-diagram.ts";

const { document } = new JSDOM("").window;

const cells: PhaseCell[] = [1e-3, 1e-2].flatMap((learningRate) =>
	[1e-2, 1e-1].flatMap((weightDecay) =>
		[0, 1].map((seed): PhaseCell => {
			const place = {
				learningRate,
				weightDecay,
				seed,
				href: `cells/${learningRate}-${weightDecay}-${seed}.html`,
			};
			if (learningRate === 1e-3 && weightDecay === 1e-1) return { ...place, state: "diverged" };
			if (learningRate === 1e-2 && weightDecay === 1e-1)
				return { learningRate, weightDecay, seed, state: "missing" };
			const growth = learningRate === 1e-2 ? 0.5 : seed ? 0.1 : -0.1;
			return { ...place, state: "finished", growth };
		}),
	),
);
const draw = (shown: readonly PhaseCell[]) =>
	drawPhaseDiagram({
		document,
		cells: shown,
		boundaries: [
			{
				label: "predicted",
				dash: "8 4",
				points: [1e-3, 1e-2].map((learningRate) => ({ learningRate, weightDecay: 5 * learningRate })),
			},
		],
		defaults: { learningRate: 1e-3, weightDecay: 1e-2 },
	});

const texts = (svg: SVGSVGElement) => [...svg.querySelectorAll("text")].map((text) => text.textContent);

test("signs tell what colours do: disagreeing seeds, growth, divergence, no result", () => {
	const { svg } = draw(cells)!;
	for (const sign of ["±", "+", "×", "?"]) expect(texts(svg).filter((text) => text === sign)).toHaveLength(1);
	expect(texts(svg)).toContain("predicted");
	expect(texts(svg)).toContain("10⁻³");
});

test("a click on a run leads to its page; a run that never began has none", () => {
	const { svg } = draw(cells)!;
	const links = [...svg.querySelectorAll("a")];
	const targets = new Set(links.map((link) => link.getAttribute("href")));
	expect(targets).toEqual(new Set(cells.flatMap(({ href }) => href ?? [])));
	for (const link of links) {
		expect(link.getAttribute("xlink:href")).toBeNull();
		expect(link.querySelector("title")!.textContent).toMatch(
			/^learning rate 0\.0\d+, weight decay 0\.\d+, seed \d: /,
		);
	}
});

test("a drawing as a file of its own is XML and has no links that lead nowhere", () => {
	const file = standaloneSvg(draw(cells)!.svg);
	const { window } = new JSDOM(file, { contentType: "image/svg+xml" });
	expect(window.document.documentElement.nodeName).toBe("svg");
	expect(window.document.querySelectorAll("a[href]")).toHaveLength(0);
});

test("the table has a row a run, with the norm's factor where it finished", () => {
	const { rows } = draw(cells)!;
	expect(rows).toHaveLength(8);
	expect(rows[0]).toEqual({
		learningRate: 1e-3,
		weightDecay: 1e-2,
		seed: 0,
		state: "finished",
		growth: Math.exp(-0.1),
	});
	expect(rows[2]).toEqual({ learningRate: 1e-3, weightDecay: 1e-1, seed: 0, state: "diverged" });
});

test("where no run has ended there is no figure", () => {
	expect(draw(cells.filter(({ state }) => state === "missing"))).toBeUndefined();
	expect(draw([])).toBeUndefined();
});
