import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { drawMatrices, type MatrixPicture } from "./matrices.ts";

const { document } = new JSDOM("").window;
const options = {
	document,
	id: "kernels",
	title: "Kernels",
	caption: "Cosines.",
	quantity: "cosine",
	domain: [0, 1],
	columns: "layers",
} as const;

const picture = (row: string, values: number[]): MatrixPicture => ({
	row,
	column: "1",
	values,
	statistics: { network: row },
});

/** How many entries of a matrix [3, 3], 85 units wide, the paths of a drawing cover, by colour. */
function areas(svg: SVGSVGElement): Map<string, number> {
	const sums = new Map<string, number>();
	for (const path of svg.querySelectorAll("[aria-label=matrices] path")) {
		const bars = [...path.getAttribute("d")!.matchAll(/M([\d.]+),[\d.]+H([\d.]+)V/g)].map(([, left, right]) =>
			Math.round((3 * (Number(right) - Number(left))) / 85),
		);
		const colour = path.getAttribute("fill")!;
		sums.set(colour, (sums.get(colour) ?? 0) + bars.reduce((a, b) => a + b, 0));
	}
	return sums;
}

test("every entry of a matrix is drawn once, in the colour of its value, clamped to the domain", () => {
	const figure = drawMatrices([picture("identity", [1, 0, 0, -0.2, 1.5, 0, 0, 0, 1])], options)!;
	expect([...areas(figure.svg).values()].sort()).toEqual([3, 6]);
	expect(figure.rows).toEqual([{ network: "identity" }]);
});

test("rows and columns are named, and each matrix for readers who do not see it", () => {
	const { svg } = drawMatrices([picture("a", [1]), picture("b", [0])], options)!;
	const texts = [...svg.querySelectorAll("text")].map(({ textContent }) => textContent);
	expect(texts).toEqual(expect.arrayContaining(["layers", "1", "a", "b"]));
	const titles = [...svg.querySelectorAll("[aria-label=matrices] title")].map(
		({ textContent }) => textContent,
	);
	expect(titles).toEqual(["a, 1", "b, 1"]);
});

test("nothing is drawn of nothing", () => {
	expect(drawMatrices([], options)).toBeUndefined();
});
