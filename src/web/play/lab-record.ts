/** What a lab has said so far, as one value that is replaced with every message: the page shows it, figures draw it. */
import { type Row, runsOf } from "../../figure/figure.ts";
import type { JsonObject } from "./options.ts";
import type { FromWorker, LabState, Opened, Phase } from "./worker/protocol.ts";

type Heads = Extract<FromWorker, { type: "heads" }>;
type Signals = Extract<FromWorker, { type: "signals" }>;

export interface LabRecord {
	readonly lab: number;
	/** As asked for; defaults are not filled in. */
	readonly config: JsonObject;
	/** The run's name in legends. */
	readonly name: string;
	readonly state: LabState | "failed";
	readonly step: number;
	readonly opened?: Opened;
	readonly rows: readonly Row[];
	/** In order of step, thinned out where they are many. */
	readonly heads: readonly Heads[];
	readonly signals: readonly Signals[];
	readonly phases: readonly Phase[];
	readonly tokensPerSecond?: number;
	readonly fraction?: number;
	/** Why it diverged or failed, and whether the visitor can do something about it. */
	readonly message?: string;
	readonly isBug?: boolean;
}

/** Pictures that are kept: a play-head shows no more, and each may be a megabyte. */
const mostPictures = 40;

export const emptyRecord = (lab: number, config: JsonObject = {}, name = "run"): LabRecord => ({
	lab,
	config,
	name,
	state: "opening",
	step: 0,
	rows: [],
	heads: [],
	signals: [],
	phases: [],
});

/** The record with a message more; what another lab said changes nothing. */
export function received(record: LabRecord, message: FromWorker): LabRecord {
	if (message.lab !== record.lab) return record;
	switch (message.type) {
		case "opened":
			return { ...record, opened: message.of };
		case "rows":
			return {
				...record,
				rows: [...record.rows, ...message.rows.map((row) => ({ ...row, run: record.name }) as Row)],
			};
		case "heads":
			return { ...record, heads: thinned([...record.heads, message]) };
		case "signals":
			return { ...record, signals: thinned([...record.signals, message]) };
		case "phases":
			return { ...record, phases: message.phases };
		case "state": {
			const { type: _, ...stands } = message;
			return { ...record, ...stands };
		}
		case "failed":
			return { ...record, state: "failed", message: message.message, isBug: !message.user };
	}
}

/** Every other one goes where there are too many; the first and the last stay. */
function thinned<T>(pictures: readonly T[]): readonly T[] {
	if (pictures.length <= mostPictures) return pictures;
	return pictures.filter((_, i) => i % 2 === 0 || i === pictures.length - 1);
}

/** The picture that shows how it stood at a step: the last one up to it; at no step the last of all. */
export const standingAt = <T extends { readonly step: number }>(
	pictures: readonly T[],
	at: number | undefined,
): T | undefined =>
	at === undefined ? pictures.at(-1) : (pictures.findLast(({ step }) => step <= at) ?? pictures[0]);

export const isFlowRecord = ({ rows }: LabRecord): boolean =>
	runsOf(rows).length > 0 && rows[0]!["flow/clock"] !== undefined;
