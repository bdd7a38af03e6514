/**
 * The claims of a section as a table of statements. A statement asked of several configurations or models is one row, with
 * a cell for each of them, so that the eye finds where it fails; what was measured over which seeds is folded away.
 */
import { html } from "hono/html";
import type { JudgedClaim, Verdict } from "./claim.ts";
import { formatNumber, shortNumber } from "./format-number.ts";

const marks: Readonly<Record<Verdict, string>> = { holds: "✓", fails: "✗", "not measured": "–" };
const verdicts = Object.keys(marks) as Verdict[];

const classOf = (verdict: Verdict) => verdict.replace(" ", "-");

/** A longer table is folded: figures, which come after it, say more at a glance. */
const most = 15;

export const claimsTable = (claims: readonly JudgedClaim[]) => {
	const statements = statementsOf(claims);
	if (statements.length <= most) return html`${outsideNote(claims)}${table(statements)}`;
	const isOpen = (asked: readonly JudgedClaim[]) =>
		asked.some(({ outside, verdict }) => outside === undefined && verdict !== "holds");
	const open = statements.filter(isOpen);
	const settled = statements.filter((asked) => !isOpen(asked));
	return html`
${outsideNote(claims)}
${open.length > 0 ? table(open) : ""}
${settled.length > 0 ? html`<details><summary>${settled.length} ${open.length > 0 ? "more " : ""}statements hold wherever the paper claims them: what was measured</summary>${table(settled)}</details>` : ""}`;
};

const table = (statements: readonly (readonly JudgedClaim[])[]) => html`
<div class="claims scroll"><table><thead><tr><th>Verdict</th><th>Claim</th><th class="number">Measured</th><th>Expected</th></tr></thead>
<tbody>${statements.map((asked) => (asked.length === 1 ? singleRow(asked[0]!) : statementRow(asked)))}</tbody></table></div>`;

/** Claims with the same sentence together, in order of their first. */
function statementsOf(claims: readonly JudgedClaim[]): JudgedClaim[][] {
	const statements = new Map<string, JudgedClaim[]>();
	for (const claim of claims) {
		const key = claim.of === undefined ? claim.id : claim.claim;
		statements.set(key, [...(statements.get(key) ?? []), claim]);
	}
	return [...statements.values()];
}

/** What dashed frames mean, and which hypothesis each configuration of the section breaks. */
const outsideNote = (claims: readonly JudgedClaim[]) => {
	const reasons = new Map(
		claims.flatMap(({ of, outside }) =>
			of !== undefined && outside !== undefined ? [[`${of}: ${outside}`, { of, outside }] as const] : [],
		),
	);
	if (reasons.size === 0) return "";
	return html`<details class="outside-note"><summary>A dashed frame: asked outside of the paper's hypotheses, where the paper claims nothing. Which are broken?</summary>
<dl>${[...reasons.values()].map(({ of, outside }) => html`<dt>${of}</dt><dd>${outside}</dd>`)}</dl></details>`;
};

const singleRow = (claim: JudgedClaim) => {
	const { id, of, place, detail, caveat, outside, measured, expected, verdict } = claim;
	return html`
<tr id="claim-${id}"><td class="verdict ${classOf(verdict)}">${marks[verdict]} ${verdict}${outside ? html`<br><span class="outside">outside of the hypotheses</span>` : ""}</td>
<td><span title="${id}">${of === undefined ? "" : `${of}: `}${claim.claim}</span> <span class="detail">[${place}]</span><br><span class="detail">${detail}${caveat ? html` <em>${caveat}</em>` : ""}${outside ? html` <em>Outside of the hypotheses: ${outside}</em>` : ""}</span></td>
<td class="number" data-label="Measured">${numberOf(measured)}</td>
<td class="expected" data-label="Expected">${expected}</td></tr>
`;
};

const statementRow = (asked: readonly JudgedClaim[]) => {
	const [{ claim, place }] = asked as readonly [JudgedClaim];
	const [expected, caveat] = [common(asked, "expected"), common(asked, "caveat")];
	const outside = asked.filter((one) => one.outside !== undefined);
	const inside = asked.filter((one) => one.outside === undefined);
	return html`
<tr><td class="verdict">${inside.length > 0 ? html`<div>${verdictCounts(inside)}</div>` : ""}${outside.length > 0 ? html`<div class="outside">outside ${verdictCounts(outside)}</div>` : ""}</td>
<td colspan="2">${claim} <span class="detail">[${place}]${caveat ? html` <em>${caveat}</em>` : ""}</span>
<ul class="cells">${asked.map(
		({ id, of, outside, verdict, measured }) =>
			html`<li id="claim-${id}" title="${id}" class="${classOf(verdict)}${outside === undefined ? "" : " outside"}"><b>${of}</b> ${marks[verdict]} ${measured === null ? "" : shortNumber(measured)}<span class="unseen"> ${verdict}${outside === undefined ? "" : ", outside of the hypotheses"}</span></li>`,
	)}</ul>
<details><summary>How it was measured</summary><dl class="detail">${asked.map(
		(one) =>
			html`<dt>${one.of}</dt><dd>${one.detail}${expected === undefined ? ` Expected ${one.expected}.` : ""}${caveat === undefined && one.caveat !== undefined ? html` <em>${one.caveat}</em>` : ""}</dd>`,
	)}</dl></details></td>
<td class="expected" data-label="Expected">${expected ?? "differs"}</td></tr>
`;
};

/** `✓ 5 ✗ 2`, as far as there are any. */
const verdictCounts = (claims: readonly JudgedClaim[]) =>
	verdicts.map((verdict) => {
		const count = claims.filter((claim) => claim.verdict === verdict).length;
		return count === 0
			? ""
			: html`<span class="${classOf(verdict)}" title="${count} ${verdict}">${marks[verdict]}&nbsp;${count}</span> `;
	});

/** What all of them say, if they say the same. */
function common(claims: readonly JudgedClaim[], key: "expected" | "caveat"): string | undefined {
	const said = new Set(claims.map((claim) => claim[key]));
	return said.size === 1 ? claims[0]![key] : undefined;
}

const numberOf = (measured: number | null) => (measured === null ? "–" : formatNumber(measured));
