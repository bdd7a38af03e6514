/**
 * Repeated tokens: how often a text repeats itself within a sequence, and what that does to kernels which are planned
 * for tokens that are all different.
 */
import { readTexts } from "../../../data/text.ts";
import { trainTokenizer, type Unit } from "../../../data/tokenizer.ts";
import { adviseSpa, inflatedDiagonal, inflationLimit, repeatedShare } from "../../../model/signal/advice.ts";
import { eSpa } from "../../../model/signal/e-spa.ts";
import type { SpaLayer } from "../../../model/signal/layer.ts";
import { targetKernel } from "../../../model/signal/target-kernel.ts";
import { uSpa } from "../../../model/signal/u-spa.ts";
import { diagonalOf, type Kernel } from "../../../theory/signal/kernel.ts";
import { repeatedTokens } from "../../../theory/signal/start-kernels.ts";
import { mixed } from "../../../theory/signal/token-mixing.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { largestDifference, leastVisible, numericLayer } from "./dense.ts";
import { eSpaPath, gammaL, type Path, rhoL, uSpaPath } from "./paths.ts";

export const repeatsName = "attention/repeats";

const lengths = [64, 128, 512] as const;
/** Words, the most frequent of them, and characters, which the laptop trains on: unit and vocabulary size. */
const readings = {
	words: ["words", undefined],
	"2048 words": ["words", 2048],
	characters: ["characters", undefined],
} as const satisfies Readonly<Record<string, readonly [Unit, number | undefined]>>;

/** The r of the specification's examples. */
export const exampleShare = 0.02;
const negativeShares = [0.005, 0.02, 0.05];
const depth = 36;
/** Positions that hold random vectors of their own halve r. */
const encodings = ["none", "learned"] as const;

/**
 * `windows`: sequences of the text that are propagated.
 *
 *     kind share      r of WikiText-2's validation text, by unit and length
 *     kind advice     E-SPA or U-SPA for that, and with which γ_L
 *     kind curve      the diagonal of the last token after the last block, predicted, by r
 *     kind depth      the same, from the recursion of 36 layers against the formula, at the measured r
 *     kind text       mean diagonal of the last token over real sequences, against the formula
 *     kind fix        U-SPA from ρ_0 = r: largest error of the last kernel
 *     kind negative   least weight of a first layer of E-SPA that begins at a uniform kernel
 */
export const repeats = (windows: number): Analysis => ({
	kind: "analysis",
	name: repeatsName,
	title: "Repeated tokens and signal-preserving attention",
	needs: [],
	options: { windows, lengths, readings, depth, negativeShares },
	async compute({ signal, progress }) {
		const { splits } = await readTexts("wikitext-2");
		const text = splits.get("validation")!;
		const rows: AnalysisRow[] = [...curves(), ...negatives()];
		for (const [at, [unit, [pieces, size]]] of Object.entries(readings).entries()) {
			signal.throwIfAborted();
			// Whether two tokens are equal does not depend on which others there are: only a limited vocabulary needs training.
			const train = size === undefined ? text : splits.get("train")!;
			const tokenizer = trainTokenizer(pieces, { train: [train], validation: [text], test: [] }, size);
			const ids = tokenizer.encode(text);
			for (const length of lengths) {
				const whole = ids.subarray(0, ids.length - (ids.length % length));
				const share = repeatedShare(whole, length);
				rows.push({ kind: "share", unit, length, share, sequences: whole.length / length });
				rows.push(...advice(unit, length, share), ...propagated(unit, length, share));
				rows.push(...onText(unit, whole, length, windows));
				await new Promise(setImmediate);
			}
			progress((at + 1) / Object.keys(readings).length);
		}
		return rows;
	},
});

const lastESpa = (gamma: number) => eSpa({ gammaIn: Number.POSITIVE_INFINITY, gammaOut: gamma });
const lastUSpa = uSpa({ rhoIn: 0, rhoOut: rhoL });

const advice = (unit: string, length: number, share: number): AnalysisRow[] =>
	encodings.map((positions) => {
		const { kind, share: left, gammaL: range, reasons } = adviseSpa({ length, share, positions });
		return {
			kind: "advice",
			unit,
			length,
			positions,
			share: left,
			method: kind === "e-spa" ? "E-SPA" : "U-SPA",
			...(range ? { least: range.least, most: range.most } : {}),
			/** Diagonal of the last token with the least decay that is advised, and with the published one. */
			advised: range ? inflatedDiagonal(lastESpa(range.least), left, length)[length - 1]! : 1,
			published: inflatedDiagonal(lastESpa(gammaL), left, length)[length - 1]!,
			reasons: reasons.join(" "),
		};
	});

function curves(): AnalysisRow[] {
	const shares = Array.from({ length: 41 }, (_, k) => 0.001 * 300 ** (k / 40));
	const one = (method: string, length: string, share: number, diagonal: number): AnalysisRow => ({
		kind: "curve",
		method,
		length,
		share,
		diagonal,
	});
	return [exampleShare, ...shares].flatMap((share) => [
		...lengths.flatMap((length) => [
			one("E-SPA", `T = ${length}`, share, inflatedDiagonal(lastESpa(gammaL), share, length)[length - 1]!),
			one("U-SPA", `T = ${length}`, share, inflatedDiagonal(lastUSpa, share, length)[length - 1]!),
		]),
		one("E-SPA", "limit", share, inflationLimit(gammaL, share)),
	]);
}

const end = ({ layers }: Path, start: Kernel): Kernel =>
	layers.reduce(
		(kernel, layer) => ({ tokens: kernel.tokens, values: mixed(kernel, [layer.apply]).values }),
		start,
	);

/** All layers, one after the other, on (1 − r) I + r 1 1ᵀ. */
function propagated(unit: string, length: number, share: number): AnalysisRow[] {
	if (length > 128) return [];
	const start = repeatedTokens(length, share);
	const error = (path: Path, whole: SpaLayer) =>
		largestDifference(diagonalOf(end(path, start)), inflatedDiagonal(whole, share, length));
	const fixed = end(uSpaPath(depth, rhoL, share), start).values;
	return [
		{ kind: "depth", unit, length, method: "E-SPA", error: error(eSpaPath(depth), lastESpa(gammaL)) },
		{ kind: "depth", unit, length, method: "U-SPA", error: error(uSpaPath(depth), lastUSpa) },
		{
			kind: "fix",
			unit,
			length,
			share,
			error: largestDifference(fixed, targetKernel({ kernel: "uniform", rho: rhoL }, length)),
		},
	];
}

/** The whole network is L(γ_L), or L(ρ_L): of each token, the squares of the sums over its equals. */
function onText(unit: string, ids: Int32Array, length: number, windows: number): AnalysisRow[] {
	const count = ids.length / length;
	const chosen = Array.from({ length: Math.min(windows, count) }, (_, k) =>
		Math.floor((k * count) / Math.min(windows, count)),
	);
	const sequences = chosen.map((at) => ids.subarray(at * length, (at + 1) * length));
	const share = repeatedShare(Int32Array.from(sequences.flatMap((sequence) => Array.from(sequence))), length);
	return (
		[
			["E-SPA", lastESpa(gammaL)],
			["U-SPA", lastUSpa],
		] as const
	).map(([method, whole]) => {
		const weights = whole.biasRow(length - 1).map(Math.exp);
		const sum = whole.rescaling(length)[length - 1]!;
		const diagonal = sequences.map((sequence) => {
			const byToken = new Map<number, number>();
			for (const [j, id] of sequence.entries()) byToken.set(id, (byToken.get(id) ?? 0) + sum * weights[j]!);
			return [...byToken.values()].reduce((total, value) => total + value * value, 0);
		});
		return {
			kind: "text",
			unit,
			length,
			method,
			sequences: sequences.length,
			share,
			measured: diagonal.reduce((a, b) => a + b, 0) / diagonal.length,
			predicted: inflatedDiagonal(whole, share, length)[length - 1]!,
		};
	});
}

/** E-SPA cannot begin where U-SPA can. */
function negatives(): AnalysisRow[] {
	const { targets } = eSpaPath(depth);
	return negativeShares.map((rho) => ({
		kind: "negative",
		share: rho,
		least: leastVisible(numericLayer({ kernel: "uniform", rho }, targets[1]!, 64), 64),
	}));
}
