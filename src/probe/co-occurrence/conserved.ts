/**
 * What gradient flow of the co-occurrence network conserves, and how far a computed trajectory has drifted from it: exact
 * tests of an integrator, and estimates of its error that need no second run (§5 and §10 of the specification).
 *
 *     C1  WᵀW − W_V W_Vᵀ          F sees the product W·W_V alone      C6  w̄w̄ᵀ/m₁ − W_V W_Vᵀ, its part in reduced form
 *     C2  W_K W_Kᵀ − W_Q W_Qᵀ     F sees W_KᵀW_Q alone
 *     C3  (I − aaᵀ/m₁)W           every neuron moves alike            linear: round-off for every Runge–Kutta method
 *     C4  columns of unseen words                                     exactly 0
 *     C5  W_K Σ_τ τ               softmax ignores a common shift      linear: round-off
 *     C7  traces of C1 and C2
 *     C8  of the closed form: traces of powers of C1 and C2, and of C5
 */
import { closedLayout } from "../../model/co-occurrence/closed.ts";
import type { Form } from "../../model/co-occurrence/form.ts";
import { layoutOf } from "../../model/co-occurrence/layout.ts";

/** Largest |change of an entry| between two states; absent where the form does not hold the quantity. */
export interface Drifts {
	/** C1, or C6 of the reduced form; [width, width]. */
	readonly mlp?: number;
	/** C2, [width, width]. */
	readonly attention?: number;
	/** C3, [neurons, width]. Full form only: the others have it by construction. */
	readonly directions?: number;
	/** C4; of the closed form the same of entries whose words are both unseen. Absent where no word is unseen. */
	readonly unseen?: number;
	/** C5, [width]. */
	readonly keys?: number;
	/** C7. */
	readonly mlpTrace: number;
	readonly attentionTrace: number;
	/** C8: ‖M_V‖² − 2‖G‖²/m₁ + (b/m₁)²; ‖M_K‖² + ‖M_Q‖² − 2‖A‖²; 1ᵀM_K1. Closed form only. */
	readonly mlpSquares?: number;
	readonly attentionSquares?: number;
	readonly keySum?: number;
}

/** The drifts from one state of a form to a later one. Costs some words·width² multiplications. */
export function conservedDrifts(form: Form, before: Float64Array, after: Float64Array): Drifts {
	return form.name === "closed"
		? closedDrifts(form, before, after)
		: tokenDrifts(form, form.name, before, after);
}

function tokenDrifts(
	form: Form,
	name: "full" | "reduced",
	before: Float64Array,
	after: Float64Array,
): Drifts {
	const { words, width, neurons } = form.sizes;
	const at = layoutOf(form.sizes, name);
	const mlpRows = name === "full" ? neurons : 1;
	/** Of the reduced form w̄w̄ᵀ/m₁. */
	const mlpScale = name === "full" ? 1 : 1 / neurons;
	const difference = (
		[first, rows, scale]: readonly [at: number, rows: number, scale: number],
		[second, others]: readonly [at: number, rows: number],
	) => {
		const gram = (state: Float64Array) => {
			const sum = new Float64Array(width * width);
			addGram(sum, state, first, rows, width, scale);
			addGram(sum, state, second, others, width, -1);
			return sum;
		};
		return changeOf(gram(before), gram(after), width);
	};
	const mlp = difference([0, mlpRows, mlpScale], [at.value, words]);
	const attention = difference([at.key, words, 1], [at.query, words]);
	const keys = (state: Float64Array) => {
		const sum = new Float64Array(width);
		for (let i = 0; i < words * width; i++) sum[i % width]! += state[at.key + i]!;
		return sum;
	};
	const unseen = unseenWords(form);
	const columns = unseen.flatMap((word) =>
		[at.value, at.key, at.query].map((from) => {
			const [start, end] = [from + word * width, from + (word + 1) * width];
			return largestChange(before.subarray(start, end), after.subarray(start, end));
		}),
	);
	return {
		mlp: mlp.largest,
		attention: attention.largest,
		...(form.signs && {
			directions: largestChange(
				directionsOf(before, form.signs, width),
				directionsOf(after, form.signs, width),
			),
		}),
		...(unseen.length > 0 && { unseen: Math.max(...columns) }),
		keys: largestChange(keys(before), keys(after)),
		mlpTrace: Math.abs(mlp.trace),
		attentionTrace: Math.abs(attention.trace),
	};
}

/** Adds scale·Σ x xᵀ over `rows` vectors of `width` numbers, which lie one after the other. */
function addGram(
	sum: Float64Array,
	state: Float64Array,
	at: number,
	rows: number,
	width: number,
	scale: number,
): void {
	for (let row = 0; row < rows; row++) {
		const from = at + row * width;
		for (let r = 0; r < width; r++) {
			const x = scale * state[from + r]!;
			for (let s = 0; s < width; s++) sum[r * width + s]! += x * state[from + s]!;
		}
	}
}

function changeOf(before: Float64Array, after: Float64Array, width: number) {
	let trace = 0;
	for (let r = 0; r < width; r++) trace += after[r * (width + 1)]! - before[r * (width + 1)]!;
	return { largest: largestChange(before, after), trace };
}

/** C3: w_j − a_j w̄/m₁ for each neuron, [neurons, width]. */
function directionsOf(state: Float64Array, signs: Float64Array, width: number): Float64Array {
	const mean = new Float64Array(width);
	const sign = (at: number) => signs[Math.floor(at / width)]!;
	const mlp = state.subarray(0, signs.length * width);
	for (let at = 0; at < mlp.length; at++) mean[at % width]! += (sign(at) * mlp[at]!) / signs.length;
	return mlp.map((x, at) => x - sign(at) * mean[at % width]!);
}

function closedDrifts(form: Form, before: Float64Array, after: Float64Array): Drifts {
	const { words: d, neurons } = form.sizes;
	const at = closedLayout(form.sizes);
	const invariants = (state: Float64Array) => {
		const sum = (from: number, of: (x: number, k: number, q: number) => number) => {
			let total = 0;
			for (let k = 0; k < d; k++) for (let q = 0; q < d; q++) total += of(state[from + k * d + q]!, k, q);
			return total;
		};
		const trace = (from: number) => sum(from, (x, k, q) => (k === q ? x : 0));
		const squares = (from: number) => sum(from, (x) => x * x);
		const b = state[at.b]! / neurons;
		const G = state.subarray(at.G, at.G + d).reduce((total, x) => total + x * x, 0);
		return {
			mlpTrace: trace(at.valueGram) - b,
			attentionTrace: trace(at.keyGram) - trace(at.queryGram),
			mlpSquares: squares(at.valueGram) - (2 * G) / neurons + b * b,
			attentionSquares: squares(at.keyGram) + squares(at.queryGram) - 2 * squares(at.scores),
			keySum: sum(at.keyGram, (x) => x),
		};
	};
	const [start, end] = [invariants(before), invariants(after)];
	const change = (name: keyof typeof start) => Math.abs(end[name] - start[name]);
	const unseen = unseenWords(form);
	const entries = [at.valueGram, at.scores, at.keyGram, at.queryGram].flatMap((from) =>
		unseen.flatMap((k) => unseen.map((q) => Math.abs(after[from + k * d + q]! - before[from + k * d + q]!))),
	);
	return {
		...(unseen.length > 0 && { unseen: Math.max(...entries) }),
		mlpTrace: change("mlpTrace"),
		attentionTrace: change("attentionTrace"),
		mlpSquares: change("mlpSquares"),
		attentionSquares: change("attentionSquares"),
		keySum: change("keySum"),
	};
}

/** Words of the vocabulary that no sample holds. */
function unseenWords({ dataset: { tokens, words } }: Form): number[] {
	const seen = new Set(tokens);
	return Array.from({ length: words }, (_, word) => word).filter((word) => !seen.has(word));
}

function largestChange(before: Float64Array, after: Float64Array): number {
	let largest = 0;
	for (let i = 0; i < before.length; i++) largest = Math.max(largest, Math.abs(after[i]! - before[i]!));
	return largest;
}
