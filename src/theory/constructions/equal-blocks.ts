/**
 * A saturated transformer that recognises aⁿbⁿ, aⁿbⁿcⁿ, … (n ≥ 0) by counting (Merrill et al. 2021, §4.2).
 *
 * Its architecture is the paper's own (Def. 4–6: x + LN(f(x)), layer norm, ReLU, two blocks), without biases, without
 * positions and with ε = 0. A string w is given as ^w, ^ a boundary mark; the logit of the mark at a position, "the
 * string may end here", is positive exactly if the prefix read so far is in the language. With n = t + 1 tokens read:
 *
 *     block 1  mean head     fⱼ = (number of letters j read) / n and s = 1/n: all counts, with 1 as the unit s
 *              feed-forward  order: flag = Σⱼ [this token is j] · (f of the letters after j) − s/2, which is ≥ s/2 if a
 *                            later letter came before this token, and −s/2 if not
 *     block 2  argmax head   the largest flag of the prefix: "is any token out of order?"
 *              feed-forward  verdict = s/2 − Σⱼ |fⱼ − fⱼ₊₁| − max(flag, 0): s/2 if all counts agree and all is in order.
 *                            Counts that differ differ by s or more, so else it is −s/2 or less
 *
 * A mean head counts: where all scores tie, weights are 1/n exactly. An argmax head quantifies: a maximum over the
 * prefix is an "exists". The causal mask alone tells the order of tokens.
 *
 * Layer norm divides each sublayer's output by its length, which differs from position to position, and the
 * construction has to live with it:
 * - Every value is written twice, v in a channel and −v in the next. The mean that layer norm subtracts is then 0.
 * - A sublayer's values share one factor > 0, so comparisons among them keep their sign. Each sublayer writes to
 *   channels of its own, so that the skip connection adds values of two factors nowhere.
 * - One value alone becomes its sign: LN(…, v, −v, …) = ±m, m = √(width/2). Flags and verdict are such, so that ties
 *   of flags are exact and the logit is ±m for every string, however long: the margin does not shrink.
 * - "a and b" of an indicator a ∈ {0, 1} and a value b ≥ 0 is max(b − K(1 − a), 0), with K beyond any b: layer norm
 *   bounds b by m.
 *
 * What of it survives the limit c → ∞: all. What a sublayer adds has degree 1 in θ, that of its norm's gain, as the
 * skip connection has; hard attention does not see the size of scores; so f(cθ) = c·f(θ) for the states and c²·f(θ)
 * for the logits, exactly. The network is its own saturated network (Def. 1, up to c²). With softmax in the place of
 * hard attention the mean head stays exact and the scores of the argmax head are 0 or √2·c⁴ apart, which must outweigh
 * the length of the string: a network that fails on strings at c = 1 is right on them at a slightly larger c.
 */
import { type Construction, construct, type Entry, identity } from "./construction.ts";

export interface Recogniser extends Construction {
	/** One a block, in their order. */
	readonly letters: string;
	/** The token of the boundary mark; letter j is token j. */
	readonly boundary: number;
	/** What the logit of the mark is in absolute value, for every string: m. */
	readonly margin: number;
}

/** Of strings over `letters` (two or more different ones) with at most `longest` letters. */
export function equalBlocks(letters: string, longest: number): Recogniser {
	const count = letters.length;
	let channels = 0;
	const take = (n: number, stride: number) =>
		Array.from({ length: n }, () => {
			channels += stride;
			return channels - stride;
		});
	const letter = take(count, 1);
	const [boundary, one] = take(2, 1) as [number, number];
	// What sublayers write: each with its negative in the next channel.
	const frequency = take(count, 2);
	const [unit, flag, worst, verdict] = take(4, 2) as [number, number, number, number];
	// The smallest width 2m² with room for all channels, so that m is a whole number.
	const margin = Math.ceil(Math.sqrt(channels / 2));
	const width = 2 * margin ** 2;

	/** `out` and its negative twin take `value` of `into`. */
	const twins = (out: number, into: number, value: number): Entry[] => [
		[out, into, value],
		[out + 1, into, -value],
	];
	const pairs = letter.slice(1).map((_, j) => [j, j + 1] as const);

	const construction = construct(
		{
			vocabulary: count + 1,
			context: longest + 1,
			layers: 2,
			heads: 1,
			width,
			feedForward: 2 * count,
			placement: "res-post",
			norm: "layer",
			normEpsilon: 0,
			biases: false,
			positions: "none",
			mask: "strict",
			attention: "hard",
			activation: "relu",
		},
		{
			"tok_emb.weight": [...letter, boundary].flatMap((channel, token): Entry[] => [
				[token, channel, 1],
				[token, one, 1],
			]),
			// Queries and keys are 0: a mean head.
			"blocks.0.attn.v.weight": identity([...letter, boundary]),
			"blocks.0.attn.o.weight": [
				...letter.flatMap((channel, j) => twins(frequency[j]!, channel, 1)),
				...twins(unit, boundary, 1),
			],
			// Hidden j: [this is letter j] and the frequencies of the letters after it. The last letter has none.
			"blocks.0.ff.w1.weight": [
				...pairs.flatMap(([j]): Entry[] => [
					...frequency.slice(j + 1).map((channel): Entry => [j, channel, 1]),
					[j, letter[j]!, width],
					[j, one, -width],
				]),
				[count - 1, unit, 1],
			],
			"blocks.0.ff.w2.weight": [
				...pairs.flatMap(([j]) => twins(flag, j, 1)),
				...twins(flag, count - 1, -0.5),
			],
			// Every query is 1 and every key its flag: an argmax head, which returns the flag.
			"blocks.1.attn.q.weight": [[0, one, 1]],
			"blocks.1.attn.k.weight": [[0, flag, 1]],
			"blocks.1.attn.v.weight": [[0, flag, 1]],
			"blocks.1.attn.o.weight": twins(worst, 0, 1),
			// |x| = max(x, 0) + max(−x, 0).
			"blocks.1.ff.w1.weight": [
				...pairs.flatMap(([j, next]): Entry[] => [
					[2 * j, frequency[j]!, 1],
					[2 * j, frequency[next]!, -1],
					[2 * j + 1, frequency[j]!, -1],
					[2 * j + 1, frequency[next]!, 1],
				]),
				[2 * count - 2, worst, 1],
				[2 * count - 1, unit, 1],
			],
			"blocks.1.ff.w2.weight": [
				...Array.from({ length: 2 * count - 1 }, (_, hidden) => twins(verdict, hidden, -1)).flat(),
				...twins(verdict, 2 * count - 1, 0.5),
			],
			"head.weight": [[count, verdict, 1]],
		},
	);
	return { ...construction, letters, boundary: count, margin };
}

/** Whether `text` is each of the letters n times, one block after the other: the definition, read off directly. */
export function isEqualBlocks(letters: string, text: string): boolean {
	const n = text.length / letters.length;
	return Number.isInteger(n) && text === [...letters].map((letter) => letter.repeat(n)).join("");
}
