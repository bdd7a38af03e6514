/**
 * Finds the checkpoints of a training run, whoever wrote them: Hugging Face's `checkpoint-500/`, Pythia's `step512/`,
 * OLMo's `step1000-unsharded/`, Orrery's own runs, numbered `*.safetensors` and `*.pt` files, nanoGPT's `ckpt.pt`,
 * Hugging Face's download cache with a branch for each step, or addresses with `{step}` in them.
 *
 * Only names are read, and of PyTorch files without a number in their name the index. Every name in a folder is either
 * an entry of the series or listed as ignored with the reason.
 */
import { UserError } from "../error.ts";
import { findInFolder, listed } from "./folder-series.ts";
import { isAddress } from "./location.ts";
import type { Series, SeriesEntry } from "./series.ts";
import { stepOf } from "./step-of.ts";
import type { Ignored } from "./weights.ts";

export interface FindOptions {
	/** Only these; and where the location holds `{step}` (or `{step:8}`, padded by zeros), what to put there. */
	readonly steps?: readonly number[];
}

const template = /\{step(?::(\d{1,2}))?\}/g;

/**
 * The series at `location`: a folder of checkpoints (or a run's folder that has `checkpoints/`), one checkpoint, or an
 * address or path with `{step}` in it. One checkpoint whose step is told nowhere is of step 0. When a step is there
 * twice, the first by name counts. Throws UserError if nothing is there, if a step asked for is not, and if the
 * template has no steps.
 */
export async function findSeries(location: string, { steps }: FindOptions = {}): Promise<Series> {
	if (steps) checkSteps(steps);
	const templated = location.search(template) >= 0;
	if (templated && !steps)
		throw new UserError(
			`Expected the steps of \`${location}\` to be given, got none. Name them: --steps 0,512,1000.`,
		);
	const found = templated
		? { entries: steps!.map((step) => ({ step, location: fill(location, step) })), ignored: [] }
		: isAddress(location)
			? { entries: [{ step: stepInPath(location), location }], ignored: [] }
			: await findInFolder(location);
	const entries: SeriesEntry[] = [];
	const ignored: Ignored[] = [...found.ignored];
	for (const entry of found.entries.toSorted((a, b) => a.step - b.step)) {
		const last = entries.at(-1);
		if (last?.step !== entry.step) entries.push(entry);
		else if (last.location !== entry.location)
			ignored.push({ path: entry.location, reason: `of step ${entry.step}, as \`${last.location}\` is` });
	}
	if (!steps || templated) return { location, entries, ignored };
	const chosen = entries.filter((entry) => steps.includes(entry.step));
	const missing = steps.find((step) => !chosen.some((entry) => entry.step === step));
	if (missing !== undefined)
		throw new UserError(
			`Expected the steps of \`${location}\` to include ${missing}, got ${listed(entries.map((e) => String(e.step)))}. ` +
				"Ask for steps that are there.",
		);
	return { location, entries: chosen, ignored };
}

function checkSteps(steps: readonly number[]): void {
	const wrong = steps.find((step) => !Number.isSafeInteger(step) || step < 0);
	if (wrong !== undefined || !steps.length)
		throw new UserError(
			`Expected \`steps\` to be whole numbers from 0 on, got ${wrong ?? "none"}. Name them: --steps 0,512,1000.`,
		);
}

const fill = (location: string, step: number): string =>
	location.replaceAll(template, (_, width) => String(step).padStart(Number(width ?? 0), "0"));

/** The step that the last telling part of an address tells, such as `resolve/step1000/model.safetensors`. */
function stepInPath(location: string): number {
	const named = location
		.split(/[?#]/)[0]!
		.split("/")
		.map((part) => stepOf(part));
	return named.findLast((step) => step && !step.bare)?.step ?? 0;
}
