/**
 * Text into token ids and back. Words and characters take their vocabulary from the text; a Hugging Face tokenizer
 * (huggingface.ts) brings its own.
 *
 * The vocabulary is ordered by first appearance in the training text, then in the validation text, as Merrill et al.
 * (2021) build theirs. What appears in neither is `<unk>`, which is added at the end if the text does not have it
 * already and something needs it.
 */
import { UserError } from "../error.ts";

export interface Tokenizer {
	readonly vocabularySize: number;
	/** Throws UserError for a word or character that is not in a vocabulary without `<unk>`. */
	encode(text: string): Int32Array;
	decode(ids: ArrayLike<number>): string;
}

export type Unit = "words" | "characters";

/** The pieces of one line; `ended` if a line break follows it. For words the break is a token, `<eos>`. */
const pieces: Record<Unit, (line: string, ended: boolean) => string[]> = {
	words(line, ended) {
		// Unicode's white space, as Python splits; JavaScript's `\s` would also drop WikiText's lone U+FEFF.
		const words: string[] = line.match(/\P{White_Space}+/gu) ?? [];
		if (ended) words.push("<eos>");
		return words;
	},
	characters: (line, ended) => Array.from(ended ? `${line}\n` : line),
};

/** The lines of a text, and whether each is ended by a line break. */
function* linesOf(text: string): Generator<[line: string, ended: boolean]> {
	for (let begin = 0; begin < text.length; ) {
		const end = text.indexOf("\n", begin);
		if (end < 0) return yield [text.slice(begin), false];
		yield [text.slice(begin, end), true];
		begin = end + 1;
	}
}

/** What a vocabulary is made of: texts of each split. Of `test` only whether `<unk>` is needed. */
export type VocabularyTexts = Readonly<Record<"train" | "validation" | "test", readonly string[]>>;

const unknown = "<unk>";

/**
 * The tokenizer of words or characters for these texts. With `size`, the size - 1 pieces that are most frequent in
 * the training text (of equals, the first) and `<unk>` are kept, if there are more.
 */
export function trainTokenizer(
	unit: Unit,
	texts: VocabularyTexts,
	size = Number.POSITIVE_INFINITY,
): Tokenizer {
	const counts = new Map<string, number>();
	const count = (piece: string) => counts.set(piece, (counts.get(piece) ?? 0) + 1);
	for (const text of texts.train) visit(unit, text, count);
	const validation = new Set<string>();
	for (const text of texts.validation) visit(unit, text, (piece) => validation.add(piece));

	const all = new Set([...counts.keys(), ...validation]);
	if (all.size <= size) {
		for (const text of texts.test) visit(unit, text, (piece) => all.has(piece) || all.add(unknown));
		if (all.size <= size) return new Vocabulary(unit, [...all]);
	}
	const frequent = [...counts].filter(([piece]) => piece !== unknown).sort(([, a], [, b]) => b - a);
	const kept = new Set(frequent.slice(0, size - 1).map(([piece]) => piece)).add(unknown);
	const ordered = [...counts.keys()].filter((piece) => kept.has(piece));
	return new Vocabulary(unit, [...new Set(ordered).add(unknown)]);
}

function visit(unit: Unit, text: string, piece: (piece: string) => void): void {
	for (const [line, ended] of linesOf(text)) for (const found of pieces[unit](line, ended)) piece(found);
}

class Vocabulary implements Tokenizer {
	readonly #unit: Unit;
	/** By id. */
	readonly #pieces: readonly string[];
	readonly #ids: ReadonlyMap<string, number>;

	constructor(unit: Unit, pieces: readonly string[]) {
		this.#unit = unit;
		this.#pieces = pieces;
		this.#ids = new Map(pieces.map((piece, id) => [piece, id]));
	}

	get vocabularySize(): number {
		return this.#pieces.length;
	}

	encode(text: string): Int32Array {
		// Each piece, `<eos>` too, has at least one character of the text to itself.
		const ids = new Int32Array(text.length);
		const otherwise = this.#ids.get(unknown);
		let n = 0;
		visit(this.#unit, text, (piece) => {
			const id = this.#ids.get(piece) ?? otherwise;
			if (id === undefined)
				throw new UserError(
					`Expected the text to be of the vocabulary's ${this.#pieces.length} ${this.#unit}, got ${JSON.stringify(piece)}. Leave it out.`,
				);
			ids[n++] = id;
		});
		return ids.slice(0, n);
	}

	decode(ids: ArrayLike<number>): string {
		const found = Array.from(ids, (id) => this.#pieces[id] ?? unknown);
		return this.#unit === "characters" ? found.join("") : found.join(" ").replace(/ ?<eos> ?/g, "\n");
	}
}
