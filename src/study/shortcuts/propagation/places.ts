/** How the claims of this part name what they speak of. */
import type { Row } from "../../../figure/figure.ts";

/** Not the paper's own words, but what follows from it. */
export const derived = (section: string) => `specification ${section}, derived`;

/** Who and where, for the detail of a claim. */
export const at = (row: Row) =>
	[
		row["network"],
		...["width", "depth", "block", "seed"].flatMap((key) =>
			row[key] === undefined ? [] : `${key} ${row[key]}`,
		),
	].join(", ");

/** Plain attention without skips, normed or not. */
export const isVanilla = ({ network }: Row) => network === "vanilla" || network === "vanilla, norms";
