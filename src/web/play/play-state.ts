/**
 * The playground's whole state as the query of its address: which study, what is changed of it, where it is paused, how it is
 * looked at, and what a teacher has hidden.
 *
 *     ?study=norm-growth&placement=post&learningRate=0.003&step=120&axis=log&hide=optimizer,seed
 *
 * What is not changed is not there. The visitor's own text stays on the device, and is not.
 */

import { figureParameters } from "../shell/figure-state.ts";
import {
	choice,
	flag,
	list,
	number,
	type Parameter,
	readState,
	text,
	writeState,
} from "../shell/query-state.ts";
import { configure, type JsonObject, joined, type Option, optionsOf, type Schema } from "./options.ts";
import { flowSchema, trainingSchema } from "./schemas.ts";
import { studies } from "./studies/studies.ts";
import type { PlayStudy } from "./studies/study.ts";

/** Every id of a control is a parameter too; an empty text is no change. */
const controlParameters: Readonly<Record<string, Parameter<string>>> = Object.fromEntries(
	studies.flatMap(({ controls }) => controls.map(({ id }) => [id, text()])),
);

const ownParameters = {
	study: choice(studies.map(({ name }) => name)),
	preset: text(),
	device: choice(["auto", "webgpu", "wasm"]),
	text: choice(["wikitext-2", "own"]),
	/** Paused, there. */
	step: number(),
	/** The axis, and where play-heads stand. */
	...figureParameters,
	/** Whether every option says what it means. */
	explain: flag(),
	hide: list(),
};

export const parameters: typeof ownParameters & Readonly<Record<string, Parameter<unknown>>> = {
	...controlParameters,
	...ownParameters,
};

export interface PlayState {
	readonly study: PlayStudy;
	/** Empty where the study has none. */
	readonly preset: string;
	/** The configuration of the lab, as far as it differs from the defaults. */
	readonly config: JsonObject;
	readonly options: readonly Option[];
	readonly device: "auto" | "webgpu" | "wasm";
	readonly text: "wikitext-2" | "own";
	readonly step: number | undefined;
	readonly axis: "sqrt" | "linear" | "log";
	readonly explain: boolean;
	readonly hide: ReadonlySet<string>;
}

export const schemaOf = ({ kind }: PlayStudy): Schema => (kind === "flow" ? flowSchema : trainingSchema);

/** Of an address. `hide` may be one list with commas, too, which is shorter to write. */
export function readPlay(query: URLSearchParams): PlayState {
	const { study: name, preset: wanted, hide, ...state } = readState(ownParameters, query);
	const study = studies.find((candidate) => candidate.name === name)!;
	const preset = study.presets.find((candidate) => candidate.name === wanted) ?? study.presets[0];
	const base = preset ? joined(study.base, preset.config) : study.base;
	const changes = readState(controlParameters, query);
	const schema = schemaOf(study);
	const config = configure(schema, study.controls, base, changes);
	return {
		...state,
		study,
		preset: preset?.name ?? "",
		config,
		options: optionsOf(schema, study.controls, base, config),
		hide: new Set(hide.flatMap((words) => words.split(",")).filter(Boolean)),
	};
}

/** The changes of the address that choose another preset: what presets decide is theirs again, sizes and seeds stay. */
export function presetChange(study: PlayStudy, preset: string): Record<string, unknown> {
	const decided = study.controls.filter(
		({ group }) => group === "Architecture" || group === "Optimizer" || study.kind === "flow",
	);
	return {
		preset: preset === study.presets[0]?.name ? "" : preset,
		step: undefined,
		at: undefined,
		...Object.fromEntries(decided.map(({ id }) => [id, undefined])),
	};
}

/** The change that an option makes; none where it is what it is without one. */
export const optionChange = ({ control, initial }: Option, value: string): Record<string, unknown> => ({
	[control.id]: value === initial ? undefined : value,
	step: undefined,
	at: undefined,
});

/** The address to hand to a class: the same state from its beginning, with what is hidden, and without the teacher's switches. */
export function teachingQuery(query: URLSearchParams, hidden: ReadonlySet<string>): URLSearchParams {
	const result = writeState(
		parameters,
		{ step: undefined, at: undefined, hide: [[...new Set([...hidden, "teaching"])].sort().join(",")] },
		query,
	);
	return result;
}
