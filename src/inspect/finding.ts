/** What is wrong, or worth knowing, in a series of checkpoints. */

export type FindingKind =
	| "unreadable"
	| "non-finite"
	| "zero"
	| "identical-checkpoints"
	| "identical-shards"
	| "identical-tensors"
	| "off-path"
	| "jump"
	| "missing-steps"
	| "odd-step"
	| "dtype"
	| "shape"
	| "tensor-set"
	| "frozen"
	| "equal-tensors"
	| "not-checked";

export interface Finding {
	readonly kind: FindingKind;
	/** An error: the series is not what its steps say. A warning: look before you use it. A note: good to know. */
	readonly severity: "error" | "warning" | "note";
	/** The steps it is about, ascending; missing ones too. */
	readonly steps: readonly number[];
	/** A tensor, a file, or `series`. */
	readonly subject: string;
	/** One or two sentences, with the numbers that they rest on. */
	readonly message: string;
}

/** `1 error, 2 warnings`; `nothing`. */
export function countFindings(findings: readonly Finding[]): string {
	const counts = (["error", "warning", "note"] as const).flatMap((severity) => {
		const count = findings.filter((finding) => finding.severity === severity).length;
		return count > 0 ? `${count} ${severity}${count > 1 ? "s" : ""}` : [];
	});
	return counts.join(", ") || "nothing";
}
