/** The formal languages that a run can be trained on, by name. */
import { counterLanguages } from "./counter.ts";
import { dyckLanguages } from "./dyck.ts";
import type { Language } from "./language.ts";
import { regularLanguages } from "./regular.ts";
import { shuffleLanguages } from "./shuffle.ts";

export const languages: readonly Language[] = [
	...dyckLanguages,
	...shuffleLanguages,
	...counterLanguages,
	...regularLanguages,
];

/** The language of that name, one of `languages`. */
export function languageOf(name: string): Language {
	const found = languages.find((language) => language.name === name);
	if (!found) throw new Error(`There is no language ${name}`);
	return found;
}
