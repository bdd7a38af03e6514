/** A published claim after the measurement: what a study hands to its report and to `study.json`. */

/** `not measured` where the runs lack what the claim needs. Only a measurement makes a claim hold or fail. */
export type Verdict = "holds" | "fails" | "not measured";

export interface JudgedClaim {
	readonly id: string;
	/** The paper's sentence in our words. */
	readonly claim: string;
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
}

/** `7 claims hold, 2 fail, 1 was not measured`, leaving out what is zero. */
export function countVerdicts(claims: readonly JudgedClaim[]): string {
	const count = (verdict: Verdict) => claims.filter((claim) => claim.verdict === verdict).length;
	const [holds, fails, open] = [count("holds"), count("fails"), count("not measured")];
	const parts = [
		holds && `${holds} ${holds === 1 ? "claim holds" : "claims hold"}`,
		fails && `${fails} ${fails === 1 ? "fails" : "fail"}`,
		open && `${open} ${open === 1 ? "was" : "were"} not measured`,
	];
	return parts.filter(Boolean).join(", ");
}
