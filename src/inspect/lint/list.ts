/** Long lists of names and steps as short text. */

/** `0, 1, 2, … 53000 (76 of them)`: all of up to eight, else the first five, the last two, and how many. */
export const listSteps = (steps: readonly number[]): string =>
	steps.length <= 8
		? joinWords(steps.map(String))
		: `${steps.slice(0, 5).join(", ")}, … ${steps.slice(-2).join(", ")} (${steps.length} of them)`;

/** `step 5` or `steps 5, 6`. */
export const stepsPhrase = (steps: readonly number[]): string =>
	`${steps.length === 1 ? "step" : "steps"} ${listSteps(steps)}`;

/** `a`, or `a and 3 other tensors`. */
export const subjectOf = (names: readonly string[]): string =>
	names.length <= 2 ? names.join(" and ") : `${names[0]} and ${names.length - 1} other tensors`;

/** `a, b and c`. */
export const joinWords = (words: readonly string[]): string =>
	words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

/** Values by key, keys in the order of their first value. */
export function groupBy<T>(values: Iterable<T>, keyOf: (value: T) => string): T[][] {
	const groups = new Map<string, T[]>();
	for (const value of values) {
		const key = keyOf(value);
		const group = groups.get(key);
		if (group) group.push(value);
		else groups.set(key, [value]);
	}
	return [...groups.values()];
}
