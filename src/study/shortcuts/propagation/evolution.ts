/**
 * The kernel-evolution figure: ten networks of attention alone at T = 100, through 100 layers. The recursion's numbers
 * are compared with those that the specification derives (§4), and the network itself, run in float64, with both.
 */
import { type ModelConfig, type ModelOptions, modelConfig } from "../../../model/config.ts";
import { predictSignals, signalRows } from "../../../probe/signal-rows.ts";
import { normalised } from "../../../theory/signal/kernel.ts";
import type { AnalysisRow, AnalysisTools } from "../../study.ts";
import { packCosines } from "./pictures.ts";
import { Beginnings, OrthogonalPool, openNetwork, orthonormalEmbeddings } from "./start.ts";

/** Attention alone: the feed-forward sublayer passes the stream on. */
export const attentionAlone = (
	attention: "none" | "sum" | { readonly normalised: number },
	options: Partial<ModelOptions> = {},
): Partial<ModelOptions> => ({
	heads: 4,
	feedForward: 4,
	positions: "none",
	placement: "none",
	norm: "rms",
	normEpsilon: 0,
	finalNorm: false,
	biases: false,
	init: "signal",
	residual: { attention, feedForward: { skip: 1, branch: 0 } },
	...options,
});

interface Evolution {
	readonly options: Partial<ModelOptions>;
	/** Mean cosine, adjacent cosine, effective rank at l = 1, 10, 50, 100, as the specification prints them. */
	readonly printed: readonly [string, string, string, string];
	/** Least and largest q value at l = 100, as printed. */
	readonly diagonal?: readonly [least: string, most: string];
	/** Whether recursion and network agree at any width, and not on average only. */
	readonly exact: boolean;
}

const skipless = (options: Partial<ModelOptions> = {}) => attentionAlone("none", options);
const skips = (options: Partial<ModelOptions> = {}) => attentionAlone("sum", options);
const normalisedSkips = (a: number) => attentionAlone({ normalised: a });
const collapsed = "1/1/1";

export const evolutions: Readonly<Record<string, Evolution>> = {
	"vanilla, causal": {
		options: skipless(),
		printed: [".669/.978/3.6", ".9998/1/1.0", collapsed, collapsed],
		diagonal: ["1", "1"],
		exact: true,
	},
	"vanilla, no mask": {
		options: skipless({ mask: "none" }),
		printed: [collapsed, collapsed, collapsed, collapsed],
		diagonal: [".01", ".01"],
		exact: true,
	},
	"skips 1:1, no norm": {
		options: skips(),
		printed: [".018/.037/98", ".979/.997/1.13", collapsed, collapsed],
		// Printed as 2^l: at l = 100 beyond 1e30, where networks are stopped.
		exact: false,
	},
	"Post-LN": {
		options: skips({ placement: "post" }),
		printed: [".018/.037/98", ".943/.977/1.45", collapsed, collapsed],
		diagonal: ["1", "1"],
		exact: false,
	},
	"Pre-LN": {
		options: skips({ placement: "pre" }),
		// The specification prints 5.5 for the effective rank at l = 10: 5.447, rounded twice.
		printed: [".018/.037/98", ".722/.798/5.45", ".922/.974/1.58", ".946/.988/1.36"],
		diagonal: ["86", "101"],
		exact: false,
	},
	"skips a = .98": {
		options: normalisedSkips(0.98),
		printed: [".0008/.0017/100", ".012/.023/99", ".343/.387/35.5", ".907/.936/1.94"],
		// .15 to 1 is printed for the diagonal, of all depths and roughly: the least is .143 after 69, .197 after 100.
		exact: false,
	},
	"skips a² = .99": {
		options: normalisedSkips(Math.sqrt(0.99)),
		// Of l = 1 and l = 10 what the specification leaves out is the recursion's.
		printed: [".0002/.0004/100", ".0022/.0045/100", ".018/.031/98", ".067/.094/89"],
		diagonal: [".38", "1"],
		exact: false,
	},
	"V-SkipInit": {
		options: skipless({ mixing: { name: "value-skip-init" } }),
		printed: ["0/0/100", "0/0/100", "0/0/100", "0/0/100"],
		diagonal: ["1", "1"],
		exact: true,
	},
	"U-SPA": {
		options: skipless({ mixing: { name: "u-spa", rho: 0.8 } }),
		printed: [".016/.016/99", ".149/.149/74", ".553/.553/15", ".800/.800/4.1"],
		diagonal: ["1", "1"],
		exact: true,
	},
	"E-SPA": {
		options: skipless({ mixing: { name: "e-spa", gamma: 0.005 } }),
		printed: [".0054/.212/95.5", ".031/.608/63", ".302/.949/10.7", ".851/.995/1.96"],
		diagonal: ["1", "1"],
		exact: true,
	},
};

/** Depths that the specification prints. */
export const printedDepths = [1, 10, 50, 100] as const;

export interface EvolutionOptions {
	/** At least `tokens`, for embeddings at right angles. */
	readonly width: number;
	readonly tokens: number;
	readonly layers: number;
	readonly seeds: number;
	/** Names of `evolutions`; default: all. */
	readonly networks?: readonly string[];
}

export async function measureEvolution(
	{ width, tokens, layers, seeds, networks = Object.keys(evolutions) }: EvolutionOptions,
	{ engine, signal, progress }: AnalysisTools,
): Promise<AnalysisRow[]> {
	const beginnings = new Beginnings(new OrthogonalPool().initialise);
	const rows: AnalysisRow[] = [];
	for (const [done, network] of networks.entries()) {
		const config: ModelConfig = modelConfig.parse({
			vocabulary: tokens,
			context: tokens,
			layers,
			width,
			...evolutions[network]!.options,
		});
		const program = await openNetwork(engine, config, { gradients: false });
		for (let seed = 0; seed < seeds; seed++) {
			signal.throwIfAborted();
			const signals = await program.measure({
				...beginnings.of(config, seed),
				"tok_emb.weight": orthonormalEmbeddings(config, seed),
			});
			// Σ_0 is the same for all seeds, and what follows from it.
			const predictions = seed === 0 ? predictSignals(config, signals) : [];
			const measured = signalRows(config, signals, predictions, isShown);
			rows.push(
				...measured.filter(({ depth }) => Number.isInteger(depth)).map((row) => ({ network, seed, ...row })),
			);
			if (seed > 0) continue;
			for (const depth of printedDepths) {
				const place = signals.places.find((place) => place.depth === depth);
				if (place) rows.push({ network, depth, picture: packCosines(normalised(place.kernels[0]!), 50) });
			}
		}
		program.dispose();
		progress((done + 1) / networks.length);
	}
	return rows;
}

/** Depths at which the rank, of eigenvalues, is computed. */
const isShown = (depth: number): boolean =>
	Number.isInteger(depth) && (depth <= 10 || depth % 10 === 0 || depth === 36);
