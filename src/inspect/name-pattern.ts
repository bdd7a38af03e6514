/** Patterns that names fit: `*` is anything, `?` one character, everything else itself. */

/**
 * Whether the whole of a name fits `pattern`. Never slower than the product of both lengths, whatever they are: only the
 * last `*` passed is ever taken back, and by one character.
 */
export function fitsPattern(pattern: string, name: string): boolean {
	let [p, n] = [0, 0];
	let star: { readonly next: number; readonly from: number } | undefined;
	while (n < name.length) {
		if (pattern[p] === "*") star = { next: ++p, from: n };
		else if (pattern[p] === "?" || pattern[p] === name[n]) {
			p++;
			n++;
		} else if (star) {
			star = { ...star, from: star.from + 1 };
			[p, n] = [star.next, star.from];
		} else return false;
	}
	while (pattern[p] === "*") p++;
	return p === pattern.length;
}
