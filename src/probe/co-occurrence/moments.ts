/**
 * The statements of the paper about phase 2 as numbers at one moment, which a summary takes the worst of.
 *
 *     signs       seven monotone scalars of Thm 3.2, and two more of Cor. F.13, by their analytic rates
 *     quantities  automatic balancing (Lemmas 4.4, 4.5, Cor. F.2)
 */
import type { Observation } from "../../model/co-occurrence/form.ts";
import { type Balance, balanceOf } from "./balance.ts";
import { classMeans } from "./classes.ts";
import type { Reference } from "./reference.ts";

/** A scalar that the paper says moves one way in phase 2. */
export interface Monotone {
	readonly name: string;
	/** +1: it increases. */
	readonly sign: 1 | -1;
	rate(observation: Observation): number;
}

const score = (k: number, q: number, sign: 1 | -1): Monotone => ({
	name: `score${k}${q}`,
	sign,
	rate: ({ scoreRates }) => scoreRates[(k - 1) * 3 + q - 1]!,
});

const value = (k: number, q: number, sign: 1 | -1): Monotone => ({
	name: `value${k}${q}`,
	sign,
	rate: ({ valueGramRates }) => valueGramRates[(k - 1) * 3 + q - 1]!,
});

/** Thm 3.2 (i), (ii); the last two are Cor. F.13. Of a score the key comes first, then the query. */
export const monotones: readonly Monotone[] = [
	score(1, 2, 1),
	score(2, 1, 1),
	score(3, 1, -1),
	score(3, 2, -1),
	value(1, 2, 1),
	value(1, 3, -1),
	value(2, 3, -1),
	value(1, 1, 1),
	value(2, 2, 1),
];

/** d/dt of the mean loss of each class, −mean g_i (y_i F_i)′: [4]. */
const classLossRates = ({ dataset }: Reference, { residuals, marginRates }: Observation): Float64Array =>
	classMeans(
		dataset,
		residuals.map((g, i) => -g * marginRates[i]!),
	);

/** What a summary keeps of one step. */
export interface Quantity {
	readonly key: string;
	readonly worst: "most" | "least" | "share";
	of(balance: Balance, reference: Reference, observation: Observation): number;
}

/** Lemma 4.5: max(G₁′, G₂′) < −G₃′ < G₁′ + G₂′. */
function inequality({ GRate }: Observation): boolean {
	const [g1, g2, g3] = GRate as unknown as [number, number, number];
	return -g3 > Math.max(g1, g2) && -g3 < g1 + g2;
}

export const quantities: readonly Quantity[] = [
	{ key: "classes_max", worst: "most", of: ({ classes }) => classes },
	// Reciprocals of B2 and B3: bounded below by a positive number exactly where those are bounded.
	{ key: "sum_min", worst: "least", of: ({ sum }) => 1 / sum },
	{
		key: "difference_min",
		worst: "least",
		of: ({ differences: [d12, d13] }) => Math.min(1 / d12, 1 / d13),
	},
	{ key: "ratio_min", worst: "least", of: ({ ratio }) => ratio },
	{ key: "ratio_max", worst: "most", of: ({ ratio }) => ratio },
	{ key: "rate_max_min", worst: "least", of: ({ rateToMax }) => rateToMax },
	{ key: "rate_sum_max", worst: "most", of: ({ rateToSum }) => rateToSum },
	{ key: "inequality", worst: "share", of: (_, __, observation) => Number(inequality(observation)) },
	{ key: "ordered", worst: "share", of: ({ ordered }) => Number(ordered) },
	{ key: "in_class_max", worst: "most", of: ({ inClass }) => inClass },
	...monotones.map(
		({ name, sign, rate }): Quantity => ({
			key: `monotone.${name}`,
			worst: "share",
			of: (_, __, observation) => Number(sign * rate(observation) > 0),
		}),
	),
	...[1, 2, 3, 4].map(
		(k): Quantity => ({
			key: `class_monotone.${k}`,
			worst: "share",
			of: (_, reference, observation) => Number(classLossRates(reference, observation)[k - 1]! < 0),
		}),
	),
];

/** Every quantity at one moment, in the order of the list. */
export function momentOf(reference: Reference, observation: Observation): Float64Array {
	const balance = balanceOf(reference, observation);
	return Float64Array.from(quantities, ({ of }) => of(balance, reference, observation));
}
