/**
 * From the network to the idealised flow: the more samples, the less any irrelevant word matters, and G(μ₁), G(μ₂), G(μ₃)
 * of the network follow u, u, v of the two-variable flow at τ = ∫κ dt.
 *
 * Three words a sample, nearly even attention and small outputs at the start; the rest of the distance is of order 1/n.
 */
import type { Row } from "../../../figure/figure.ts";
import { parseFlowConfig } from "../../../run/flow/config.ts";
import { solveFlow } from "../../../run/flow/solve.ts";
import { meanFieldAt } from "../../../theory/co-occurrence/mean-field.ts";
import { inWords, median, rowsOf } from "../../rows.ts";
import { type Analysis, type AnalysisRow, below, type Claim, near } from "../../study.ts";
import { at, travelled } from "../flows.ts";
import type { Size } from "../presets.ts";

const manySamplesName = "phases/many-samples";

const configuration = {
	length: 3,
	model: { width: 128, neurons: 64 },
	initialisation: { name: "gaussian", mlp: 0.1, value: 0.01, attention: 0.01 },
	dynamics: { name: "flow", clock: 100, guarantees: false },
} as const;

interface ManySamplesSize {
	/** n. */
	readonly samples: readonly number[];
	readonly seeds: number;
}

const sizes: Readonly<Record<Size, ManySamplesSize>> = {
	smoke: { samples: [60, 240], seeds: 1 },
	laptop: { samples: [60, 240, 600], seeds: 3 },
	paper: { samples: [60, 240, 600], seeds: 10 },
};

export const manySamplesExperiments = (size: Size): Analysis[] => [manySamples(sizes[size])];

/** What the figure and the claims need of a row of a flow. */
const kept = /^(step$|flow\/|word\/|event\/)/;

/** The rows of a flow for each n and seed. */
const manySamples = ({ samples, seeds }: ManySamplesSize): Analysis => ({
	kind: "analysis",
	name: manySamplesName,
	title: "Flows of more and more samples",
	needs: [],
	options: { samples, seeds, configuration },
	async compute({ signal, progress }) {
		const { length, ...rest } = configuration;
		const rows: AnalysisRow[] = [];
		for (const [i, n] of samples.entries())
			for (let seed = 0; seed < seeds; seed++) {
				const flow = { kind: "flow", seed, data: { samples: n, length }, ...rest } as const;
				const solution = await solveFlow(parseFlowConfig(flow), { signal });
				signal.throwIfAborted();
				for (const row of solution.rows) {
					const own = Object.fromEntries(Object.entries(row).filter(([key]) => kept.test(key)));
					rows.push({ samples: n, seed, ...own });
				}
				progress((i * seeds + seed + 1) / (samples.length * seeds));
			}
		return rows;
	},
});

/** The flow of each n and the first seed, as rows of a run of its own, and its name. */
export function namedFlows(rows: readonly Row[]): { readonly rows: Row[]; readonly runs: string[] } {
	const named = rowsOf(rows, manySamplesName, { seed: 0 }).map((row) => ({
		...row,
		run: `n = ${row["samples"]}`,
	}));
	return { rows: named, runs: [...new Set(named.map(({ run }) => run))] };
}

/** The largest |G(μ_k) − ideal| of a flow, ideal at the same ∫κ dt. */
function largestGap(rows: readonly Row[]): number {
	const ideal = meanFieldAt(travelled(rows));
	return Math.max(
		...rows.flatMap((row, i) => {
			const { u, v } = ideal[i]!;
			return [u, u, v].map((value, k) => Math.abs(at(row, `word/G.${k + 1}`) - value));
		}),
	);
}

/** By n, in increasing order: the gap of each seed. */
function gapsOf(rows: readonly Row[]): { readonly n: number; readonly gaps: number[] }[] {
	const own = rowsOf(rows, manySamplesName);
	const distinct = (key: string) => [...new Set(own.map((row) => at(row, key)))].sort((a, b) => a - b);
	return distinct("samples").map((n) => ({
		n,
		gaps: distinct("seed").map((seed) =>
			largestGap(own.filter((row) => row["samples"] === n && row["seed"] === seed)),
		),
	}));
}

const detailOf = (gaps: ReturnType<typeof gapsOf>) =>
	`largest gap up to κ₀t = 100, by n: ${gaps.map(({ n, gaps }) => `${n}: ${gaps.map(inWords).join(", ")}`).join("; ")}.`;

const place = "not in the paper: the limit of its equations for many samples";

export const manySamplesClaims: readonly Claim[] = [
	{
		id: "phases.ideal-limit",
		sentence:
			"With many samples G of the three words follows the idealised flow (largest gap at the largest n, worst seed)",
		place,
		expected: below(0.15),
		caveat: "u and v reach 3.3 and −4.5 on the way. The bound is ours.",
		measure(rows) {
			const all = gapsOf(rows);
			const most = all.at(-1);
			return most && most.n >= 600 ? { value: Math.max(...most.gaps), detail: detailOf(all) } : undefined;
		},
	},
	{
		id: "phases.ideal-order",
		sentence:
			"The gap to the idealised flow closes like 1/n (exponent between the least and the largest n, median of seeds)",
		place,
		expected: near(-1, 0.3),
		caveat: "The tolerance is ours.",
		measure(rows) {
			const all = gapsOf(rows);
			const [least, most] = [all[0], all.at(-1)];
			if (!least || !most || least === most) return undefined;
			const exponent = Math.log(median(most.gaps) / median(least.gaps)) / Math.log(most.n / least.n);
			return { value: exponent, detail: detailOf(all) };
		},
	},
];
