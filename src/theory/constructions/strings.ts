/** Strings to examine a recogniser of equal blocks with: all short ones, and long ones that are nearly right. */
import { stream } from "../../engine/random.ts";

/** All strings of exactly `length` letters, in the order of counting: letters.length ** length of them. */
export const allStrings = (letters: string, length: number): string[] =>
	Array.from({ length: letters.length ** length }, (_, n) => {
		let text = "";
		for (let i = 0, rest = n; i < length; i++, rest = Math.floor(rest / letters.length))
			text = letters[rest % letters.length] + text;
		return text;
	});

/** `count` strings of `length` letters, all letters as likely. */
export function randomStrings(letters: string, length: number, count: number, seed: number): string[] {
	const draws = stream(seed, `strings/${letters}`).integers(count * length, letters.length);
	return Array.from({ length: count }, (_, i) =>
		Array.from(draws.subarray(i * length, (i + 1) * length), (letter) => letters[letter]).join(""),
	);
}

/**
 * aⁿbⁿ… for each n up to `longest` letters, and all strings that come of it by one change: a letter left out, written
 * twice, exchanged for another, or swapped with its neighbour. No longer than `longest`.
 */
export function nearMisses(letters: string, longest: number): string[] {
	const found = new Set<string>();
	for (let n = 1; n * letters.length <= longest; n++) {
		const text = [...letters].map((letter) => letter.repeat(n)).join("");
		found.add(text);
		for (let i = 0; i < text.length; i++) {
			const [before, letter, after] = [text.slice(0, i), text[i]!, text.slice(i + 1)];
			found.add(before + after);
			found.add(before + letter + letter + after);
			for (const other of letters) found.add(before + other + after);
			if (after) found.add(before + after[0]! + letter + after.slice(1));
		}
	}
	return [...found].filter(({ length }) => length <= longest);
}
