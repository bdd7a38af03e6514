/** The growth laws of norms as a table. */
import { html } from "hono/html";
import { type GrowthFit, type GrowthLaw, lawNames } from "../theory/growth-law.ts";

export interface NamedFits {
	readonly name: string;
	/** As `rankedLaws` gives them. */
	readonly fits: readonly GrowthFit[];
}

/** Which growth law norms follow: every law with its r², the smallest residual in bold. */
export const lawsTable = (laws: readonly NamedFits[]) => {
	const ranked = laws.filter(({ fits }) => fits.length > 0);
	if (ranked.length === 0) return "";
	return html`
<h3>Growth laws of the norm</h3>
<p class="quiet">Least squares over steps at equal distances. r², and in brackets the standard error of the residuals; in bold the smallest. t^p has one coefficient more than the others.</p>
<div class="runs scroll" tabindex="0"><table><thead><tr><th>Law</th>${ranked.map(({ name }) => html`<th class="number">${name}</th>`)}</tr></thead>
<tbody>${(Object.keys(lawNames) as GrowthLaw[]).map(
		(
			law,
		) => html`<tr><th>${law === "squared" ? lawNames[law] : law === "power" ? "a·t^p + b" : `a·${lawNames[law]} + b`}</th>${ranked.map(
			({ fits }) => {
				const fit = fits.find((candidate) => candidate.law === law);
				if (!fit) return html`<td class="number">–</td>`;
				const text = `${fit.r2.toFixed(4)} (${Number(fit.residual.toPrecision(2))})${law === "power" ? `, p = ${fit.exponent.toFixed(2)}` : ""}`;
				return html`<td class="number">${fit === fits[0] ? html`<b>${text}</b>` : text}</td>`;
			},
		)}</tr>
`,
	)}</tbody></table></div>`;
};
