/** What kind of head it is, by a share of its positions (`heads.ts`). */

export const headClasses = ["argmax-like", "in between", "mean-like"] as const;
export type HeadClass = (typeof headClasses)[number];

/** Shares of the positions available between which a head is neither. Ours; the leak's share is just below ½. */
export const classBounds = { argmax: 0.05, mean: 0.4 } as const;

/** What a head is by a share: of its positions attended in the saturated network, or of its effective positions. */
export const classOf = (share: number): HeadClass =>
	share < classBounds.argmax ? "argmax-like" : share < classBounds.mean ? "in between" : "mean-like";
