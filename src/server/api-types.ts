/**
 * What the page and the server say to each other: one type for each address under `/api/`.
 *
 *     GET  /api/entries                                   EntriesAnswer
 *     GET  /api/words                                     WordsAnswer
 *     GET  /api/entry?path=                               EntryAnswer
 *     GET  /api/metrics?run=&run=&key=&key=&points=&axis=&from=&to=
 *                                                         MetricsAnswer (src/query/metrics-query.ts); a row's `run` is its entry's path
 *     GET  /api/compare?run=&run=                         CompareAnswer
 *     GET  /api/sweep?path=&key=                          SweepAnswer
 *     GET  /api/export?run=&key=&from=&to=&format=        a file to save: csv, parquet or jsonl
 *     GET  /api/events                                    server-sent events: `ready` first, after which nothing is missed (ask for the
 *                                                         entries then, and again at each `ready` of a reconnection), then
 *                                                         `change` with a ChangeEvent
 *     POST /api/stop?path=                                StopAnswer; only where `mayStop`
 *
 * A failure has a status of 400 or more and a `Failure` for body. Paths are those of `Entry.path`; keys may be globs.
 * `undefined` does not pass through JSON: it is null where a list holds it, and a missing key elsewhere.
 */
import type { Boundary, PhaseCell } from "../figure/phase-diagram.ts";
import type { ConfigDifference, Entry } from "../query/entry.ts";
import type { JudgedClaim } from "../report/claim.ts";

/** What went wrong, in a sentence for the person at the page. */
export interface Failure {
	readonly error: string;
}

export interface EntriesAnswer {
	/** The folder that is served, as this machine names it. */
	readonly folder: string;
	/** The last changed first. */
	readonly entries: readonly Entry[];
	/** Whether trainings may be stopped from the page (`orrery serve --allow-stop`). */
	readonly mayStop: boolean;
}

/**
 * What tells each run apart from its siblings (the runs of the same study, sweep or folder), in a few words such as
 * `lr 1e-3, wd 0.1`; empty where nothing does. By path. Asked for apart: it reads every configuration.
 */
export interface WordsAnswer {
	readonly words: Readonly<Record<string, string>>;
}

/** Everything about one entry but its metrics. */
export interface EntryAnswer {
	readonly entry: Entry;
	/** The content of `config.json`, of a sweep `sweep.json`, of a series `inspect.json`; absent where there is none. */
	readonly config?: Readonly<Record<string, unknown>>;
	/** Of a run. */
	readonly status?: EntryStatus;
	/** The keys of its metrics, sorted, without `step`; empty where it has none. */
	readonly keys: readonly string[];
	/** Of a study. */
	readonly study?: StudyDetail;
	/** The entries that belong to it: a study's experiments, a sweep's cells. */
	readonly children: readonly Entry[];
	/** Files to look at or to save: report, configuration, metrics, figures. */
	readonly files: readonly EntryFile[];
	readonly mayStop: boolean;
}

/** The content of a run's `status.json`. */
export interface EntryStatus {
	readonly state: NonNullable<Entry["state"]>;
	readonly step: number;
	readonly steps: number;
	readonly message?: string | undefined;
	/** Wall-clock seconds of running, and the part of them spent on measuring. */
	readonly seconds: number;
	readonly measureSeconds: number;
	/** When it was last written, ISO 8601. */
	readonly updated: string;
}

export interface EntryFile {
	/** Relative to the entry's folder, parts joined by `/`: `report.html`, `figures/norm.svg`. */
	readonly name: string;
	/** Its address on this server: `/files/…`. */
	readonly href: string;
	/** Bytes. */
	readonly size: number;
}

export interface StudyDetail {
	/** As in `orrery study <name>`. */
	readonly name: string;
	readonly preset: string;
	readonly title: string;
	/** In the order of the report. */
	readonly parts: readonly StudyPart[];
	/** In the order in which they are done. Of an analysis, which has no entry, `path` is absent. */
	readonly experiments: readonly {
		readonly name: string;
		readonly kind: "training" | "flow" | "sweep" | "analysis";
		readonly state: NonNullable<Entry["state"]>;
		readonly path?: string | undefined;
	}[];
	/** The drawings and data that the study wrote when it was last judged, by id. */
	readonly figures: readonly { readonly id: string; readonly svg: string; readonly csv: string }[];
}

export interface StudyPart {
	readonly name: string;
	readonly title: string;
	readonly introduction?: string | undefined;
	readonly claims: readonly JudgedClaim[];
}

export interface CompareAnswer {
	/** In the order asked for. `words` tells each apart from the others. */
	readonly runs: readonly { readonly path: string; readonly words: string }[];
	/** Values in the order of `runs`; null where a configuration lacks the key. */
	readonly differences: readonly ConfigDifference[];
}

/** A value of an axis of a sweep. */
export type Coordinate = string | number | boolean;

export interface SweepAnswer {
	readonly path: string;
	readonly name: string;
	/** Values by dotted key of the configuration. */
	readonly axes: Readonly<Record<string, readonly Coordinate[]>>;
	/** Names; none where the sweep has no variants. */
	readonly variants: readonly string[];
	readonly seeds: readonly number[];
	/** Every combination, the seed varying slowest, then the variant, then the first axis. */
	readonly cells: readonly SweepCell[];
	/** Where the axes are learning rate and weight decay alone, for `drawPhaseDiagram`. */
	readonly phase?: {
		/** In the order of `cells`. `path` leads to the run, and is absent where it never began. */
		readonly cells: readonly (PhaseCell & { readonly path?: string | undefined })[];
		readonly boundaries: readonly Boundary[];
		readonly defaults: { readonly learningRate: number; readonly weightDecay: number };
	};
}

export interface SweepCell {
	/** Of its entry; absent where its run never began. */
	readonly path?: string | undefined;
	/** `learningRate 0.001, weightDecay 0.01, seed 0`. */
	readonly title: string;
	/** The value of each axis; of a sweep with variants also `variant`. */
	readonly coordinates: Readonly<Record<string, Coordinate>>;
	readonly seed: number;
	readonly state: NonNullable<Entry["state"]> | "missing";
	readonly message?: string | undefined;
	/** First and last value of each key asked for; without `key=`, losses, the encoder's norm and saturation. */
	readonly values: Readonly<Record<string, { readonly first: number; readonly last: number }>>;
}

/** Sent at most twice a second, when something has changed. */
export interface ChangeEvent {
	/** Entries that are new or have changed: replace those of the same path. */
	readonly changed: readonly Entry[];
	/** Paths of entries that are gone. */
	readonly removed: readonly string[];
}

export type ExportFormat = "csv" | "parquet" | "jsonl";

/**
 * The process was asked to save and to end, as by Ctrl-C; events tell when it has. A training of a study takes its study
 * with it, which is the same process; cells are stopped through their sweep.
 */
export interface StopAnswer {
	readonly stopping: true;
}
