/**
 * The report: one HTML file that holds everything it shows and asks nothing of any network.
 *
 * Words first (how many claims hold), then a section a topic: what it is about, its claims, its runs, its figures with
 * their data and downloads; last the configuration. All text is escaped by the template; the policy in the head lets
 * nothing run but the one script whose hash it names.
 */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import { columnsOf, toCsv } from "../figure/csv.ts";
import type { Figure } from "../figure/figure.ts";
import { replaceFile } from "../run/replace-file.ts";
import { countVerdicts, type JudgedClaim } from "./claim.ts";
import { claimsTable } from "./claims-table.ts";
import { flatten } from "./flatten.ts";
import { formatNumber } from "./format-number.ts";
import { rankedLaws } from "./growth.ts";
import { lawsTable, type NamedFits } from "./laws-table.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";
import { provenanceOf, runFacts } from "./run-facts.ts";
import type { RunRecord } from "./run-record.ts";
import { type ReportTable, tableSection } from "./table.ts";

export interface Report {
	readonly title: string;
	/** A paragraph under the title: what was run, and what to keep in mind. */
	readonly introduction?: string;
	/** What a reader must know to read the claims rightly. */
	readonly notes?: readonly string[];
	readonly sections: readonly ReportSection[];
}

export interface ReportSection {
	/** A short name for links. */
	readonly name: string;
	readonly title: string;
	readonly introduction?: string;
	readonly claims?: readonly JudgedClaim[];
	/** Runs whose facts and growth laws are tabulated. */
	readonly runs?: readonly RunRecord[];
	readonly tables?: readonly ReportTable[];
	/** All growth laws fitted to some norms, smallest residual first. Default: those of the runs. */
	readonly laws?: readonly NamedFits[];
	readonly figures: readonly Figure[];
}

/** Writes the report in one move: whoever opens the path sees the old one or the new one. */
export async function writeReport(path: string, report: Report): Promise<void> {
	await replaceFile(path, renderReport(report));
}

export function renderReport({ title, introduction, notes = [], sections }: Report): string {
	const shown = sections.filter(
		({ claims = [], runs = [], tables = [], figures }) =>
			claims.length + runs.length + tables.length + figures.length > 0,
	);
	const claims = shown.flatMap((section) => section.claims ?? []);
	const runs = [...new Set(shown.flatMap((section) => section.runs ?? []))];
	const scriptHash = createHash("sha256").update(pageScript).digest("base64");
	const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-${scriptHash}'`;
	return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Orrery">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${raw(pageStyle)}</style>
</head>
<body>
<header><h1>${title}</h1><button id="theme" type="button">Light or dark</button></header>
${claims.length > 0 ? html`<p class="lead">${countVerdicts(claims)}.</p>` : ""}
${introduction ? html`<p>${introduction}</p>` : ""}
${
	notes.length > 0
		? html`<details><summary>Where the paper, its code and the mathematics disagree</summary><ul>${notes.map((note) => html`<li>${note}</li>`)}</ul></details>`
		: ""
}
<nav aria-label="Sections"><ul>${shown.map(
		({ name, title, claims = [] }) =>
			html`<li><a href="#section-${name}">${title}</a>${claims.length > 0 ? html` <span class="quiet">${countVerdicts(claims)}</span>` : ""}</li>`,
	)}${runs.length > 0 ? html`<li><a href="#configuration">Configuration and machine</a></li>` : ""}</ul></nav>
${shown.map(section)}
${runs.length > 0 ? configurationSection(runs) : ""}
<footer class="quiet">Written by Orrery. Every number comes from the metrics of the runs or from the checkpoints named here or, where it says so, from a published series.</footer>
<script>${raw(pageScript)}</script>
</body>
</html>
`);
}

const section = ({
	name,
	title,
	introduction,
	claims = [],
	runs = [],
	tables = [],
	laws,
	figures,
}: ReportSection) => html`
<section aria-labelledby="section-${name}"><h2 id="section-${name}">${title}</h2>
${introduction ? html`<p>${introduction}</p>` : ""}
${runs.length > 0 ? runsTable(runs) : ""}
${tables.map(tableSection)}
${lawsTable(laws ?? runs.map(({ name, rows }) => ({ name, fits: rankedLaws(rows) })))}
${claims.length > 0 ? claimsTable(claims) : ""}
${[...new Set(figures.flatMap(({ svg }) => svg.getAttribute("data-clock") ?? []))].map(clockControl)}
${figures.length > 0 ? html`<div class="figures">${figures.map(figureSection)}</div>` : ""}</section>`;

/** Hidden until the script that it needs has started. */
const clockControl = (name: string) => html`
<div class="clock" data-clock="${name}" role="group" aria-label="Play-head of the figures below" hidden>
<button type="button">▶ Play</button>
<input type="range" min="0" max="1000" value="0" aria-label="Training time ${name}">
<span class="read-out">${name}</span></div>`;

const runsTable = (runs: readonly RunRecord[]) => {
	const facts = runs.map(runFacts);
	const names = [...new Set(facts.flatMap(Object.keys))];
	const engines = new Set(runs.flatMap(({ config }) => provenanceOf(config)?.engine ?? []));
	return html`
<div class="runs scroll" tabindex="0"><table><thead><tr><th>Run</th>${names.map((name) => html`<th class="number">${name}</th>`)}</tr></thead>
<tbody>${runs.map(
		(run, i) =>
			html`<tr><th>${run.name}</th>${names.map((name) => html`<td class="number">${facts[i]![name] ?? "–"}</td>`)}</tr>
`,
	)}</tbody></table></div>
${engines.size > 0 ? html`<p class="quiet">Computed by ${[...engines].join("; ")}.</p>` : ""}`;
};

/** Rows of a figure's table in the page: a table of tens of thousands is no longer read, and slows the page. */
const mostShown = 2000;

const figureSection = ({ id, title, caption, svg, rows }: Figure) => {
	const columns = columnsOf(rows);
	const shown = rows.slice(0, mostShown);
	const rest = rows.length > mostShown ? `; the first ${mostShown} here, all in the CSV file` : "";
	return html`
<figure id="${id}"><h3>${title}</h3>
${raw(svg.outerHTML)}
<figcaption class="caption">${caption}</figcaption>
<div class="buttons"><button type="button" data-download="svg">SVG</button><button type="button" data-download="png">PNG</button><button type="button" data-download="csv">CSV</button></div>
<details><summary>Data: ${rows.length} rows${rest}</summary><div class="scroll data" tabindex="0"><table><thead><tr>${columns.map((column) => html`<th>${column}</th>`)}</tr></thead>
<tbody>${shown.map(
		(row) =>
			html`<tr>${columns.map((column) =>
				// Tens of thousands of numbers: each must be short.
				typeof row[column] === "number"
					? html`<td>${formatNumber(row[column])}</td>`
					: html`<td class="text">${row[column] ?? ""}</td>`,
			)}</tr>
`,
	)}</tbody></table></div></details><pre hidden>${toCsv(rows)}</pre></figure>
`;
};

const configurationSection = (runs: readonly RunRecord[]) => {
	const flat = runs.map((run) => flatten(run.config));
	const keys = [...new Set(flat.flatMap((config) => [...config.keys()]))];
	return html`
<section aria-labelledby="configuration"><h2 id="configuration">Configuration and machine</h2>
<p class="quiet">As resolved when the run began, defaults filled in. Rows in bold differ between the runs.</p>
<details><summary>${keys.length} settings</summary><div class="scroll" tabindex="0"><table><thead><tr><th>Setting</th>${runs.map((run) => html`<th>${run.name}</th>`)}</tr></thead>
<tbody>${keys.map((key) => {
		const values = flat.map((config) => config.get(key) ?? "");
		return html`<tr class="${new Set(values).size > 1 ? "differs" : ""}"><td>${key}</td>${values.map((value) => html`<td>${value}</td>`)}</tr>
`;
	})}</tbody></table></div></details></section>`;
};
