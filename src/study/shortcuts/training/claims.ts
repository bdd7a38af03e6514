/**
 * What is claimed of training without shortcuts: of the abstract of He et al. 2023 (C1 to C4), and of the measurements that
 * the specification reports at a small size (§8). Bounds in nats and "clearly" are ours.
 */
import { above, atLeast, atMost, type Claim, below as lessThan } from "../../study.ts";
import {
	below,
	belowPlateau,
	bestBelow,
	bestBelowPlateau,
	change,
	rateQuotient,
	reference,
	speed,
} from "./measurements.ts";
import { longer, longName, publishedGamma, saturationFactor, seedsName } from "./names.ts";

/** Nats below the plateau up to which a loss counts as that of the plateau, and from which it has left it. */
const [near, clear] = [0.1, 0.2];

const skipless = ["value-skip-init", "u-spa", "e-spa"] as const;
const measured8 = "specification §8, derived: measured there in one run of 24 blocks";
const short =
	"Short runs of a small network on characters: who is ahead at a few hundred steps need not be so later.";
const decay =
	"Each run's rate falls to 0 at its own end, so steps to a loss in the middle of a longer run are too many; the detail has a bound from the other side.";

/** What plateau claims are to be read beside. */
const beside: Readonly<Record<string, string>> = {
	sas: "SAS has norms and the skip of the feed-forward network.",
	"e-spa, norms":
		"The specification has two runs with norms and without skips: with γ_L = 0.005 one stayed at the plateau, its cause not " +
		"looked into; with γ_L = 0.2 and a gentler feed-forward network one left it.",
};

/** Where plateau claims come from that are not of the abstract, which removes skips and norms both. */
const elsewhere: Readonly<Record<string, string>> = {
	sas: `He & Hofmann 2023: as fast as Pre-LN; ${measured8}`,
	"e-spa, norms": "ours: the abstract says nothing of norms without skips; specification §8",
};

const plateaus: readonly Claim[] = [
	{
		id: "training.vanilla-plateau",
		sentence:
			"a deep vanilla transformer, without skips, norms or changed attention, learns no more than how often each token " +
			"occurs (nats below the unigram plateau)",
		place: `${measured8}; the abstract's C1 supposes it`,
		expected: atMost(near),
		caveat:
			"The bound is what the specification saw, about 0.1. A network that has not come down to the plateau yet, or that " +
			"diverged, meets the claim too: see the losses.",
		measure: (rows) => belowPlateau(rows, seedsName, "vanilla", "most"),
	},
	{
		id: "training.vanilla-plateau-long",
		sentence: `nor does it in ${longer} times as many steps (nats below the unigram plateau)`,
		place: measured8,
		expected: atMost(near),
		caveat: "One seed.",
		measure: (rows) => belowPlateau(rows, longName, "vanilla", "most"),
	},
	{
		id: "training.vanilla-any-rate",
		sentence: "nor at any learning rate of the grid (nats below the unigram plateau at the best one)",
		place: "ours",
		expected: atMost(near),
		caveat: `One seed. ${short} Runs of the grid are shorter still.`,
		measure: (rows) => bestBelowPlateau(rows, "vanilla"),
	},
	...([...skipless, "e-spa, norms", "sas"] as const).map(
		(method): Claim => ({
			id: `training.leaves-plateau.${method}`,
			sentence: `${method}: the same depth learns more than that, with the attention changed (nats below the unigram plateau)`,
			place: elsewhere[method] ?? `abstract, C1; ${measured8}`,
			expected: atLeast(clear),
			...(method in beside && { caveat: beside[method] }),
			measure: (rows) => belowPlateau(rows, seedsName, method, "least"),
		}),
	),
	...skipless.map(
		(method): Claim => ({
			id: `training.below-vanilla.${method}`,
			sentence: `${method}: its worst seed is below the best of vanilla (difference of losses, nats)`,
			place: `abstract, C1; ${measured8}`,
			expected: above(0),
			measure: (rows) => below(rows, method, "vanilla"),
		}),
	),
];

const withSkips: readonly Claim[] = [
	{
		id: "training.no-norms.e-spa, skips",
		sentence: `e-spa with normalised skips and no norms trains as fast as ${reference} (1 / steps ratio; 0: not reached)`,
		place: "abstract, C3: without normalisation but with skips, at matching speed",
		expected: atLeast(1),
		measure: (rows) => speed(rows, seedsName, "e-spa, skips"),
	},
	{
		id: "training.no-norms.plain, skips",
		sentence: `the control: normalised skips alone, with plain attention and no norms, train as fast as ${reference} (1 / steps ratio; 0: not reached)`,
		place: "not in the abstract: what C3 owes to the skips",
		expected: atLeast(1),
		caveat:
			"Where this holds, the claim above is no evidence for the changed attention; the next one may be.",
		measure: (rows) => speed(rows, seedsName, "plain, skips"),
	},
	{
		id: "training.attention-adds",
		sentence:
			"with normalised skips and no norms, e-spa is below plain attention at equal steps (difference of losses, nats)",
		place: measured8,
		expected: above(0),
		caveat: short,
		measure: (rows) => below(rows, "e-spa, skips", "plain, skips"),
	},
];

const slower: readonly Claim[] = [
	...skipless.map(
		(method): Claim => ({
			id: `training.slower.${method}`,
			sentence: `${method}: without skips and norms it is behind ${reference} at equal steps (difference of losses, nats)`,
			place: "abstract, C4; He & Hofmann 2023 on it: significantly reduced speed per update",
			expected: above(0),
			measure: (rows) => below(rows, reference, method),
		}),
	),
	...skipless.map(
		(method): Claim => ({
			id: `training.five-times.${method}`,
			sentence: `${method}: without skips and norms it reaches ${reference}'s loss within ${longer} times as many steps (1 / steps ratio; 0: not reached)`,
			place: "abstract, C4: about five times",
			expected: atLeast(1 / longer),
			caveat: `One seed; “about five times” is of the paper's size. ${decay}`,
			measure: (rows) => speed(rows, longName, method),
		}),
	),
];

const rates: readonly Claim[] = [
	...skipless.map(
		(method): Claim => ({
			id: `training.smaller-rate.${method}`,
			sentence: `${method}: without skips and norms the best learning rate is below that of ${reference} (quotient)`,
			place: "specification §8 (d): about 3 times; He & Hofmann 2023 on Value-SkipInit",
			expected: lessThan(1),
			measure: (rows) => rateQuotient(rows, method),
		}),
	),
	{
		id: "training.gentler-gamma",
		sentence:
			"raising γ_L·T speeds short runs up: γ_L = 0.1 is below the published 0.005 at a length of 64 (best over rates, nats)",
		place: "specification §8 (e)",
		expected: above(0),
		caveat: short,
		measure: (rows) => bestBelow(rows, "e-spa", publishedGamma),
	},
];

const nobody =
	"Neither paper says it: Merrill et al. 2021 looked at networks with skips and norms, He et al. 2023 not at norms of parameters.";

/** Two questions of another paper, asked of these networks. */
const probes: readonly Claim[] = [
	...(["pre-norm", "plain, skips", "e-spa, skips", "e-spa, norms", ...skipless] as const).map(
		(method): Claim => ({
			id: `training.norm-grows.${method}`,
			sentence: `${method}: the norm of the blocks' parameters grows (last / first)`,
			place: "a new question: Merrill et al. 2021, §3, asked of these networks",
			expected: above(1),
			outside: nobody,
			caveat: "Weight decay 0.1 works against it.",
			measure: (rows) => change(rows, method, "norm"),
		}),
	),
	...(["pre-norm", "plain, skips", "e-spa, skips", "sas"] as const).map(
		(method): Claim => ({
			id: `training.saturates.${method}`,
			sentence: `${method}: training brings the network nearer to its saturated limit (cosine between states at θ and ${saturationFactor}·θ, last − first)`,
			place: "a new question: Merrill et al. 2021, §4, asked of these networks",
			expected: above(0),
			outside: nobody,
			caveat:
				`The factor is ${saturationFactor} and not 1000: without norms states grow as its power of some 150 to 180, and overflow. ` +
				"Not asked of networks without skips: with W_Q = 0 their first states are homogeneous in the parameters, so they begin at 1.",
			measure: (rows) => change(rows, method, "saturation"),
		}),
	),
];

export const claims: readonly Claim[] = [...plateaus, ...withSkips, ...slower, ...rates, ...probes];
