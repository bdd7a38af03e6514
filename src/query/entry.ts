/** What a folder of runs holds, as the dashboard and the commands see it: one entry a run, study, sweep or series. */

/** `report`: a folder with a report and nothing else that is known. */
export type EntryKind = "training" | "flow" | "study" | "sweep" | "series" | "report";

export interface Entry {
	/** Where it lies, relative to the served folder, parts joined by `/`; empty for the folder itself. Names it in addresses. */
	readonly path: string;
	readonly kind: EntryKind;
	/** What it is doing, or how it ended; absent where nothing says so. */
	readonly state?: "running" | "finished" | "interrupted" | "diverged" | "failed";
	/** Why it did not finish, or what cannot be read. */
	readonly message?: string;
	/** Updates made, and those of the whole run; of a sweep, cells that have ended, and all of them. */
	readonly step?: number;
	readonly steps?: number;
	/** The last training and validation loss. */
	readonly loss?: number;
	readonly validationLoss?: number;
	/** Of a study: verdicts of the claims that the paper makes; `open` ones were not measured. */
	readonly claims?: { readonly holds: number; readonly fails: number; readonly open: number };
	readonly hasReport: boolean;
	/** The study or sweep that it belongs to: its path. */
	readonly parent?: string;
	/** Last change of its own files, milliseconds since 1970. */
	readonly changed: number;
}

/** One key in which configurations differ, dotted, and its value in each of them; absent values are undefined. */
export interface ConfigDifference {
	readonly key: string;
	readonly values: readonly unknown[];
}
