/**
 * A square matrix of weights in [0, 1] as text, so that a row can hold a head's picture: two hexadecimal digits a
 * weight, row by row, to a precision of 1/510.
 */

export const packWeights = (weights: ArrayLike<number>): string =>
	Array.from(weights, (w) =>
		Math.round(255 * Math.min(1, Math.max(0, w)))
			.toString(16)
			.padStart(2, "0"),
	).join("");

/** The matrix that `packWeights` packed, [n][n]; undefined if `text` is none. */
export function unpackWeights(text: string): number[][] | undefined {
	const n = Math.sqrt(text.length / 2);
	if (!Number.isInteger(n) || n === 0 || !/^[0-9a-f]*$/.test(text)) return undefined;
	return Array.from({ length: n }, (_, i) =>
		Array.from({ length: n }, (_, j) => {
			const at = 2 * (i * n + j);
			return Number.parseInt(text.slice(at, at + 2), 16) / 255;
		}),
	);
}
