/** What a folder of runs holds, as the dashboard and the commands see it: one entry a run, study, sweep or series. */

export type EntryKind = "training" | "flow" | "study" | "sweep" | "series";

export interface Entry {
	/** Where it lies, relative to the served folder, parts joined by `/`; empty for the folder itself. Names it in addresses. */
	readonly path: string;
	readonly kind: EntryKind;
	/** What it is doing, or how it ended; absent where nothing says so. */
	readonly state?: "running" | "finished" | "interrupted" | "diverged" | "failed";
	/** Why it did not finish, or what cannot be read. */
	readonly message?: string;
	readonly step?: number;
	readonly steps?: number;
	/** The last training and validation loss. */
	readonly loss?: number;
	readonly validationLoss?: number;
	/** Of a study. */
	readonly claims?: { readonly holds: number; readonly fails: number; readonly open: number };
	readonly hasReport: boolean;
	/** The study or sweep that it belongs to: its path. */
	readonly parent?: string;
	/** Last change, milliseconds since 1970. */
	readonly changed: number;
}

/** One key in which configurations differ, dotted, and its value in each of them; absent values are undefined. */
export interface ConfigDifference {
	readonly key: string;
	readonly values: readonly unknown[];
}
