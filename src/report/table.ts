/** A table of a report's section: words and numbers that belong to no figure. */
import { html } from "hono/html";
import { formatNumber } from "./format-number.ts";

export interface ReportTable {
	readonly title?: string;
	/** What the columns mean, and what to keep in mind. */
	readonly note?: string;
	readonly columns: readonly string[];
	/** Numbers stand to the right. Undefined: it was not measured. */
	readonly rows: readonly (readonly (string | number | undefined)[])[];
	/** If given, the table is folded away under these words. */
	readonly summary?: string;
}

export const tableSection = ({ title, note, columns, rows, summary }: ReportTable) => {
	const isNumber = columns.map((_, j) => rows.some((row) => typeof row[j] === "number"));
	const body = html`
<div class="runs scroll" tabindex="0"><table><thead><tr>${columns.map((column, j) => html`<th class="${isNumber[j] ? "number" : ""}">${column}</th>`)}</tr></thead>
<tbody>${rows.map(
		(row) =>
			html`<tr>${columns.map((_, j) =>
				isNumber[j]
					? html`<td class="number">${typeof row[j] === "number" ? formatNumber(row[j]) : (row[j] ?? "–")}</td>`
					: html`<td>${row[j] ?? "–"}</td>`,
			)}</tr>
`,
	)}</tbody></table></div>`;
	return html`
${title ? html`<h3>${title}</h3>` : ""}
${note ? html`<p class="quiet">${note}</p>` : ""}
${summary ? html`<details><summary>${summary}</summary>${body}</details>` : body}`;
};
