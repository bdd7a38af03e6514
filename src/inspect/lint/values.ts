/** Findings about the tensors themselves: values that are no numbers, zeros, types, shapes, and which tensors are there. */
import type { Finding } from "../finding.ts";
import type { SeriesMeasure, TensorMeasure, TensorSeries } from "../series-measure.ts";
import { groupBy, stepsPhrase, subjectOf } from "./list.ts";

/** One thing noticed of one tensor; alike ones become one finding. */
interface Noticed {
	readonly name: string;
	readonly kind: Finding["kind"];
	readonly severity: Finding["severity"];
	readonly steps: readonly number[];
	/** What is said after the tensors' names and the steps. */
	readonly text: string;
}

export function lintValues({ steps, tensors }: SeriesMeasure): Finding[] {
	const noticed = tensors.flatMap((tensor) => [
		...notFinite(tensor, steps),
		...zero(tensor, steps),
		...changed(tensor, steps),
		...absent(tensor, steps),
	]);
	return groupBy(noticed, ({ kind, steps, text }) => [kind, steps, text].join("\n")).map((group) => {
		const { kind, severity, steps, text } = group[0]!;
		const subject = subjectOf(group.map(({ name }) => name));
		return { kind, severity, steps, subject, message: `${subject}: ${text}.` };
	});
}

const isZero = (measure: TensorMeasure): boolean => measure.squared === 0 && measure.nonFinite === 0;

function notFinite({ name, measures }: TensorSeries, steps: readonly number[]): Noticed[] {
	const bad = steps.filter((_, i) => (measures[i]?.nonFinite ?? 0) > 0);
	if (bad.length === 0) return [];
	const text = `NaN or infinite values at ${stepsPhrase(bad)}`;
	return [{ name, kind: "non-finite", severity: "error", steps: bad, text }];
}

/** Biases and some projections start at zero. What was not zero and becomes so, or a matrix that never leaves zero, is told. */
function zero({ name, measures }: TensorSeries, steps: readonly number[]): Noticed[] {
	const there = steps.flatMap((step, i) => (measures[i] ? [{ step, measure: measures[i] }] : []));
	const first = there.findIndex(({ measure }) => !isZero(measure));
	if (first < 0) {
		// Without values there is nothing that could leave zero.
		const shape = there[0]?.measure.shape ?? [];
		if (shape.length < 2 || shape.includes(0)) return [];
		const all = there.map(({ step }) => step);
		const text = `a matrix of zeros at ${stepsPhrase(all)}`;
		// A single checkpoint of step 0 may start so.
		return [{ name, kind: "zero", severity: all.length > 1 ? "warning" : "note", steps: all, text }];
	}
	const again = there.slice(first).flatMap(({ step, measure }) => (isZero(measure) ? [step] : []));
	if (again.length === 0) return [];
	return [
		{
			name,
			kind: "zero",
			severity: "error",
			steps: again,
			text: `all zeros at ${stepsPhrase(again)}, though not before`,
		},
	];
}

function changed({ name, measures }: TensorSeries, steps: readonly number[]): Noticed[] {
	const noticed: Noticed[] = [];
	let before: TensorMeasure | undefined;
	for (const [i, measure] of measures.entries()) {
		if (!measure) continue;
		const at = { name, steps: [steps[i]!] };
		if (before && before.dtype !== measure.dtype)
			noticed.push({
				...at,
				kind: "dtype",
				severity: "warning",
				text: `stored as ${measure.dtype} from step ${steps[i]} on, as ${before.dtype} before; what rounding changed counts as movement`,
			});
		if (before && before.shape.join() !== measure.shape.join())
			noticed.push({
				...at,
				kind: "shape",
				severity: "error",
				text: `of shape [${measure.shape}] from step ${steps[i]} on, of [${before.shape}] before`,
			});
		before = measure;
	}
	return noticed;
}

function absent({ name, measures }: TensorSeries, steps: readonly number[]): Noticed[] {
	const there = steps.map((_, i) => measures[i] !== undefined);
	const [first, last] = [there.indexOf(true), there.lastIndexOf(true)];
	const noticed: Noticed[] = [];
	const notice = (severity: Finding["severity"], at: number[], text: string) =>
		noticed.push({ name, kind: "tensor-set", severity, steps: at, text });
	const holes = steps.filter((_, i) => i > first && i < last && !there[i]);
	if (holes.length > 0) notice("error", holes, `not there at ${stepsPhrase(holes)}, but before and after`);
	if (first > 0) notice("warning", [steps[first]!], `there from step ${steps[first]} on, not before`);
	if (last < steps.length - 1) notice("warning", [steps[last + 1]!], `gone from step ${steps[last + 1]} on`);
	return noticed;
}
