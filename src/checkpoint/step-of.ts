/**
 * Which training step a name speaks of: `checkpoint-500`, `step143000`, `stage1-step1000-tokens5B`,
 * `epoch=3-step=1k.ckpt`, `model_2000.pt`.
 *
 * Names carry other numbers, too: shards, ranks, sizes, tokens, epochs, seeds, dates. So a number counts if a word for
 * steps stands before it; and otherwise only at the very end of a name, alone, with no word for something else before.
 */

/** The endings of files that hold tensors. */
export const weightsFile = /\.(safetensors|pt|pth|bin|ckpt)$/i;

/** The words for steps, the most telling first: of `checkpoint-3-step-500` the second number is meant. */
const words = ["global_?step", "steps?", "iter(?:ation)?s?", "updates?|batch|ba", "checkpoint|chkpt|ckpt|cp"];
const number = "(\\d+(?:\\.\\d+(?=[km]))?)([km]?)";
const patterns = words.flatMap((word) => [
	new RegExp(`(?<![a-z])(?:${word})[-_=. ]?${number}(?![a-z\\d])`, "i"),
	new RegExp(`(?<![a-z\\d.])${number}[-_ ]?(?:${word})(?![a-z\\d])`, "i"),
]);

const lastNumber = /(?:^|[-_.= ]|(?<![a-z])(?:model|weights|params|snapshot))(\d+)(k?)$/i;

/** What a number at the end of a name counts, when one of these stands before it. */
const otherCounts =
	/(?:of|rank|part|shard|layer|seed|epochs?|ep|e|v|ver|version|stage|fold|trial|run|rng_state|random_states|consolidated|tokens|bs|lr|gpu|worker|process|mp|pp|tp|dp)[-_.= ]?\d+k?$/i;

const shard = /\d+-of-\d+/i;
const date = /(?<!\d)(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])(?!\d)/g;

export interface NamedStep {
	readonly step: number;
	/** Whether no word says so: a number at the end of the name. */
	readonly bare: boolean;
}

/** The step that the name of a file or folder tells, or undefined if it tells none. */
export function stepOf(name: string): NamedStep | undefined {
	const stem = name.replace(weightsFile, "").replace(date, "");
	if (shard.test(stem)) return undefined;
	for (const pattern of patterns) {
		const [, digits, unit] = pattern.exec(stem) ?? [];
		if (digits) return named(digits, unit!, false);
	}
	const [, digits, unit] = lastNumber.exec(stem) ?? [];
	return digits && !otherCounts.test(stem) ? named(digits, unit!, true) : undefined;
}

const units: Record<string, number> = { "": 1, k: 1e3, m: 1e6 };

function named(digits: string, unit: string, bare: boolean): NamedStep | undefined {
	const step = Math.round(Number(digits) * units[unit.toLowerCase()]!);
	return Number.isSafeInteger(step) ? { step, bare } : undefined;
}

/** Whether a bare number is as likely a year. */
export const likeYear = (step: number): boolean => step >= 1990 && step <= 2039;
