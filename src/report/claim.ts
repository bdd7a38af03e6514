/** A published claim after the measurement: what a study hands to its report and to `study.json`. */

/** `not measured` where the runs lack what the claim needs. Only a measurement makes a claim hold or fail. */
export type Verdict = "holds" | "fails" | "not measured";

export interface JudgedClaim {
	readonly id: string;
	/** The paper's sentence in our words. */
	readonly claim: string;
	/** What the sentence is asked of, where it is asked of several, such as a configuration. */
	readonly of?: string;
	/** Where the paper says it: section, figure, page. */
	readonly place: string;
	/** Null if the claim was not measured. */
	readonly measured: number | null;
	/** How the measured value came about, with what it must be read beside, such as the loss. */
	readonly detail: string;
	/** What was expected, with its tolerance. */
	readonly expected: string;
	readonly verdict: Verdict;
	/** Where paper, code and mathematics disagree, or the evidence is weaker than it looks. */
	readonly caveat?: string;
	/** Which hypothesis of the paper is broken here; absent where none is. The paper does not claim it then. */
	readonly outside?: string;
}

/**
 * `7 claims hold, 2 fail, 1 was not measured`, leaving out what is zero. Claims asked where the paper's hypotheses do not
 * hold are counted apart: `…; outside of the hypotheses 3 hold, 4 fail`.
 */
export function countVerdicts(claims: readonly JudgedClaim[]): string {
	const [inside, outside] = [false, true].map((is) =>
		claims.filter((claim) => Boolean(claim.outside) === is),
	);
	const parts = [
		inside!.length > 0 ? count(inside!, true) : "",
		outside!.length > 0 ? `outside of the hypotheses ${count(outside!, inside!.length === 0)}` : "",
	];
	return parts.filter(Boolean).join("; ");
}

function count(claims: readonly JudgedClaim[], named: boolean): string {
	const of = (verdict: Verdict) => claims.filter((claim) => claim.verdict === verdict).length;
	const [holds, fails, open] = [of("holds"), of("fails"), of("not measured")];
	const noun = (number: number) =>
		named ? `${number} ${number === 1 ? "claim" : "claims"}` : String(number);
	const parts = [
		holds && `${noun(holds)} ${holds === 1 ? "holds" : "hold"}`,
		fails && `${fails} ${fails === 1 ? "fails" : "fail"}`,
		open && `${open} ${open === 1 ? "was" : "were"} not measured`,
	];
	return parts.filter(Boolean).join(", ");
}
