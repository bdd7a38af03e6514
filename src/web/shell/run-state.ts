/** How far an entry is, in words and as a share. */
import type { Entry } from "../../query/entry.ts";

/** 0 to 1; undefined where nothing is counted. */
export const shareDone = ({ step, steps }: Pick<Entry, "step" | "steps">): number | undefined =>
	step === undefined || !steps ? undefined : Math.min(1, step / steps);

/** `120 of 1,200`, `1,200 steps`; of a sweep `12 of 40 cells`. Empty where nothing is counted. */
export function describeProgress({ kind, step, steps }: Pick<Entry, "kind" | "step" | "steps">): string {
	const unit = kind === "sweep" ? " cells" : kind === "series" ? " checkpoints" : " steps";
	const [made, all] = [step, steps].map((count) => count?.toLocaleString("en"));
	if (all === undefined) return made === undefined ? "" : kind === "series" ? `to step ${made}` : made + unit;
	if (made === undefined || made === all) return all + unit;
	return `${made} of ${all}${kind === "sweep" ? unit : ""}`;
}
