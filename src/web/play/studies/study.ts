/** What the playground is told of a study: where it begins, what can be changed, what is shown. */
import type { Figure, FigureOptions } from "../../../figure/figure.ts";
import type { LabRecord } from "../lab-record.ts";
import type { Control, JsonObject } from "../options.ts";
import type { TrainingLab } from "../worker/protocol.ts";

export interface Preset {
	readonly name: string;
	/** A sentence or less. */
	readonly about: string;
	/** What it changes of the study's base. */
	readonly config: JsonObject;
}

/** A figure, and which part of the record it is drawn of: it is drawn again when that part changes. */
export interface PlayFigure {
	readonly id: string;
	readonly draw: (record: LabRecord, options: FigureOptions) => Figure | undefined;
	readonly of: (record: LabRecord) => unknown;
}

export interface PlayStudy {
	readonly name: "norm-growth" | "co-occurrence" | "shortcuts";
	readonly title: string;
	/** What it is about and what to try, a sentence or two each. */
	readonly about: string;
	readonly tryThis: string;
	/** What is smaller here than in the study itself. */
	readonly toy: string;
	readonly kind: "training" | "flow";
	readonly base: JsonObject;
	/** What presets are called, and the presets: the first is the initial one. */
	readonly presetLabel?: string;
	readonly presets: readonly Preset[];
	readonly controls: readonly Control[];
	readonly watch: NonNullable<TrainingLab["watch"]>;
	readonly figures: readonly PlayFigure[];
	/** The name of a run, in legends. */
	readonly runName: (config: JsonObject, preset: string) => string;
	/** What theory says beside what is measured, as facts. */
	readonly facts: (record: LabRecord) => readonly Fact[];
}

export interface Fact {
	readonly name: string;
	readonly measured?: string;
	readonly predicted?: string;
}

/** Four significant digits. */
export const short = (value: number): string => String(Number(value.toPrecision(4)));
