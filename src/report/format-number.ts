/** Numbers of tables. */

/** Six significant digits: all that float32 metrics mean. */
export const formatNumber = (value: number): string =>
	Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));

/** Four significant digits, of small numbers in powers of ten: a cell is narrow. */
export const shortNumber = (value: number): string =>
	value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
