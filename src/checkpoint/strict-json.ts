/**
 * JSON from files that are not believed: `JSON.parse`, but a key that an object has twice is refused (it would silently
 * keep the last), and so is nesting deeper than the format has, before memory is spent on it.
 */

/** Throws SyntaxError or TypeError, with a message for people, if `bytes` are no such JSON in UTF-8. */
export function parseStrictJson(bytes: Uint8Array, deepest: number): unknown {
	const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	scan(text, deepest);
	return JSON.parse(text);
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

const [quote, backslash, colon, openBrace, closeBrace, openBracket, closeBracket] = [...'"\\:{}[]'].map((x) =>
	x.charCodeAt(0),
);

/** One pass over strings, braces and brackets. The text may still be no JSON: `JSON.parse` says so. */
function scan(text: string, deepest: number): void {
	// A list has no keys.
	const open: (Set<string> | undefined)[] = [];
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === openBrace || code === openBracket) {
			open.push(code === openBrace ? new Set() : undefined);
			if (open.length > deepest) throw new SyntaxError(`nesting deeper than ${deepest}`);
		} else if (code === closeBrace || code === closeBracket) open.pop();
		else if (code === quote) {
			const begin = at;
			at = endOfString(text, begin);
			if (!isKey(text, at)) continue;
			const key = JSON.parse(text.slice(begin, at + 1)) as string;
			const keys = open.at(-1);
			if (keys?.has(key)) throw new SyntaxError(`the key \`${key}\` twice`);
			keys?.add(key);
		}
	}
}

/** The place of the quote that ends the string which begins at `begin`. */
function endOfString(text: string, begin: number): number {
	for (let at = begin + 1; ; at++) {
		at = text.indexOf('"', at);
		if (at < 0) throw new SyntaxError("a string without an end");
		let slashes = 0;
		while (text.charCodeAt(at - 1 - slashes) === backslash) slashes++;
		if (slashes % 2 === 0) return at;
	}
}

function isKey(text: string, end: number): boolean {
	let at = end + 1;
	while (/\s/.test(text.charAt(at))) at++;
	return text.charCodeAt(at) === colon;
}
