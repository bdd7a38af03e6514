/**
 * Globs of metric keys: `*` stands for any characters, dots and slashes too, `?` for one, and everything else for itself.
 *
 *     dyn/norm.*                 param/blocks.0.*.norm                 *loss
 */

export const isGlob = (pattern: string): boolean => /[*?]/.test(pattern);

/** Whether `glob` describes all of `key`. Takes at most the product of their lengths in steps. */
export function matchesGlob(key: string, glob: string): boolean {
	let [k, g] = [0, 0];
	// Where the last star stands, and how much of the key it has been given.
	let [star, given] = [-1, 0];
	while (k < key.length) {
		if (glob[g] === "*") {
			star = g++;
			given = k;
		} else if (g < glob.length && (glob[g] === "?" || glob[g] === key[k])) {
			g++;
			k++;
		} else if (star >= 0) {
			g = star + 1;
			k = ++given;
		} else return false;
	}
	while (glob[g] === "*") g++;
	return g === glob.length;
}

/** The keys that any of the globs describes, in their own order. */
export const matchingKeys = (keys: readonly string[], globs: readonly string[]): string[] =>
	keys.filter((key) => globs.some((glob) => matchesGlob(key, glob)));
