/**
 * Colours that people with any colour vision can tell apart, on light and on dark ground.
 *
 * After Okabe & Ito's set, darkened on white and lightened on black until each has a contrast of at least 3 : 1.
 * Drawings name a variable with its light value as fallback, `var(--series-1, #0072b2)`, so they are right without
 * any style sheet; a page that includes `paletteCss` switches them with its theme. Symbols repeat what colours say.
 */
import type { SymbolType } from "@observablehq/plot";

const light = ["#0072b2", "#d55e00", "#00805d", "#b3468a", "#8a6d00", "#5a5a5a"];
const dark = ["#56b4e9", "#ff8c42", "#2bc49a", "#e79ac8", "#e3c62e", "#b5b5b5"];

/** One colour a series, repeating after the sixth. */
export const seriesColours = light.map((colour, i) => `var(--series-${i + 1}, ${colour})`);
export const seriesSymbols: SymbolType[] = ["circle", "square", "triangle", "diamond2", "star", "times"];

/** The symbol of a series: as colours repeat, another, so that 36 series are told apart. */
export const symbolOf = (series: number): SymbolType =>
	seriesSymbols[(series + Math.floor(series / seriesColours.length)) % seriesSymbols.length]!;

const variables = (colours: readonly string[]) =>
	colours.map((colour, i) => `--series-${i + 1}: ${colour};`).join(" ");

/** The variables for the system's theme, and for a `data-theme` of the root element that overrides it. */
export const paletteCss = `:root { ${variables(light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(dark)} } }
:root[data-theme="light"] { ${variables(light)} }
:root[data-theme="dark"] { ${variables(dark)} }`;

/** A drawing as a file of its own: colours resolved to their light values, on white. */
export function standaloneSvg(svg: SVGSVGElement): string {
	const copy = svg.cloneNode(true) as SVGSVGElement;
	copy.setAttribute("style", "color: #1a1a1a; background: #ffffff");
	copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
	// Links of a drawing begin at the page that it was drawn for.
	for (const link of copy.querySelectorAll("a")) link.removeAttribute("href");
	return copy.outerHTML.replace(/var\(--[a-z0-9-]+, (#[0-9a-f]{6})\)/g, "$1");
}
