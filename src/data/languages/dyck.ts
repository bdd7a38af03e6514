/**
 * Balanced brackets. Dyck-1 with unbounded depth needs a counter; with the depth bounded the language is regular and
 * star-free, and the harder the deeper: D_n is Dyck-1 to the depth n, D_n = (a D_{n−1} b)*.
 */
import { counted, type Language } from "./language.ts";

/** One kind of bracket to a depth. States: open brackets. */
const oneBracket = (name: string, title: string, alphabet: string, depth: number): Language<number> =>
	counted<number>({
		name,
		title,
		definition: `balanced brackets${depth === Number.POSITIVE_INFINITY ? "" : `, at most ${depth} open at once`}`,
		family: depth === Number.POSITIVE_INFINITY ? "counter" : "star-free",
		alphabet,
		begin: 0,
		after: (open, symbol) =>
			symbol === 0 ? (open < depth ? open + 1 : undefined) : open > 0 ? open - 1 : undefined,
		accepts: (open) => open === 0,
	});

/** Two kinds of brackets, properly nested, to a depth. States: the open brackets, the innermost last. */
const twoBrackets = (depth: number): Language<string> =>
	counted<string>({
		name: `dyck-2-depth-${depth}`,
		title: `Dyck-2, depth ${depth}`,
		definition: `two kinds of balanced brackets, at most ${depth} open at once`,
		family: "star-free",
		alphabet: "()[]",
		begin: "",
		after(open, symbol) {
			const kind = String(symbol >> 1);
			if (symbol % 2 === 0) return open.length < depth ? open + kind : undefined;
			return open.endsWith(kind) ? open.slice(0, -1) : undefined;
		},
		accepts: (open) => open === "",
	});

export const dyck1 = oneBracket("dyck-1", "Dyck-1", "()", Number.POSITIVE_INFINITY);

export const dyckLanguages: readonly Language[] = [
	dyck1,
	...[2, 3, 4, 12].map((depth) => oneBracket(`d-${depth}`, `D${subscript(depth)}`, "ab", depth)),
	...[2, 4].map(twoBrackets),
];

function subscript(n: number): string {
	return Array.from(String(n), (digit) => String.fromCharCode(0x2080 + Number(digit))).join("");
}
