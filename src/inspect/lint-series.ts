/**
 * What a careful reader would find wrong with a series of checkpoints before building on it, from its measurements
 * alone: nothing is read again.
 *
 * The kinds were collected from what users of public series found by hand: intermediate checkpoints that serve the
 * final weights (EleutherAI/pythia#205, #195, #108), a first shard of the final model in the middle
 * (EleutherAI/pythia#206), a start that another training continues from (EleutherAI/pythia#203), steps that are not
 * there (EleutherAI/pythia#107, #202), and three steps with one content (allenai/OLMo#915).
 */
import type { Finding } from "./finding.ts";
import { lintCopies } from "./lint/copies.ts";
import { lintJumps } from "./lint/jumps.ts";
import { lintSchedule } from "./lint/schedule.ts";
import { lintValues } from "./lint/values.ts";
import type { SeriesMeasure } from "./series-measure.ts";

const ranks = { error: 0, warning: 1, note: 2 } as const;

/** Findings, the gravest first, and of one severity in the order of their first step. */
export function lintSeries(measure: SeriesMeasure): Finding[] {
	const findings = [
		...unreadable(measure),
		...lintValues(measure),
		...lintCopies(measure),
		...lintJumps(measure),
		...lintSchedule(measure),
	];
	return findings.toSorted(
		(a, b) => ranks[a.severity] - ranks[b.severity] || (a.steps[0] ?? 0) - (b.steps[0] ?? 0),
	);
}

const unreadable = ({ series, steps, ignored }: SeriesMeasure): Finding[] =>
	series.entries
		.filter(({ step }) => !steps.includes(step))
		.map(({ step, location }) => {
			const reason = ignored.find(({ path }) => path === location)?.reason;
			return {
				kind: "unreadable",
				severity: "error",
				steps: [step],
				subject: location,
				message: `The checkpoint of step ${step}, \`${location}\`, cannot be read${reason ? `: ${reason}` : "."}`,
			};
		});
