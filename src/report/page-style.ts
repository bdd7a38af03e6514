/** The report's style sheet: one column on a telephone, two of figures on a desk; light, dark, and paper. */
import { pageColours } from "../figure/page-colours.ts";

/** The claims of a study (`claims-table.ts`), in a report and in the dashboard: on a telephone every claim is a block. */
export const claimsStyle = `
.claims table { width: 100%; }
.claims .detail { color: var(--quiet); font-size: .8125rem; }
.claims .expected { white-space: nowrap; }
.verdict { font-weight: 600; white-space: nowrap; }
.verdict .outside { font-weight: 400; font-size: .8125rem; color: var(--quiet); white-space: normal; }
.verdict div.outside span { font-weight: 600; }
.cells { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 6px; margin: 8px 0; padding: 0;
	list-style: none; }
.cells li { padding: 2px 8px; border: 1px solid; border-radius: 6px; font-size: .8125rem; font-variant-numeric: tabular-nums;
	overflow-wrap: anywhere; }
.cells .outside { border-style: dashed; }
.cells b { color: var(--ink); }
:is(.claims, .outside-note) dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; margin: 6px 0; }
:is(.claims, .outside-note) dt { font-weight: 600; }
:is(.claims, .outside-note) dd { margin: 0; min-width: 0; }
.outside-note dl { max-width: 84ch; font-size: .875rem; }
.holds { color: var(--holds); } .fails { color: var(--fails); } .not-measured { color: var(--open); }
@media (max-width: 760px) {
	.claims thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
	.claims tr { display: block; padding: 12px 0; border-bottom: 1px solid var(--edge); }
	.claims td { display: block; border: 0; padding: 1px 0; text-align: left; }
	.claims td.number { text-align: left; }
	.claims td[data-label]::before { content: attr(data-label) ": "; color: var(--quiet); }
}`;

export const pageStyle = `
${pageColours}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1160px; padding: 16px; background: var(--ground); color: var(--ink);
	font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
header { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: baseline; justify-content: space-between; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 8px 0; }
h2 { font-size: 1.3rem; margin: 56px 0 12px; padding-top: 12px; border-top: 1px solid var(--edge); }
h3 { font-size: 1rem; margin: 16px 0 8px; }
figure h3 { margin-top: 0; }
.claims, .runs { margin: 16px 0 24px; }
a { color: var(--link); }
p { max-width: 72ch; }
.quiet, .caption { color: var(--quiet); font-size: .875rem; }
.caption { margin: 8px 0; }
button { font: inherit; font-size: .8125rem; padding: 3px 10px; border: 1px solid var(--edge); border-radius: 6px;
	background: var(--raised); color: var(--ink); cursor: pointer; }
button:hover { border-color: var(--quiet); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; font-size: .875rem; }
th, td { padding: 6px 10px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--edge); }
th { font-weight: 600; }
td.number, th.number, .data td:not(.text) { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.scroll { overflow-x: auto; max-width: 100%; }
details ul { max-width: 84ch; }
.lead { font-size: 1.1rem; font-weight: 600; }
nav ul { columns: 2 320px; column-gap: 40px; padding-left: 20px; margin: 8px 0; }
.runs td.number, .runs th.number { white-space: normal; }
.unseen { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 500px), 1fr)); gap: 40px 32px; }
figure { margin: 0; min-width: 0; }
figure svg { display: block; width: 100%; max-width: 560px; height: auto; }
.clock { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center;
	margin: 0 0 20px; padding: 8px 0; background: var(--ground); border-bottom: 1px solid var(--edge); }
.clock[hidden] { display: none; }
.clock button { min-width: 84px; }
.clock input { flex: 1 1 160px; margin: 0; accent-color: var(--link); }
.clock .read-out { flex: 0 1 280px; font-size: .875rem; font-variant-numeric: tabular-nums; }
.clock ~ .figures :is(button, summary) { scroll-margin-top: 72px; }
.buttons { display: flex; gap: 8px; margin: 8px 0; }
details { margin: 8px 0; }
summary { cursor: pointer; font-size: .875rem; }
details .scroll { max-height: 320px; overflow: auto; margin-top: 8px; border: 1px solid var(--edge); border-radius: 6px; }
details thead th { position: sticky; top: 0; background: var(--raised); }
tr.differs td { font-weight: 600; }
${claimsStyle}
footer { margin: 48px 0 16px; padding-top: 12px; border-top: 1px solid var(--edge); }
@media (max-width: 760px) {
	.runs th, .runs td.number { font-size: .75rem; padding: 4px; white-space: normal; }
}
@media print { .buttons, .clock, #theme { display: none; } figure, .claims tr { break-inside: avoid; } }
`;
