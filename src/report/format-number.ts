/** Numbers of tables. */

/** Six significant digits: all that float32 metrics mean. */
export const formatNumber = (value: number): string =>
	Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
