/**
 * A grid of many small coloured cells as few elements: values are rounded to the scale's shades, neighbours of one
 * shade in a row are one rectangle, and all rectangles of one shade are one path.
 */

export interface Grid {
	readonly rows: number;
	readonly columns: number;
	/** Row by row; what lies outside of the domain has the colour of its end. NaN stays blank. */
	readonly values: ArrayLike<number>;
	/** Where columns begin, and the last ends. Default: at even distances. */
	readonly edges?: readonly number[] | undefined;
}

const shades = 32;

/** A group of paths that fills the rectangle from (0, 0) to (`width`, `height`). */
export function shadedGrid(
	document: Document,
	{ rows, columns, values, edges }: Grid,
	[low, high]: readonly [number, number],
	colour: (value: number) => string,
	{ width, height }: { readonly width: number; readonly height: number },
): SVGElement {
	const x = (j: number) => Number((edges?.[j] ?? (j * width) / columns).toFixed(2));
	const y = (i: number) => Number(((i * height) / rows).toFixed(2));
	const element = (name: string) => document.createElementNS("http://www.w3.org/2000/svg", name);
	const shadeOf = (value: number) =>
		Math.round((shades - 1) * Math.min(1, Math.max(0, (value - low) / (high - low || 1))));
	const paths = new Map<number, string>();
	for (let i = 0; i < rows; i++)
		for (let j = 0; j < columns; ) {
			const shade = shadeOf(values[i * columns + j]!);
			if (Number.isNaN(shade)) {
				j++;
				continue;
			}
			let end = j + 1;
			while (end < columns && shadeOf(values[i * columns + end]!) === shade) end++;
			paths.set(shade, `${paths.get(shade) ?? ""}M${x(j)},${y(i)}H${x(end)}V${y(i + 1)}H${x(j)}z`);
			j = end;
		}
	const group = element("g");
	group.setAttribute("shape-rendering", "crispEdges");
	for (const [shade, d] of paths) {
		const path = element("path");
		path.setAttribute("fill", colour(low + ((high - low) * shade) / (shades - 1)));
		path.setAttribute("d", d);
		group.append(path);
	}
	return group;
}
