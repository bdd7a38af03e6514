/** What the address of an entry's page remembers, besides that of its figures (`shell/figure-state.ts`). */
import { list, text } from "../shell/query-state.ts";

export const runParameters = {
	path: text(),
	/** The filter of tensors, as it was typed. */
	tensors: text("param/*"),
	/** Of a study: the runs whose curves are shown, by path; empty for the first. */
	shown: list(),
};
