/**
 * Plot writes the places of marks with every digit of a float64 (paths it rounds itself). A hundredth of a unit is less
 * than any screen shows.
 */

const attributes = ["transform", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height"];

/** Rounds the places of marks in a drawing to hundredths; paths, texts and data stay as they are. */
export function roundCoordinates(svg: SVGElement): void {
	for (const node of svg.querySelectorAll("*"))
		for (const name of attributes) {
			const value = node.getAttribute(name);
			if (value?.includes(".")) node.setAttribute(name, value.replaceAll(decimal, rounded));
		}
}

const decimal = /-?\d*\.\d{3,}(e-?\d+)?/g;
const rounded = (text: string) => String(Number(Number(text).toFixed(2)));
