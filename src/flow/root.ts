/** Roots of a function of one variable. */

/**
 * The t between `low` and `high` at which the value changes sign, to rounding: the method of Ridders (1979), which never
 * leaves the bracket and roughly doubles the digits with every two values. The values at both ends differ in sign, or
 * one is 0.
 */
export function rootBetween(valueAt: (t: number) => number, low: number, high: number): number {
	let a = low;
	let b = high;
	let valueA = valueAt(a);
	let valueB = valueAt(b);
	if (valueA === 0) return a;
	if (valueB === 0) return b;
	for (let i = 0; i < 100; i++) {
		const middle = a + (b - a) / 2;
		if (middle === a || middle === b) break;
		const valueM = valueAt(middle);
		const spread = Math.sqrt(valueM * valueM - valueA * valueB);
		if (valueM === 0 || spread === 0) return middle;
		const t = middle + ((middle - a) * Math.sign(valueA - valueB) * valueM) / spread;
		const value = valueAt(t);
		if (value === 0 || t === a || t === b) return t;
		// The narrowest bracket that these points make.
		const points = [
			{ time: a, value: valueA },
			{ time: b, value: valueB },
			{ time: middle, value: valueM },
			{ time: t, value },
		].filter((point) => !Number.isNaN(point.value));
		points.sort((p, q) => p.time - q.time);
		const right = points.findIndex((point) => Math.sign(point.value) === Math.sign(valueB));
		({ time: a, value: valueA } = points[right - 1]!);
		({ time: b, value: valueB } = points[right]!);
		if (b - a <= 4e-16 * Math.max(Math.abs(a), Math.abs(b))) break;
	}
	return Math.abs(valueA) < Math.abs(valueB) ? a : b;
}
