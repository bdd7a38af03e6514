import { expect, test } from "vitest";
import { eSpa } from "../../model/signal/e-spa.ts";
import { leakyReluMap, leakyReluScale } from "../../model/signal/leaky-relu.ts";
import { espaGammas, gammaSteps, mlpAwareRhos, rhoSteps, uspaRhos } from "../../model/signal/schedule.ts";
import { columnNorms, targetKernel } from "../../model/signal/target-kernel.ts";
import { uSpa } from "../../model/signal/u-spa.ts";
import { leakyReluActivation } from "./activation-kernel.ts";
import { diagonalOf, type Kernel, kernelFrom } from "./kernel.ts";
import { statisticsOf } from "./kernel-statistics.ts";
import type { AttentionBranch, NetworkDescription, ResidualSum } from "./network.ts";
import { propagate } from "./propagate.ts";
import { differentTokens, repeatedTokens } from "./start-kernels.ts";
import {
	combined,
	identityMixing,
	type Mixing,
	productOf,
	uniformBidirectional,
	uniformCausal,
	withoutRescaling,
} from "./token-mixing.ts";

const eSpaLayers = (layers: number, gamma: number) =>
	gammaSteps(espaGammas(layers, gamma)).map((step) => eSpa(step).apply);
const uSpaLayers = (layers: number, rho: number) =>
	rhoSteps(uspaRhos(layers, rho)).map((step) => uSpa(step).apply);
const times = (layers: number, mixing: Mixing) => Array.from({ length: layers }, () => mixing);

const attends = (mixing: Mixing, options: Partial<ResidualSum & AttentionBranch> = {}): ResidualSum => ({
	name: "attn.residual",
	skip: 0,
	...options,
	branches: [{ kind: "attention", heads: [mixing], ...options }],
});

const attentionOnly = (layers: readonly Mixing[], options = {}): NetworkDescription =>
	layers.map((mixing) => [attends(mixing, options)]);

/** Skipless blocks of attention and one scaled leaky relu. */
const withLeakyRelu = (layers: readonly Mixing[], slope: number): NetworkDescription =>
	layers.map((mixing) => [
		attends(mixing),
		{
			name: "ff.residual",
			skip: 0,
			branches: [{ kind: "feed-forward", activations: [leakyReluActivation(slope, leakyReluScale(slope))] }],
		},
	]);

const largestDifference = (a: Kernel, b: ArrayLike<number>) =>
	a.values.reduce((most, value, k) => Math.max(most, Math.abs(value - b[k]!)), 0);

const normalisedSkip = (skip: number) => ({ skip, weight: Math.sqrt(1 - skip ** 2) });

/** Mean cosine, adjacent cosine, effective rank at l = 1, 10, 50, 100, as specification §4 prints them. */
const evolution: Record<
	string,
	{ network: NetworkDescription; rows: string[]; diagonal?: [number, number] }
> = {
	"vanilla causal": {
		network: attentionOnly(times(100, uniformCausal)),
		rows: [".669/.978/3.6", ".9998/1/1.0", "1/1/1", "1/1/1"],
		diagonal: [1, 1],
	},
	"vanilla bidirectional": {
		network: attentionOnly(times(100, uniformBidirectional)),
		rows: ["1/1/1", "1/1/1", "1/1/1", "1/1/1"],
		diagonal: [0.01, 0.01],
	},
	"skip 1:1, no norm": {
		network: attentionOnly(times(100, uniformCausal), { skip: 1 }),
		rows: [".018/.037/98", ".979/.997/1.13", "1/1/1", "1/1/1"],
		diagonal: [2 ** 100, 2 ** 100],
	},
	"Post-LN": {
		network: attentionOnly(times(100, uniformCausal), { skip: 1, placement: "post" }),
		rows: [".018/.037/98", ".943/.977/1.45", "1/1/1", "1/1/1"],
		diagonal: [1, 1],
	},
	"Pre-LN": {
		network: attentionOnly(times(100, uniformCausal), { skip: 1, placement: "pre" }),
		// §4 prints 5.5 for the effective rank at l = 10: 5.447 (numpy agrees), rounded twice.
		rows: [".018/.037/98", ".722/.798/5.45", ".922/.974/1.58", ".946/.988/1.36"],
		diagonal: [86, 101],
	},
	"normalised skip a = .98": {
		network: attentionOnly(times(100, uniformCausal), normalisedSkip(0.98)),
		rows: [".0008/.0017/100", ".012/.023/99", ".343/.387/35.5", ".907/.936/1.94"],
	},
	"normalised skip a² = 1 − 1/100": {
		network: attentionOnly(times(100, uniformCausal), normalisedSkip(Math.sqrt(0.99))),
		rows: [".0002/.0004/100", ".0022/.0045/100", ".018/.031/98", ".067/.094/89"],
		diagonal: [0.38, 1],
	},
	"V-SkipInit": {
		network: attentionOnly(times(100, identityMixing)),
		rows: ["0/0/100", "0/0/100", "0/0/100", "0/0/100"],
		diagonal: [1, 1],
	},
	"U-SPA, rho_L = .8": {
		network: attentionOnly(uSpaLayers(100, 0.8)),
		rows: [".016/.016/99", ".149/.149/74", ".553/.553/15", ".800/.800/4.1"],
		diagonal: [1, 1],
	},
	"E-SPA, gamma_L = .005": {
		network: attentionOnly(eSpaLayers(100, 0.005)),
		rows: [".0054/.212/95.5", ".031/.608/63", ".302/.949/10.7", ".851/.995/1.96"],
		diagonal: [1, 1],
	},
};

/** Half a unit in the last printed digit. */
const printed = (text: string) => 0.5001 * 10 ** -(text.split(".")[1]?.length ?? 0);

test.each(Object.entries(evolution))(
	"kernels of %s at T = 100 through 100 layers are those of specification §4, to the digits printed",
	(_, { network, rows, diagonal }) => {
		const { kernels } = propagate(network, differentTokens(100));
		for (const [at, depth] of [1, 10, 50, 100].entries()) {
			const { meanCosine, adjacentCosine, effectiveRank } = statisticsOf(kernels[depth]!);
			const [mean, adjacent, rank] = rows[at]!.split("/") as [string, string, string];
			expect(Math.abs(meanCosine - Number(mean))).toBeLessThan(Math.min(0.002, printed(mean)));
			expect(Math.abs(adjacentCosine - Number(adjacent))).toBeLessThan(Math.min(0.002, printed(adjacent)));
			expect(Math.abs(effectiveRank - Number(rank))).toBeLessThan(printed(rank));
		}
		if (!diagonal) return;
		const { min, max } = statisticsOf(kernels[100]!).diagonal;
		expect(Math.abs(min / diagonal[0] - 1)).toBeLessThan(0.01);
		expect(Math.abs(max / diagonal[1] - 1)).toBeLessThan(0.01);
	},
);

test("with a normalised skip of .98 the q values fall to .143 after layer 69 and rise again to .197, never above 1", () => {
	const { network } = evolution["normalised skip a = .98"]!;
	const ends = propagate(network, differentTokens(100)).kernels.map((k) => statisticsOf(k).diagonal);
	const least = ends.map(({ min }) => min);
	expect(Math.min(...least).toFixed(3)).toBe("0.143");
	expect(least.at(-1)!.toFixed(3)).toBe("0.197");
	expect(least.indexOf(Math.min(...least))).toBe(69);
	expect(Math.max(...ends.map(({ max }) => max))).toBeCloseTo(1, 12);
});

test("every kernel of U-SPA and E-SPA is its target (1e-12), causal, at all depths", () => {
	const rhos = uspaRhos(24, 0.8);
	const uniform = propagate(attentionOnly(uSpaLayers(24, 0.8)), differentTokens(64)).kernels;
	for (const [l, rho] of rhos.entries())
		expect(largestDifference(uniform[l]!, targetKernel({ kernel: "uniform", rho }, 64))).toBeLessThan(1e-12);
	const gammas = espaGammas(24, 0.005);
	const exponential = propagate(attentionOnly(eSpaLayers(24, 0.005)), differentTokens(64)).kernels;
	for (const [l, gamma] of gammas.entries())
		expect(
			largestDifference(exponential[l]!, targetKernel({ kernel: "exponential", gamma }, 64)),
		).toBeLessThan(1e-12);
});

test("without the rescaling D the same biases collapse: mean cosine .997 for E-SPA, .98 for U-SPA (L = 24, T = 64)", () => {
	const end = (layers: Mixing[]) =>
		statisticsOf(propagate(attentionOnly(layers.map(withoutRescaling)), differentTokens(64)).kernels.at(-1)!);
	const [exponential, uniform] = [end(eSpaLayers(24, 0.005)), end(uSpaLayers(24, 0.8))];
	expect(exponential.meanCosine).toBeGreaterThan(0.97);
	expect(uniform.meanCosine).toBeGreaterThan(0.97);
	expect(exponential.meanCosine).toBeCloseTo(0.997, 3);
	expect(uniform.meanCosine).toBeCloseTo(0.98, 2);
	expect(exponential.diagonal.min).toBeLessThan(0.5);
});

/** Mean cosine, adjacent cosine, largest q value at the end, for E-SPA (γ .005), U-SPA (ρ .8) and identity attention. */
const withMlp = [
	{ layers: 24, slope: 1, e: [0.8154, 0.995, 1], u: [0.8, 0.8, 1], identity: 0 },
	{ layers: 24, slope: 0.39370471, e: [0.9774, 0.9992, 12.17], u: [0.959, 0.9593, 1.8], identity: 0.8 },
	{ layers: 24, slope: 0.2385026, e: [0.989, 0.9995, 16.95], u: [0.9779, 0.9781, 2.15], identity: 0.9 },
	{ layers: 36, slope: 0.4838906, e: [0.9777, 0.9992, 12.85], u: [0.9599, 0.9603, 1.86], identity: 0.8 },
	{ layers: 36, slope: 0.35112126, e: [0.9891, 0.9995, 17.92], u: [0.9784, 0.9787, 2.25], identity: 0.9 },
];

test.each(withMlp)(
	"leaky relu of slope $slope behind each of $layers layers of SPA at T = 128 gives the table of §2.7 (5e-5, q values .006)",
	({ layers, slope, e, u, identity }) => {
		const end = (mixings: Mixing[]) => {
			const { kernels } = propagate(withLeakyRelu(mixings, slope), differentTokens(128));
			const { meanCosine, adjacentCosine, diagonal } = statisticsOf(kernels.at(-1)!);
			return [meanCosine, adjacentCosine, diagonal.max];
		};
		for (const [measured, table] of [
			[end(eSpaLayers(layers, 0.005)), e],
			[end(uSpaLayers(layers, 0.8)), u],
			[end(times(layers, identityMixing)), [identity, identity, 1]],
		] as const)
			for (const [k, value] of measured.entries())
				expect(Math.abs(value - table[k]!)).toBeLessThan(k < 2 ? 5.1e-5 : 0.006);
	},
);

test("MLP-aware U-SPA keeps every kernel uniform, with q values 1, and ends at rho_L (1e-12)", () => {
	const C = leakyReluMap(0.61414);
	const { steps, ratio } = mlpAwareRhos(24, 0.8, C);
	expect(ratio).toBeCloseTo(0.95657, 5);
	const { kernels } = propagate(
		withLeakyRelu(
			steps.map((step) => uSpa(step).apply),
			0.61414,
		),
		differentTokens(48),
	);
	for (const [l, { rhoOut }] of steps.entries())
		expect(
			largestDifference(kernels[l + 1]!, targetKernel({ kernel: "uniform", rho: C(rhoOut) }, 48)),
		).toBeLessThan(1e-12);
	expect(kernels.at(-1)!.values[1]).toBeCloseTo(0.8, 12);
});

test("column norms of the product have the mean 1 and lie on the first tokens: 72.6, .72 … .01 (E-SPA), 82.3, 9.3, 3.7, 2.1 … .2 (U-SPA)", () => {
	const norms = (layers: Mixing[]) => columnNorms(productOf(layers, 128), 128);
	const [e, u] = [norms(eSpaLayers(24, 0.005)), norms(uSpaLayers(24, 0.8))];
	for (const each of [e, u]) expect(each.reduce((a, b) => a + b) / 128).toBeCloseTo(1, 12);
	expect([e[0], e[1], e[127]].map((x) => x!.toPrecision(2))).toEqual(["73", "0.72", "0.010"]);
	expect(e[0]!.toFixed(1)).toBe("72.6");
	expect(Array.from(u.subarray(0, 4), (x) => x.toFixed(1))).toEqual(["82.3", "9.3", "3.7", "2.1"]);
	expect(u[127]!.toFixed(1)).toBe("0.2");
});

test("a share r = .02 of repeated tokens lengthens the last of 128 tokens to 2.95, of 512 to 7.84 under E-SPA, 1.29 under U-SPA", () => {
	const last = (layers: Mixing[], tokens: number) =>
		diagonalOf(propagate(attentionOnly(layers), repeatedTokens(tokens, 0.02)).kernels.at(-1)!).at(-1)!;
	expect(last(eSpaLayers(6, 0.005), 128).toFixed(2)).toBe("2.95");
	expect(last(eSpaLayers(2, 0.005), 512).toFixed(2)).toBe("7.84");
	expect(last(uSpaLayers(2, 0.8), 512).toFixed(2)).toBe("1.29");
	// A path that starts at r is exact.
	const path = rhoSteps(uspaRhos(6, 0.8, 0.02)).map((step) => uSpa(step).apply);
	expect(last(path, 128)).toBeCloseTo(1, 12);
});

test("1:1 skips end at the layer where 2^l passes 1e30, and the result names it", () => {
	const network = attentionOnly(times(120, uniformCausal), { skip: 1 });
	const { kernels, breakdown } = propagate(network, differentTokens(8));
	expect(breakdown).toMatchObject({
		kind: "exploding",
		block: 99,
		place: "blocks.99.attn.residual",
		token: 0,
		value: 2 ** 100,
	});
	expect(kernels.length).toBe(101);
});

test("weights that halve the states end at the block where a q value is below 1e-30", () => {
	const network = attentionOnly(times(80, identityMixing), { output: { gain: 0.25 } });
	const { kernels, breakdown } = propagate(network, differentTokens(8));
	expect(breakdown).toMatchObject({ kind: "vanishing", block: 49, place: "blocks.49.attn.residual" });
	expect(kernels.length).toBe(51);
});

test("SAS and SAS-P have the same kernels at the start, beta² of the feed-forward beside the identity", () => {
	const relu = leakyReluActivation(0, Math.SQRT2);
	const uniform: readonly [number, Mixing][] = [
		[1, identityMixing],
		[1, uniformCausal],
		[-1, uniformCausal],
	];
	const attention = {
		kind: "attention",
		heads: [combined(uniform)],
		values: "identity",
	} satisfies AttentionBranch;
	const feed = { kind: "feed-forward", activations: [relu], weight: 0.1 } as const;
	const sas: NetworkDescription = times(18, identityMixing).map(() => [
		{ name: "attn.residual", skip: 0, branches: [attention] },
		{ name: "ff.residual", skip: 1, branches: [feed] },
	]);
	const sasP: NetworkDescription = times(18, identityMixing).map(() => [
		{ name: "ff.residual", skip: 0, branches: [attention, feed] },
	]);
	const [first, second] = [sas, sasP].map((net) => propagate(net, differentTokens(32)).kernels.at(-1)!);
	expect(largestDifference(first!, second!.values)).toBeLessThan(1e-14);
	expect(first!.values[0]).toBeCloseTo(1.01 ** 18, 12);
});

test("identity values add to the skip as states: (I + A) Σ (I + A)ᵀ, not Σ + A Σ Aᵀ", () => {
	const network = [[attends(uniformCausal, { skip: 1, values: "identity", placement: "pre" })]];
	const start = kernelFrom(3, (i, j) => (i === j ? 4 : 0));
	// Rows of 2 (I + A/2): the branch sees states of length 1.
	const rows = [
		[3, 0, 0],
		[0.5, 2.5, 0],
		[1 / 3, 1 / 3, 2 + 1 / 3],
	];
	const expected = rows.flatMap((a) => rows.map((b) => a.reduce((sum, x, k) => sum + x * b[k]!, 0)));
	expect(largestDifference(propagate(network, start).kernels[1]!, expected)).toBeLessThan(1e-12);
});
