/** Texts in memory: training, validation and test. */

export type Split = "train" | "validation" | "test";

export interface Texts {
	/** For people: the data set, or the path of the training text. */
	readonly name: string;
	/** The texts that there are; `train` always. */
	readonly splits: ReadonlyMap<Split, string>;
	/** SHA-256 of all texts with their splits' names and lengths, in hexadecimal. */
	readonly hash: string;
}

/** Moves the last part of the training text to the validation split, from a line's beginning if there is one. */
export function splitOff(splits: Map<Split, string>, fraction: number): void {
	const text = splits.get("train")!;
	const middle = Math.floor(text.length * (1 - fraction));
	const line = text.indexOf("\n", middle) + 1;
	// A cut inside a surrogate pair would tear a character.
	const low = text.charCodeAt(middle) >> 10 === 0x37;
	const cut = line > 0 && line < text.length ? line : low ? middle + 1 : middle;
	splits.set("train", text.slice(0, cut));
	splits.set("validation", text.slice(cut));
}
