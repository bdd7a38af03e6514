/**
 * What tells a transformer where a token stands, for positions that are computed and not learned.
 *
 * Both use the frequencies base^(−2i/n), i < n/2: a vector added to the embedding holds sine and cosine of
 * position × frequency; a rotary embedding turns pairs of dimensions of queries and keys by that angle, so that
 * their product depends on the distance of their positions only.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";

/** f(position × frequency_i) for positions below `time`, as a constant [time, n / 2]. Computed in float64. */
function table(
	f: (angle: number) => number,
	time: number,
	n: number,
	base: number,
	like: JaxArray,
): JaxArray {
	const values = Float64Array.from({ length: (time * n) / 2 }, (_, k) => {
		const i = k % (n / 2);
		return f(((k - i) / (n / 2)) * base ** ((-2 * i) / n));
	});
	const typed = like.dtype === np.float64 ? values : Float32Array.from(values);
	return np.array(typed, { shape: [time, n / 2], dtype: like.dtype });
}

/**
 * Sinusoidal positions [time, width] (Vaswani et al. 2017, §3.5): sines in even dimensions, cosines in odd ones.
 * `like` gives the type.
 */
export function sinusoids(time: number, width: number, like: JaxArray): JaxArray {
	const even = width + (width % 2);
	const sin = table(Math.sin, time, even, 10000, like);
	const cos = table(Math.cos, time, even, 10000, like);
	const both = np.stack([sin, cos], -1).reshape([time, even]);
	return even === width ? both : both.slice([], [0, width]);
}

/**
 * Rotary embedding (Su et al. 2021) of x [..., time, n], n even. `adjacent` turns dimensions (2i, 2i + 1), `half`
 * turns (i, i + n/2).
 */
export function rotate(x: JaxArray, style: "adjacent" | "half", base: number): JaxArray {
	const [time, n] = x.shape.slice(-2) as [number, number];
	const cos = table(Math.cos, time, n, base, x);
	const sin = table(Math.sin, time, n, base, x);
	const axis = style === "adjacent" ? -1 : -2;
	const pairs = x.reshape([...x.shape.slice(0, -1), ...(style === "adjacent" ? [n / 2, 2] : [2, n / 2])]);
	const [first, second] = np.split(pairs, 2, axis).map((part) => np.squeeze(part, axis)) as [
		JaxArray,
		JaxArray,
	];
	const turned = [first.ref.mul(cos.ref).sub(second.ref.mul(sin.ref)), first.mul(sin).add(second.mul(cos))];
	return np.stack(turned, axis).reshape(x.shape);
}
