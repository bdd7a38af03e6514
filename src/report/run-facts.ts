/** A run in a dozen lines: how it ended, what it learned, what moved, and what running and measuring cost. */
import { isFlowRow, type Row, valuesOf } from "../figure/figure.ts";
import type { Provenance, ResolvedConfig } from "../run/config.ts";

/** What facts are told of: as much of a run as a page has of it too. */
export interface DescribedRun {
	/** The content of `config.json`. */
	readonly config: unknown;
	readonly rows: readonly Row[];
	readonly status: {
		readonly state: string;
		readonly step: number;
		readonly steps: number;
		readonly message?: string | undefined;
		readonly seconds: number;
		readonly measureSeconds: number;
	};
}

/** What a reader wants to know first, by name; facts that were not measured are absent. */
export function runFacts(run: DescribedRun): Record<string, string> {
	const { config, rows, status } = run;
	const flow = rows.some(isFlowRow);
	const { state, step, steps, seconds, measureSeconds } = status;
	const facts: Record<string, string | undefined> = {
		state: state === "finished" ? state : `${state}${status.message ? `: ${status.message}` : ""}`,
		steps: step === steps ? String(step) : `${step} of ${steps}`,
		parameters: provenanceOf(config)?.parameters?.toLocaleString("en"),
		...(flow ? flowFacts(rows) : { "training loss": fromTo(rows, "train/loss", 3) }),
		"validation loss": fromTo(rows, "val/loss", 3),
		"validation perplexity": fromTo(rows, "val/perplexity", 1),
		"strings recognised": fromTo(rows, "val/accuracy", 3),
		"longer strings recognised": fromTo(rows, "test/accuracy.longer", 3),
		"encoder norm": fromTo(rows, "dyn/norm.encoder", 2),
		saturation: fromTo(rows, "dyn/saturation", 4),
		time: duration(seconds),
		"spent on measuring":
			seconds > 0 && !flow ? `${((100 * measureSeconds) / seconds).toFixed(1)} %` : undefined,
		"tokens a second": medianOf(rows, "perf/tokens_per_second"),
	};
	return Object.fromEntries(
		Object.entries(facts).filter((entry): entry is [string, string] => entry[1] !== undefined),
	);
}

/** Of a gradient flow: what was learned, when its phases ended, how much attention moved, and the worst guarantee. */
function flowFacts(rows: readonly Row[]): Record<string, string | undefined> {
	const short = (value: number | null | undefined | string, suffix = "") =>
		typeof value === "number" ? `${Number(value.toPrecision(3))}${suffix}` : undefined;
	const [first, last] = [rows[0], rows.at(-1)];
	return {
		loss: `${short(first?.["train/loss"])} → ${short(last?.["train/loss"])}`,
		"T0.5 (κ₀t)": short(last?.["summary/clock.T0.5"]),
		"T1 (κ₀t)": short(last?.["summary/clock.T1"]),
		"end (κ₀t)": short(last?.["flow/clock"]),
		"least margin": short(last?.["margin/least"]),
		"max |Δp|": short(last?.["attention/change"]),
		"loss at a hundredth of the tolerance": short(last?.["guarantee/loss"], " off"),
	};
}

/** What a run was made with, where its configuration says so. */
export const provenanceOf = (config: unknown): Provenance | undefined =>
	(config as Partial<ResolvedConfig> | null)?.provenance;

function fromTo(rows: readonly Row[], key: string, decimals: number): string | undefined {
	const values = valuesOf(rows, key);
	if (values.length === 0) return undefined;
	return `${values[0]!.value.toFixed(decimals)} → ${values.at(-1)!.value.toFixed(decimals)}`;
}

function medianOf(rows: readonly Row[], key: string): string | undefined {
	const values = valuesOf(rows, key)
		.map(({ value }) => value)
		.sort((x, y) => x - y);
	const middle = values[Math.floor(values.length / 2)];
	return middle === undefined ? undefined : Math.round(middle).toLocaleString("en");
}

/** `0.8 s`, `12 s`, `2 min 05 s`, `3 h 20 min`. */
export function duration(seconds: number): string {
	if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
	const whole = Math.round(seconds);
	const two = (value: number) => String(value).padStart(2, "0");
	if (whole < 60) return `${whole} s`;
	if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
	return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}
