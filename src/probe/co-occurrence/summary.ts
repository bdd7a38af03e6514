/**
 * A whole flow in a few numbers, over all accepted steps: when its phases end, and whether what the paper says of them
 * held at every step.
 *
 * Where phase 2 begins is known only when the flow has ended (T1 is a last crossing), so a few numbers of every step are
 * kept and judged then.
 */
import type { Observation } from "../../model/co-occurrence/form.ts";
import { logisticLoss } from "../../model/co-occurrence/logistic.ts";
import { classMeans, classSums, largestChange, marginsOf } from "./classes.ts";
import type { FlowEventName, FoundEvent } from "./events.ts";
import { momentOf, quantities } from "./moments.ts";
import { predicates } from "./predicates.ts";
import type { Reference } from "./reference.ts";

export interface Summariser {
	/** Every accepted step in order of time, time 0 first; of a descent the steps that are recorded. */
	add(time: number, observation: Observation): void;
	/** The keys `summary/*`. `events` are those that count, each name at most once. */
	summary(events: readonly FoundEvent[]): Record<string, number>;
}

interface Moment {
	readonly time: number;
	readonly quantities: Float64Array;
	readonly predicates: Float64Array;
}

export function summariser(reference: Reference): Summariser {
	const { dataset, speed, initial } = reference;
	const moments: Moment[] = [];
	let last = initial;
	const classLosses = ({ outputs }: Observation) =>
		classMeans(dataset, marginsOf(dataset, outputs).map(logisticLoss));
	const first = classLosses(initial);
	const peaks = first.slice();

	return {
		add(time, observation) {
			last = observation;
			moments.push({
				time,
				quantities: momentOf(reference, observation),
				predicates: Float64Array.from(predicates, ({ measure }) => measure(reference, observation)),
			});
			classLosses(observation).forEach((loss, k) => {
				peaks[k] = Math.max(peaks[k]!, loss);
			});
		},
		summary(events) {
			const found = new Map(events.map((event) => [event.name, event] as const));
			const summary = {
				...times(found, speed),
				"summary/class2_peak": peaks[1]! / first[1]!,
				"summary/class3_peak": peaks[2]! / first[2]!,
				...changes(initial, last),
				...predicted(reference),
				...phaseOne(found, moments, initial, last, dataset.length),
				...phaseTwo(found.get("T1"), reference, moments),
			};
			return Object.fromEntries(Object.entries(summary).filter(([, value]) => Number.isFinite(value)));
		},
	};
}

type Found = ReadonlyMap<FlowEventName, FoundEvent>;

function times(found: Found, speed: number): Record<string, number> {
	const entries = [...found].flatMap(([name, { time }]) => [
		[`summary/time.${name}`, time] as const,
		[`summary/clock.${name}`, speed * time] as const,
	]);
	return Object.fromEntries(entries);
}

/** End minus start of what attention and the values are made of. */
function changes(initial: Observation, last: Observation): Record<string, number> {
	const summary: Record<string, number> = {};
	for (let k = 0; k < 3; k++)
		for (let q = 0; q < 3; q++) {
			const at = k * 3 + q;
			summary[`summary/change.score.${k + 1}${q + 1}`] = last.scores[at]! - initial.scores[at]!;
			if (k <= q)
				summary[`summary/change.value.${k + 1}${q + 1}`] = last.valueGram[at]! - initial.valueGram[at]!;
		}
	return summary;
}

/** What the hard-margin SVM of the data's bags of words says of the end: γ, shares of the classes, R. */
function predicted({ dataset, svm }: Reference): Record<string, number> {
	const [s1, s2, s3, s4] = classSums(dataset, svm.weights) as unknown as [number, number, number, number];
	return {
		"summary/svm.gamma": svm.margin,
		"summary/svm.sum.12": s1 / s2,
		"summary/svm.sum.32": s3 / s2,
		"summary/svm.sum.42": s4 / s2,
		"summary/svm.ratio": (s2 + s3 + s4 - s1) / (s1 - s2),
	};
}

/** At T1, and between T0.5 and T1 (Thm 3.1, Lemma 4.3). */
function phaseOne(
	found: Found,
	moments: readonly Moment[],
	initial: Observation,
	last: Observation,
	length: number,
): Record<string, number> {
	const end = found.get("T1");
	if (!end) return {};
	const { observation } = end;
	const moved = (of: (observation: Observation) => Float64Array) =>
		largestChange(of(observation), of(initial)) / largestChange(of(last), of(initial));
	const half = found.get("T0.5");
	const between = moments.filter(({ time }) => half && time > half.time && time <= end.time);
	return {
		"summary/loss_T1": observation.loss,
		"summary/G_T1.1": observation.G[0]!,
		"summary/G_T1.2": observation.G[1]!,
		"summary/G_T1.3": observation.G[2]!,
		"summary/quiet": moved(({ scores }) => scores),
		"summary/value_quiet": moved(({ valueGram }) => valueGram),
		"summary/speed_T1": observation.b / initial.b,
		"summary/attention_T1": largestChange(observation.attention, initial.attention) * length,
		...(between.length > 0 && {
			"summary/between.inequality": worstOf("inequality", between),
			"summary/between.rate_max_min": worstOf("rate_max_min", between),
			"summary/between.rate_sum_max": worstOf("rate_sum_max", between),
		}),
	};
}

/** From T1 on. Of the conditions of Def. F.1 T1 itself is not counted: there the least margin is 0. */
function phaseTwo(
	start: FoundEvent | undefined,
	reference: Reference,
	moments: readonly Moment[],
): Record<string, number> {
	const after = start ? moments.filter(({ time }) => time > start.time) : [];
	if (!start || after.length === 0) return {};
	const atStart = { time: start.time, quantities: momentOf(reference, start.observation) };
	const summary = Object.fromEntries(
		quantities.map(({ key }) => [`summary/${key}`, worstOf(key, [atStart, ...after])]),
	);
	const failures = predicates.map(({ name, constant }, p) => {
		summary[`summary/needed.${name}`] = Math.max(...after.map(({ predicates }) => predicates[p]!));
		const failure = after.find(({ predicates }) => !(predicates[p]! <= constant));
		if (failure) summary[`summary/predicate.${name}`] = reference.speed * failure.time;
		return failure?.time ?? Number.POSITIVE_INFINITY;
	});
	const end = Math.min(...failures);
	return { ...summary, "summary/time.T2": end, "summary/clock.T2": reference.speed * end };
}

/** The worst of a quantity over these moments; of a share, the share of moments. NaN if one is. */
function worstOf(key: string, moments: readonly Pick<Moment, "quantities">[]): number {
	const at = quantities.findIndex((quantity) => quantity.key === key);
	const values = moments.map(({ quantities }) => quantities[at]!);
	const { worst } = quantities[at]!;
	if (worst === "share") return values.reduce((sum, value) => sum + value, 0) / values.length;
	return worst === "most" ? Math.max(...values) : Math.min(...values);
}
