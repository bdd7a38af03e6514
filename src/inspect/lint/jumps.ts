/**
 * Findings about checkpoints that lie off the path of the others.
 *
 * The rule. Between two checkpoints Δ steps apart the weights move by ‖δ‖. A steady training moves as Δ^½ if its steps
 * are at random, as Δ if they go one way; so both ‖δ‖/√Δ and ‖δ‖/Δ are looked at, and only what stands out in both is
 * told. A move stands out by the factor by which it exceeds the median of the four moves before and also that of the
 * four after it: a learning rate that warms up, decays, restarts or drops in stairs is larger than one side only, and
 * passes. Where fewer than three moves are on one side, the other alone counts.
 *
 * - A jump, a warning: one move stands out by 3, and by exp(6 · 1.4826 · MAD) with MAD the median absolute deviation of
 *   the neighbours' logarithms from their medians. At the start, where the first moves of a training are the longest, by 30.
 * - Off the path, an error: two moves in a row, there and away again, each stand out so; or each stands out by 1.25 and
 *   log ‖θ‖ or log ‖θ − θ₀‖ of the checkpoint between them departs from the mean of its neighbours by 8 times what any of
 *   the four checkpoints before and after does. Norms of many weights are smooth in time, so that this sees a checkpoint
 *   of a few intervals later.
 *
 * Checkpoints that are identical to the one before are one with it.
 */
import { basename } from "node:path";
import type { Finding } from "../finding.ts";
import type { SeriesMeasure, TensorSeries } from "../series-measure.ts";
import { groupBy, stepsPhrase, subjectOf } from "./list.ts";
import { type Move, movesOf } from "./path.ts";

const sideLength = 4;
const fewestOnASide = 3;
const leastFactor = 3;
const leastFactorAtStart = 30;
const deviations = 6;
const leastFactorOfPair = 1.25;
const leastDeparture = 8;
/** A single tensor must jump further: there are hundreds of them, each with a path of its own. */
const leastFactorOfTensor = 6;
const leastShareOfTensor = 0.3;

/** Something that stands out, by how many times. */
interface Jump {
	readonly kind: "jump" | "off-path";
	/** Indices of steps: of a jump the one before; of a checkpoint off the path itself. */
	readonly from: number;
	readonly to: number;
	readonly factor: number;
	/** ‖δ‖ over the norm. */
	readonly share: number;
}

export function lintJumps(measure: SeriesMeasure): Finding[] {
	const { steps, tensors } = measure;
	const jumps = (members: readonly TensorSeries[], least?: number) =>
		findJumps(movesOf(members, steps.length), steps, least);
	const whole = jumps(tensors);
	if (whole === undefined)
		return [
			{
				kind: "not-checked",
				severity: "note",
				steps: [],
				subject: "series",
				message: `Jumps were not looked for: that needs ${fewestOnASide + 2} different checkpoints that can be compared.`,
			},
		];
	const findings = describe(whole, steps, "The weights");
	const told = new Set(whole.map(({ to }) => to));
	const isNew = ({ to }: Jump) => !told.has(to);
	for (const members of shards(tensors)) {
		const found = (jumps(members) ?? []).filter(isNew);
		const file = basename(members[0]!.measures.find((m) => m)!.file);
		findings.push(...describe(found, steps, `The tensors of ${file}`, file));
		for (const { to } of found) told.add(to);
	}
	const single = tensors.flatMap((tensor) => {
		if ((tensor.measures.find((m) => m)?.shape.length ?? 0) < 2) return [];
		const found = jumps([tensor], leastFactorOfTensor) ?? [];
		return found
			.filter((jump) => isNew(jump) && jump.share >= leastShareOfTensor)
			.map((jump) => ({ tensor, jump }));
	});
	for (const alike of groupBy(single, ({ jump }) => `${jump.from} ${jump.to}`)) {
		const subject = subjectOf(alike.map(({ tensor }) => tensor.name));
		const worst = alike.toSorted((a, b) => b.jump.factor - a.jump.factor)[0]!.jump;
		findings.push(...describe([worst], steps, subject, subject));
	}
	return findings;
}

/** Tensors that share a file at most steps, where a checkpoint has several. */
function shards(tensors: readonly TensorSeries[]): TensorSeries[][] {
	const groups = groupBy(tensors, ({ measures }) => measures.map((m) => m?.file ?? "").join("\n"));
	return groups.length > 1 ? groups : [];
}

/** Undefined if there are too few moves to know what is usual. */
function findJumps(
	moves: readonly Move[],
	steps: readonly number[],
	least = leastFactor,
): Jump[] | undefined {
	if (moves.length <= fewestOnASide) return undefined;
	const paces = [0.5, 1].map((power) =>
		moves.map(({ from, to, length }) => Math.log(length) - power * Math.log(steps[to]! - steps[from]!)),
	);
	/** Of moves `from` to `to`, by how many times each exceeds the moves around all of them; the least. */
	const standOut = (from: number, to: number, least: number): number => {
		const factors = paces.map((pace) => excess(pace, from, to, least));
		return Math.min(...factors);
	};
	const jumps: Jump[] = [];
	for (let i = 0; i < moves.length; i++) {
		const [move, next] = [moves[i]!, moves[i + 1]];
		if (next && next.from >= move.to) {
			const departs = departure(moves, i) >= leastDeparture;
			const factor = standOut(i, i + 1, departs ? leastFactorOfPair : least);
			if (factor > 0) {
				const share = Math.min(move.share, next.share);
				jumps.push({ kind: "off-path", from: move.to, to: next.from, factor, share });
				i++;
				continue;
			}
		}
		const factor = standOut(i, i, least);
		if (factor > 0) jumps.push({ kind: "jump", from: move.from, to: move.to, factor, share: move.share });
	}
	return jumps;
}

/** By how many times values `from` to `to` (logarithms) exceed their neighbours; 0 where less than `least` times. */
function excess(values: readonly number[], from: number, to: number, least: number): number {
	const before = values.slice(Math.max(0, from - sideLength), from);
	const after = values.slice(to + 1, to + 1 + sideLength);
	const known = [before, after].filter((side) => side.length >= fewestOnASide);
	if (known.length === 0) return 0;
	const over = Math.min(...values.slice(from, to + 1)) - Math.max(...known.map(median));
	const deviation = median(known.flatMap((side) => side.map((x) => Math.abs(x - median(side)))));
	const floor = known.includes(before) ? least : Math.max(least, leastFactorAtStart);
	const isUsual = least > leastFactorOfPair && over < deviations * 1.4826 * deviation;
	return over < Math.log(floor) || isUsual ? 0 : Math.exp(over);
}

/** How many times further the checkpoint between moves i and i + 1 is from the mean of its neighbours than those around. */
function departure(moves: readonly Move[], i: number): number {
	const ratios = [0, 1].map((level) => {
		const bend = (j: number) => {
			const [a, b, c] = [j - 1, j, j + 1].map((at) => moves[at]?.levels[level] ?? Number.NaN);
			return Math.abs(b! - (a! + c!) / 2);
		};
		const around = [-5, -4, -3, -2, 2, 3, 4, 5].map((d) => bend(i + d)).filter(Number.isFinite);
		const own = bend(i);
		return Number.isFinite(own) && around.length >= 2 * fewestOnASide - 2 ? own / Math.max(...around) : 0;
	});
	return Math.max(...ratios);
}

function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const half = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

function describe(
	jumps: readonly Jump[],
	steps: readonly number[],
	who: string,
	subject = "series",
): Finding[] {
	const findings: Finding[] = [];
	const off = jumps.filter(({ kind }) => kind === "off-path");
	if (off.length > 0) {
		const at = off.flatMap(({ from, to }) => steps.slice(from, to + 1));
		const least = Math.min(...off.map(({ factor }) => factor));
		findings.push({
			kind: "off-path",
			severity: "error",
			steps: at,
			subject,
			message: `${who} of ${stepsPhrase(at)} ${at.length > 1 ? "each " : ""}lie off the path of those before and after, ${least.toPrecision(2)} times as far as is usual around: of another step or another training.`,
		});
	}
	for (const { from, to, factor, share } of jumps.filter(({ kind }) => kind === "jump"))
		findings.push({
			kind: "jump",
			severity: "warning",
			steps: [steps[from]!, steps[to]!],
			subject,
			message: `${who} jump between steps ${steps[from]} and ${steps[to]}, ${factor.toPrecision(2)} times as far as is usual around (${(100 * share).toPrecision(2)} % of the norm)${from === 0 ? ": the first checkpoint may not be where this training began" : ""}.`,
		});
	return findings;
}
