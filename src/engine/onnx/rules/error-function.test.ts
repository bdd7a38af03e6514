import { type Array as JaxArray, lax } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { gelu } from "../../../model/functional.ts";
import { smoothActivations } from "../../../model/signal/smooth-activation.ts";
import { openEngine } from "../../engine.ts";
import type { Engine, Tensor } from "../../types.ts";

let native: Engine;
beforeAll(async () => {
	native = await openEngine({ device: "cpu" });
});

async function onNative(fn: (x: JaxArray) => JaxArray, values: readonly number[]): Promise<number[]> {
	const spec = { shape: [values.length], dtype: "float64" } as const;
	const program = await native.compile(fn, [spec], { name: "error function" });
	return Array.from(await ((await program(Float64Array.from(values))) as Tensor).read());
}

/** x, erf x, erfc x and erfc(−x), by mpmath 1.3.0 with 40 digits. */
const known: readonly (readonly [number, number, number, number])[] = [
	[1e-300, 1.1283791670955126e-300, 1.0, 1.0],
	[1e-12, 1.1283791670955126e-12, 0.9999999999988716, 1.0000000000011284],
	[3e-5, 3.385137500270997e-5, 0.9999661486249973, 1.0000338513750027],
	[0.1, 0.1124629160182849, 0.887537083981715, 1.1124629160182848],
	[0.3, 0.3286267594591274, 0.6713732405408726, 1.3286267594591274],
	[0.4999, 0.5204119951613866, 0.4795880048386134, 1.5204119951613866],
	[0.5, 0.5204998778130465, 0.4795001221869535, 1.5204998778130465],
	[0.5001, 0.5205877516768808, 0.4794122483231193, 1.5205877516768807],
	[0.55, 0.563323366325109, 0.436676633674891, 1.563323366325109],
	[0.7, 0.6778011938374184, 0.32219880616258156, 1.6778011938374184],
	[0.776, 0.7275464144599404, 0.2724535855400596, 1.7275464144599404],
	[0.9, 0.7969082124228322, 0.20309178757716786, 1.7969082124228322],
	[1, 0.8427007929497149, 0.15729920705028513, 1.8427007929497148],
	[1.1, 0.8802050695740817, 0.11979493042591827, 1.8802050695740817],
	[1.25, 0.9229001282564583, 0.07709987174354177, 1.9229001282564582],
	[1.6, 0.976348383344644, 0.023651616655355985, 1.976348383344644],
	[2, 0.9953222650189527, 0.004677734981047266, 1.9953222650189528],
	[2.2, 0.9981371537020182, 0.0018628462979818898, 1.998137153702018],
	[2.86, 0.9999475988269556, 5.24011730443978e-5, 1.9999475988269555],
	[3, 0.9999779095030014, 2.209049699858544e-5, 1.9999779095030015],
	[3.7, 0.9999998328489421, 1.6715105790914599e-7, 1.9999998328489421],
	[4.5, 0.9999999998033839, 1.9661604415428876e-10, 1.999999999803384],
	[5.3, 0.9999999999999338, 6.613081850340811e-14, 1.9999999999999338],
	[5.9, 0.9999999999999999, 7.190409783550478e-17, 2.0],
	[6.5, 1.0, 3.8421483271206475e-20, 2.0],
	[8, 1.0, 1.1224297172982926e-29, 2.0],
	[10, 1.0, 2.088487583762545e-45, 2.0],
	[12.25, 1.0, 3.09412674054021e-67, 2.0],
	[15, 1.0, 7.212994172451207e-100, 2.0],
	[18.7, 1.0, 4.078752132851885e-154, 2.0],
	[20, 1.0, 5.395865611607901e-176, 2.0],
	[23, 1.0, 4.441265948088057e-232, 2.0],
	[26, 1.0, 5.663192408856143e-296, 2.0],
];

test("erf and erfc of float64 are within 1e-15 of the true values, relatively, in every range and both tails", async () => {
	const xs = known.flatMap(([x]) => [x, -x]);
	const erf = await onNative(lax.erf, xs);
	const erfc = await onNative(lax.erfc, xs);
	known.forEach(([x, value, above, below], i) => {
		const pairs = [
			[erf[2 * i], value],
			[erf[2 * i + 1], -value],
			[erfc[2 * i], above],
			[erfc[2 * i + 1], below],
		] as const;
		for (const [got, expected] of pairs)
			expect(Math.abs(got! / expected - 1), `${got} for ${expected} at ±${x}`).toBeLessThan(1e-15);
	});
});

test("erf and erfc of float64 at the ends: zeros, infinities and NaN", async () => {
	const xs = [0, 40, -40, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
	expect(await onNative(lax.erf, xs)).toEqual([0, 1, -1, 1, -1, Number.NaN]);
	expect(await onNative(lax.erfc, xs)).toEqual([1, 0, 2, 0, 2, Number.NaN]);
});

test("GELU of float64 is x·Φ(x) to 1e-15 of the largest value, also of a transposed and scaled array", async () => {
	const xs = Array.from({ length: 600 }, (_, i) => (i - 300) / 40);
	const got = await onNative((x) => gelu(x.reshape([20, 30]).transpose().mul(1.5)), xs);
	got.forEach((value, i) => {
		const x = 1.5 * xs[(i % 20) * 30 + Math.floor(i / 20)]!;
		expect(Math.abs(value - smoothActivations.gelu(x)[0])).toBeLessThan(1e-15 * 11);
	});
});
