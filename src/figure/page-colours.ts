/**
 * The colours of every page, report or dashboard: light and dark, by the system's theme or by a `data-theme` of the root
 * element that overrides it. Text on `--ground` and on `--raised` has a contrast of at least 4.5 : 1.
 */
import { paletteCss } from "./palette.ts";

const light =
	"--ground: #ffffff; --ink: #1a1c20; --quiet: #5b616b; --edge: #d9dce1; --raised: #f5f6f8; --link: #0b5cad;" +
	"--holds: #00704f; --fails: #b3261e; --open: #6b5900; color-scheme: light;";
const dark =
	"--ground: #14171c; --ink: #e7e9ec; --quiet: #a3a9b3; --edge: #353a43; --raised: #1d2128; --link: #7cb8ff;" +
	"--holds: #4cc9a0; --fails: #ff8a80; --open: #e3c62e; color-scheme: dark;";

/** The variables, those of figures too. */
export const pageColours = `:root { ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
:root[data-theme="light"] { ${light} }
:root[data-theme="dark"] { ${dark} }
${paletteCss}`;
