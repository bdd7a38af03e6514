/**
 * Findings about values that are the same where they should differ: whole checkpoints, shards and tensors that repeat
 * at other steps, tensors that never move, and tensors that equal another one.
 *
 * Two tensors of one name and shape count as the same if Σθ² and Σ(θ − θ₀)² agree to the last bit of float64. For
 * neighbours that is the same as Σ(θ − θ′)² = 0; for steps far apart it needs no second reading of the files.
 */
import { basename } from "node:path";
import type { Finding } from "../finding.ts";
import type { SeriesMeasure, TensorMeasure, TensorSeries } from "../series-measure.ts";
import { groupBy, joinWords, stepsPhrase, subjectOf } from "./list.ts";

/** For so many steps a learning rate of 0 (at the start of a warm-up, at the end of a decay) or skipped ones may explain it. */
const briefSteps = 10;
/** Of fewer values, sums may agree by chance where values are coarse (bfloat16), and rounding may hold them still. */
const fewestValues = 256;

/** What is the same has the same key; undefined: nothing to compare. */
type Keys = readonly (string | undefined)[];

export function lintCopies(measure: SeriesMeasure): Finding[] {
	const { steps, tensors } = measure;
	const values = tensors.map(valueKeys);
	const whole = steps.map((_, i) =>
		joinKeys(values.map((keys, t) => (tensors[t]!.measures[i] ? keys[i] : "-"))),
	);
	const shards = shardsOf(measure, values);
	const findings: Finding[] = [];
	for (const group of equalSteps(whole))
		findings.push(
			identicalCheckpoints(
				group.map((i) => steps[i]!),
				steps,
			),
		);
	for (const { files, keys } of shards)
		for (const group of equalSteps(keys, whole))
			findings.push(
				isAll(group, keys)
					? frozen(steps, files[group[0]!]!)
					: identicalShards(
							group.map((i) => steps[i]!),
							basename(files[group.at(-1)!]!),
						),
			);
	const copies = tensors.flatMap((tensor, t) => {
		if (!isBigMatrix(tensor)) return [];
		const explained = shards.find((shard) => shard.tensors.includes(t))?.keys ?? whole;
		return equalSteps(values[t]!, explained).map((group) => ({
			tensor,
			group,
			all: isAll(group, values[t]!),
		}));
	});
	for (const alike of groupBy(copies, ({ group, all }) => `${group} ${all}`)) {
		const { group, all } = alike[0]!;
		const subject = subjectOf(alike.map(({ tensor }) => tensor.name));
		const at = group.map((i) => steps[i]!);
		if (all) findings.push(frozen(at, subject));
		else if (!isBrief(at, steps))
			findings.push({
				kind: "identical-tensors",
				severity: "warning",
				steps: at,
				subject,
				message: `${subject}: the same values at ${stepsPhrase(at)}, while others moved.`,
			});
	}
	return [...findings, ...equalTensors(measure)];
}

const isBigMatrix = ({ measures }: TensorSeries): boolean => {
	const shape = measures.find((measure) => measure)?.shape ?? [];
	return shape.length >= 2 && shape.reduce((product, size) => product * size, 1) >= fewestValues;
};

const keyOf = (m: TensorMeasure | undefined): string | undefined =>
	m && m.nonFinite === 0 && Number.isFinite(m.squared)
		? `${m.shape} ${m.squared} ${m.squaredDistance ?? 0}`
		: undefined;

const valueKeys = ({ measures }: TensorSeries): Keys => measures.map(keyOf);

const joinKeys = (keys: Keys): string | undefined =>
	keys.length === 0 || keys.includes(undefined) ? undefined : keys.join("|");

/** Indices with equal keys, in groups of two and more; not those that `explained` has as equal already. */
function equalSteps(keys: Keys, explained?: Keys): number[][] {
	const known = [...keys.keys()].filter((i) => keys[i] !== undefined);
	return groupBy(known, (i) => keys[i]!).filter(
		(group) => new Set(group.map((i) => explained?.[i] ?? `step ${i}`)).size > 1,
	);
}

const isAll = (group: readonly number[], keys: Keys): boolean =>
	group.length > 2 && group.length === keys.filter((key) => key !== undefined).length;

/** Whether they are neighbours, few steps apart. */
function isBrief(at: readonly number[], steps: readonly number[]): boolean {
	const from = steps.indexOf(at[0]!);
	return at.every((step, i) => step === steps[from + i]) && at.at(-1)! - at[0]! <= briefSteps;
}

function identicalCheckpoints(at: readonly number[], steps: readonly number[]): Finding {
	const brief = isBrief(at, steps);
	return {
		kind: "identical-checkpoints",
		severity: brief ? "warning" : "error",
		steps: at,
		subject: "series",
		message: `The checkpoints of ${stepsPhrase(at)} hold the same values. ${
			brief
				? "Over so few steps a learning rate of 0 or skipped steps may explain it."
				: "At most one of them can be what its step says."
		}`,
	};
}

const identicalShards = (at: readonly number[], file: string): Finding => ({
	kind: "identical-shards",
	severity: "error",
	steps: at,
	subject: file,
	message: `All tensors of ${file} have the same values at ${stepsPhrase(at)}, while those of other files differ: a stale or misplaced shard.`,
});

const frozen = (at: readonly number[], subject: string): Finding => ({
	kind: "frozen",
	severity: "note",
	steps: at,
	subject,
	message: `${subject}: the same values at every step, while others moved.`,
});

interface Shard {
	/** Indices of the tensors that lie in it. */
	readonly tensors: readonly number[];
	/** By step; undefined where no file holds just these tensors, or the checkpoint is one file. */
	readonly files: readonly (string | undefined)[];
	readonly keys: Keys;
}

/** Shards of different steps are the same one if they hold the same tensors. */
function shardsOf({ steps, tensors }: SeriesMeasure, values: readonly Keys[]): Shard[] {
	const found = steps.flatMap((_, i) => {
		const present = [...tensors.keys()].filter((t) => tensors[t]!.measures[i]);
		const files = groupBy(present, (t) => tensors[t]!.measures[i]!.file);
		return files.length < 2 ? [] : files.map((members) => ({ i, members }));
	});
	return groupBy(found, ({ members }) => members.join()).map((same) => {
		const { members } = same[0]!;
		const files: (string | undefined)[] = steps.map(() => undefined);
		for (const { i } of same) files[i] = tensors[members[0]!]!.measures[i]!.file;
		const keys = files.map((file, i) => (file ? joinKeys(members.map((t) => values[t]![i])) : undefined));
		return { tensors: members, files, keys };
	});
}

/** Matrices of one checkpoint that equal each other at every step where both are: tied, or copied by mistake. */
function equalTensors({ steps, tensors }: SeriesMeasure): Finding[] {
	const matrices = tensors.filter(isBigMatrix);
	// All zeros, or frozen together with others at one value, is told elsewhere.
	const keyAt = (tensor: TensorSeries, i: number) => {
		const m = tensor.measures[i];
		return m && m.squared > 0 ? keyOf({ ...m, squaredDistance: 0 }) : undefined;
	};
	return groupBy(
		matrices.filter((tensor) => steps.some((_, i) => keyAt(tensor, i))),
		(tensor) => steps.map((_, i) => keyAt(tensor, i) ?? "-").join("|"),
	)
		.filter((group) => group.length > 1)
		.map((group) => {
			const names = group.map(({ name }) => name);
			return {
				kind: "equal-tensors",
				severity: "note",
				steps,
				subject: subjectOf(names),
				message: `${joinWords(names.slice(0, 6))}${names.length > 6 ? ` (and ${names.length - 6} more)` : ""} have the same values at every step: tied weights, or one copied over the other.`,
			};
		});
}
