/**
 * Findings about the steps: ones that a regular schedule has and the series has not, and ones that lie beside it.
 *
 * A schedule may change (Pythia's doubles up to 512 and is even from 1000 on), so that a spacing counts only where it
 * stands on both sides: g, then a gap, then g again. A gap of m·g lacks m − 1 steps; two gaps in a row that are no
 * multiples of g but add up to one have an odd step between them. The same is asked of log₂ of the steps.
 */
import type { Finding } from "../finding.ts";
import type { SeriesMeasure } from "../series-measure.ts";
import { stepsPhrase } from "./list.ts";

/** Of so many gaps on either side, more than half must be the spacing; on both sides together so many at least. */
const reach = 3;
const fewest = 3;

export function lintSchedule({ series }: SeriesMeasure): Finding[] {
	const steps = series.entries.map(({ step }) => step);
	const doubling = steps.filter((step) => step > 0);
	const missing = new Set([
		...holes(steps).flat(),
		...holes(doubling.map(Math.log2)).flatMap((at) => at.map((x) => Math.round(2 ** x))),
	]);
	const findings: Finding[] = [];
	if (missing.size > 0) {
		const list = [...missing].sort((a, b) => a - b);
		findings.push({
			kind: "missing-steps",
			severity: "warning",
			steps: list,
			subject: "series",
			message: `No checkpoint of ${stepsPhrase(list)}, though the spacing before and after asks for ${list.length === 1 ? "it" : "them"}.`,
		});
	}
	const odd = oddSteps(steps);
	if (odd.length > 0)
		findings.push({
			kind: "odd-step",
			severity: "note",
			steps: odd,
			subject: "series",
			message: `The checkpoint${odd.length > 1 ? "s" : ""} of ${stepsPhrase(odd)} lie${odd.length > 1 ? "" : "s"} beside the spacing of the steps around.`,
		});
	return findings;
}

/** The spacing that more than half of the gaps on one side have. */
function usual(gaps: readonly number[]): number | undefined {
	const best = gaps.toSorted((a, b) => count(gaps, b) - count(gaps, a))[0];
	return best !== undefined && 2 * count(gaps, best) > gaps.length ? best : undefined;
}

const count = (gaps: readonly number[], gap: number): number =>
	gaps.filter((other) => same(other, gap)).length;
const same = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9 * Math.max(1, a, b);

const gapsOf = (places: readonly number[]): number[] => places.slice(1).map((place, i) => place - places[i]!);

/** The spacing on both sides of gaps `from` to `to`, if it is one. */
function spacingAround(gaps: readonly number[], from: number, to: number): number | undefined {
	const left = gaps.slice(Math.max(0, from - reach), from);
	const right = gaps.slice(to + 1, to + 1 + reach);
	const [before, after] = [usual(left), usual(right)];
	if (before === undefined || after === undefined || !same(before, after)) return undefined;
	return count([...left, ...right], before) >= fewest ? before : undefined;
}

function holes(places: readonly number[]): number[][] {
	const gaps = gapsOf(places);
	return gaps.flatMap((gap, i) => {
		const spacing = spacingAround(gaps, i, i);
		if (spacing === undefined) return [];
		const times = Math.round(gap / spacing);
		if (times < 2 || !same(gap, times * spacing)) return [];
		return [Array.from({ length: times - 1 }, (_, j) => places[i]! + (j + 1) * spacing)];
	});
}

function oddSteps(steps: readonly number[]): number[] {
	const gaps = gapsOf(steps);
	return gaps.slice(1).flatMap((next, i) => {
		const spacing = spacingAround(gaps, i, i + 1);
		if (spacing === undefined || gaps[i]! % spacing === 0 || next % spacing === 0) return [];
		return (gaps[i]! + next) % spacing === 0 ? [steps[i + 1]!] : [];
	});
}
