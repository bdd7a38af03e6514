/** The paper's statements about phase 2 as questions to a finished flow: was it so at every step from T1 to the end? */
import type { Row } from "../../../figure/figure.ts";
import { predicates } from "../../../probe/co-occurrence/predicates.ts";

export interface Statement {
	readonly name: string;
	/** A few words for a panel. */
	readonly label: string;
	/** Of the last row of a flow. */
	met(last: Readonly<Record<string, Row[string]>>): boolean;
}

const every = (keys: readonly string[]): Statement["met"] => {
	return (last) => keys.every((key) => last[`summary/${key}`] === 1);
};

/** What the lemmas and the theorem conclude. */
export const conclusions: readonly Statement[] = [
	{ name: "inequality", label: "Lemma 4.5: −G₃′ in between", met: every(["inequality"]) },
	{
		name: "half",
		label: "Lemma 4.3: T0.5 before T1",
		met: (last) => Number(last["summary/clock.T0.5"]) < Number(last["summary/clock.T1"]),
	},
	{
		name: "scores",
		label: "Thm 3.2 (i): attention",
		met: every(["12", "21", "31", "32"].map((pair) => `monotone.score${pair}`)),
	},
	{
		name: "values",
		label: "Thm 3.2 (ii): values",
		met: every(["12", "13", "23"].map((pair) => `monotone.value${pair}`)),
	},
];

const short: Readonly<Record<string, string>> = {
	key_query: "keys and queries move little",
	attention: "attention moves little",
	speed: "‖w̄‖² stays O(σ₁²mm₁)",
	neuron_motion: "values are slower than w̄",
	attention_motion: "attention is slower than w̄",
	order: "S₄ ≤ S₂, S₃ ≤ S₁ ≤ sum",
	classes: "½ ≤ S₂/S₃ ≤ 2",
	margin: "all samples are correct",
	words: "|G| ≤ O(log m)",
	irrelevant: "irrelevant words: O(1)",
};

/** What they suppose: Def. F.1, with our constants in the place of its O(·). A condition that failed has a time. */
export const conditions: readonly Statement[] = predicates.map(({ name }) => ({
	name,
	label: short[name] ?? name,
	met: (last) =>
		last[`summary/needed.${name}`] !== undefined && last[`summary/predicate.${name}`] === undefined,
}));
