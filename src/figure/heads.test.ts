import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { drawErrorsByFactor } from "./errors-by-factor.ts";
import type { Figure } from "./figure.ts";
import { drawHeadHistogram, type HeadCount } from "./head-histogram.ts";
import { drawHeadPictures, type HeadPicture } from "./head-pictures.ts";
import { drawHeadScatter, type HeadPoint } from "./head-scatter.ts";

const { document } = new JSDOM("").window;

const counts: HeadCount[] = ["strict", "leaky"].flatMap((mask, i) =>
	[1, 1, 2 + 20 * i, 1 + 40 * i].map((positions, head) => ({
		run: "post",
		mask,
		layer: 1,
		head: head + 1,
		positions,
		mark: 41.012,
		markLabel: "here: 41.012",
	})),
);
const points: HeadPoint[] = counts.map((count, i) => ({
	...count,
	class: i % 2 ? "wide" : "narrow",
	effectiveShare: i / 8,
}));
const pictures = (n: number): HeadPicture[] =>
	[1, 2].flatMap((layer) =>
		[1, 2, 3].map((head) => ({
			layer,
			head,
			label: `${layer}.${head}`,
			// Even attention to the prefix.
			weights: Array.from({ length: n }, (_, t) =>
				Array.from({ length: n }, (_, s) => Number(s <= t) / (t + 1)),
			),
			statistics: { layer, head, effective: n / 2 },
		})),
	);
const words = { id: "pictures", title: "Pictures", caption: "Each head." };
const classes = { classes: ["narrow", "wide"], bounds: [0.05, 0.4] };
const errors = [0.5, 1, 2].map((factor) => ({ run: "aⁿbⁿ", factor, strings: 100, errors: 50 / factor }));

const all: Record<string, [some: () => Figure | undefined, none: () => Figure | undefined, lines: number]> = {
	drawHeadHistogram: [
		() => drawHeadHistogram(counts, { document }),
		() => drawHeadHistogram([], { document }),
		8,
	],
	drawHeadScatter: [
		() => drawHeadScatter(points, { document, ...classes }),
		() => drawHeadScatter([], { document, ...classes }),
		8,
	],
	drawHeadPictures: [
		() => drawHeadPictures(pictures(8), { document, causal: true, ...words }),
		() => drawHeadPictures([], { document, causal: true, ...words }),
		6,
	],
	drawErrorsByFactor: [
		() => drawErrorsByFactor(errors, { document }),
		() => drawErrorsByFactor([], { document }),
		3,
	],
};

for (const [name, [some, none, lines]] of Object.entries(all))
	test(`${name} is one named and described image with a line of data a head or point, and nothing of nothing`, () => {
		const { id, title, caption, svg, rows } = some()!;
		expect(svg.querySelector(`#${id}-title`)?.textContent).toBe(title);
		expect(svg.querySelector(`#${id}-description`)?.textContent).toBe(caption);
		expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|⚠/);
		expect(rows).toHaveLength(lines);
		expect(none()).toBeUndefined();
	});

test("the histogram stacks every head once, strict mask above leaky", () => {
	const { svg } = drawHeadHistogram(counts, { document })!;
	const labels = [...svg.querySelectorAll("text")].map((text) => text.textContent);
	expect(labels.findIndex((text) => text?.includes("strict"))).toBeLessThan(
		labels.findIndex((text) => text?.includes("leaky")),
	);
	// Strict: bins of 1, 1, 1 and of 2; leaky: of 1, 1, of 22 and of 41.
	expect(svg.querySelectorAll('[aria-label="rect"] rect')).toHaveLength(2 + 3);
});

test("a picture covers each visible weight once: n(n + 1)/2 squares of a causal head, n² of one that is not", () => {
	const n = 8;
	for (const causal of [true, false]) {
		const { svg } = drawHeadPictures(pictures(n), { document, causal, ...words })!;
		const groups = [...svg.querySelectorAll('[aria-label="heads"] > g')];
		expect(groups).toHaveLength(6);
		for (const group of groups) {
			const bars = [...group.querySelectorAll("path")].flatMap((path) => [
				...path.getAttribute("d")!.matchAll(/M(\d+),(\d+)h(\d+)v1/g),
			]);
			const covered = new Set(
				bars.flatMap(([, s, t, length]) =>
					Array.from({ length: Number(length) }, (_, i) => `${t},${Number(s) + i}`),
				),
			);
			expect(covered.size).toBe(causal ? (n * (n + 1)) / 2 : n * n);
			expect(bars.reduce((sum, [, , , length]) => sum + Number(length), 0)).toBe(covered.size);
		}
	}
});

test("a picture's colours follow the weights: a mean head's rows have one colour each, brighter for the first", () => {
	const { svg } = drawHeadPictures(pictures(8), { document, causal: true, ...words })!;
	const paths = [...svg.querySelector('[aria-label="heads"] > g')!.querySelectorAll("path")];
	// Weights of 1/5 and more, the largest of the later half, have the last colour.
	expect(paths[0]!.getAttribute("d")).toMatch(/^M0,0h1v1h-1zM0,1h2v1h-2z/);
	expect(new Set(paths.map((path) => path.getAttribute("fill"))).size).toBe(paths.length);
});
