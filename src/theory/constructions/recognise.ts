/** Runs a recogniser: reads its verdict on strings, and on all their prefixes, off the sign of one logit. */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import type { Engine } from "../../engine/types.ts";
import { type Parameters, parameterSpecs } from "../../model/parameters.ts";
import { forward } from "../../model/transformer.ts";
import { constructionTensors } from "./construction.ts";
import { isEqualBlocks, type Recogniser } from "./equal-blocks.ts";

export interface Judgement {
	/** Different strings judged, prefixes among them; how many are in the language. */
	readonly strings: number;
	readonly members: number;
	/** Those on which the sign of the logit is wrong. */
	readonly errors: number;
	/** Smallest and largest |logit|. */
	readonly smallest: number;
	readonly largest: number;
	/** Shortest of the strings judged wrongly, in the order met. */
	readonly example?: string;
}

export interface RecogniseOptions {
	/** Multiplies all parameters. Default 1. */
	readonly factor?: number;
	/** Default: as the construction says, `hard`. */
	readonly attention?: "hard" | "softmax";
	/** Looked at between batches: once aborted, its reason is thrown. */
	readonly signal?: AbortSignal;
}

/** Strings in a batch: enough to keep the device busy, few enough for its cache. */
const batch = 512;

/**
 * Judges each string and each of its prefixes by the definition of the language. A prefix that several strings share
 * is counted once. Float64.
 */
export async function recognise(
	engine: Engine,
	recogniser: Recogniser,
	strings: readonly string[],
	{ factor = 1, attention = recogniser.config.attention, signal }: RecogniseOptions = {},
): Promise<Judgement> {
	const { letters, boundary, values } = recogniser;
	const longest = strings.reduce((most, { length }) => Math.max(most, length), 0);
	const time = longest + 1;
	const config = { ...recogniser.config, attention };
	const rows = Math.min(batch, strings.length);
	const program = await engine.compile(
		(params: Parameters, tokens: JaxArray) => {
			const logits = forward(config, params, tokens); // [B, T, V]
			return np.squeeze(logits.slice([], [], [boundary, boundary + 1]), -1);
		},
		[parameterSpecs(config, "float64"), { shape: [rows, time], dtype: "int32" }],
		{ name: "recognise" },
	);
	const params = constructionTensors(engine, { config, values }, factor);
	const seen = new Set<string>();
	let [members, errors, smallest, largest] = [0, 0, Number.POSITIVE_INFINITY, 0];
	let example: string | undefined;
	try {
		for (let start = 0; start < strings.length; start += rows) {
			signal?.throwIfAborted();
			const some = strings.slice(start, start + rows);
			// What follows a string's end is padding: the mask keeps it from the verdict.
			const tokens = new Int32Array(rows * time);
			for (const [row, text] of some.entries()) {
				tokens[row * time] = boundary;
				for (let i = 0; i < text.length; i++) tokens[row * time + i + 1] = letters.indexOf(text[i]!);
			}
			const result = await program(params, tokens);
			const logits = await result.read();
			result.dispose();
			for (const [row, text] of some.entries())
				for (let length = 0; length <= text.length; length++) {
					const prefix = text.slice(0, length);
					if (seen.has(prefix)) continue;
					seen.add(prefix);
					const logit = logits[row * time + length]!;
					const member = isEqualBlocks(letters, prefix);
					if (member) members++;
					// NaN is no verdict: neither comparison holds.
					if (!(member ? logit > 0 : logit < 0)) {
						errors++;
						if (example === undefined || prefix.length < example.length) example = prefix;
					}
					smallest = Math.min(smallest, Math.abs(logit));
					largest = Math.max(largest, Math.abs(logit));
				}
		}
	} finally {
		for (const tensor of Object.values(params)) tensor.dispose();
		program.dispose();
	}
	return {
		strings: seen.size,
		members,
		errors,
		smallest,
		largest,
		...(example === undefined ? {} : { example }),
	};
}
