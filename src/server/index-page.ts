/** The server's first page: the reports and runs of the folder, newest first. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { html, raw } from "hono/html";
import { countVerdicts, type JudgedClaim } from "../report/claim.ts";
import { pageStyle } from "../report/page-style.ts";
import { readStatus } from "../run/status.ts";

/** Runs lie in the folder itself, in a study's folder within it, or in a folder of that. */
const depth = 4;

interface Entry {
	/** Relative to the folder, with `/`; empty for the folder itself. */
	readonly path: string;
	readonly hasReport: boolean;
	/** Of a run: `finished, step 1200 of 1200`. */
	readonly state: string | undefined;
	/** Of a study: how many claims hold. */
	readonly claims: string | undefined;
	/** Last change, milliseconds. */
	readonly changed: number;
}

export async function renderIndex(root: string): Promise<string> {
	const entries = (await findEntries(root, root, depth)).sort((x, y) => y.changed - x.changed);
	const link = (entry: Entry, file: string) =>
		`/${[...entry.path.split("/").filter(Boolean), file].map(encodeURIComponent).join("/")}`;
	return String(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Orrery: runs</title><link rel="icon" href="data:,"><style>${raw(pageStyle)}</style></head>
<body><header><h1>Runs and reports</h1></header>
<p class="quiet">${root}</p>
${
	entries.length === 0
		? html`<p>Nothing here yet. Train a model with <code>npx orrery train</code> or <code>npx orrery study norm-growth</code>.</p>`
		: html`<div class="scroll"><table><thead><tr><th>Name</th><th>State</th><th>Report</th><th>Data</th></tr></thead><tbody>${entries.map(
				(entry) => html`<tr><td>${entry.path || "."}</td><td>${entry.claims ?? entry.state ?? ""}</td>
<td>${entry.hasReport ? html`<a href="${link(entry, "report.html")}">report</a>` : ""}</td>
<td>${
					entry.state === undefined
						? entry.claims === undefined
							? ""
							: html`<a href="${link(entry, "study.json")}">study.json</a>`
						: html`<a href="${link(entry, "config.json")}">config.json</a> <a href="${link(entry, "metrics.jsonl")}">metrics.jsonl</a>`
				}</td></tr>
`,
			)}</tbody></table></div>`
}
</body></html>
`);
}

async function findEntries(root: string, dir: string, levels: number): Promise<Entry[]> {
	const children = await readdir(dir, { withFileTypes: true }).catch(() => []);
	const names = new Set(children.map(({ name }) => name));
	const entries: Entry[] = [];
	const [hasReport, isRun, isStudy] = ["report.html", "status.json", "study.json"].map((file) =>
		names.has(file),
	);
	if (hasReport || isRun || isStudy)
		entries.push({
			path: relative(root, dir).split(sep).join("/"),
			hasReport: hasReport!,
			state: isRun ? await describeRun(dir) : undefined,
			claims: isStudy ? await describeStudy(dir) : undefined,
			changed: (await stat(dir)).mtimeMs,
		});
	if (levels > 1 && !isRun)
		for (const child of children)
			if (child.isDirectory() && !child.name.startsWith("."))
				entries.push(...(await findEntries(root, join(dir, child.name), levels - 1)));
	return entries;
}

/** A folder that cannot be read says so in its row; the others are still shown. */
async function describeRun(dir: string): Promise<string> {
	try {
		const { state, step, steps } = await readStatus(dir);
		return `${state}, step ${step} of ${steps}`;
	} catch (error) {
		return (error as Error).message;
	}
}

async function describeStudy(dir: string): Promise<string> {
	try {
		const text = await readFile(join(dir, "study.json"), "utf8");
		return countVerdicts((JSON.parse(text) as { claims: JudgedClaim[] }).claims);
	} catch {
		return "study.json cannot be read";
	}
}
