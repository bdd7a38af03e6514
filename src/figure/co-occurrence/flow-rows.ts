/** Reading the rows of gradient flows: one trajectory each, over its clock κ(0)·t, with the ends of its phases. */
import type { Moment } from "../clock.ts";
import type { Row } from "../figure.ts";

/** The name of time in every figure of a flow. */
export const clockName = "κ₀t";

/** Time in units of the initial rate of learning, κ(0)·t. */
export const clockOf = (row: Row): number => numberAt(row, "flow/clock") ?? Number.NaN;

export function numberAt(row: Row, key: string): number | undefined {
	const value = row[key];
	return typeof value === "number" ? value : undefined;
}

/** The rows of one flow, in order of time. */
export const flowRows = (rows: readonly Row[], run: string): Row[] =>
	rows.filter((row) => row.run === run && Number.isFinite(clockOf(row)));

/** T0.5, where −G(μ₃) first grows faster than G(μ₁) and G(μ₂), and T1, from which on every sample is right. */
const phaseNames = ["T0.5", "T1"] as const;

/** Where the phases of the runs end; a phase that does not end is absent. */
export const momentsOf = (rows: readonly Row[], runs: readonly string[]): Moment[] =>
	runs.flatMap((run) =>
		flowRows(rows, run).flatMap((row) =>
			phaseNames.flatMap((label) =>
				row[`event/${label}`] === undefined ? [] : [{ run, at: clockOf(row), label }],
			),
		),
	);

/**
 * About `count` rows at even distances on a logarithmic clock, from `from` on.
 * First, last and event rows are always among them.
 */
export function evenlyInLog(rows: readonly Row[], from: number, count: number): Row[] {
	const shown = rows.filter((row) => clockOf(row) >= from);
	const last = shown.at(-1);
	if (!last) return [];
	const step = Math.log(clockOf(last) / clockOf(shown[0]!)) / count;
	let next = Number.NEGATIVE_INFINITY;
	return shown.filter((row) => {
		const at = Math.log(clockOf(row));
		const isEvent = phaseNames.some((label) => row[`event/${label}`] !== undefined);
		if (at < next && row !== last && !isEvent) return false;
		if (at >= next) next = at + step;
		return true;
	});
}
