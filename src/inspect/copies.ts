/**
 * Which tensors of a file are a table or head that it holds twice: older PyTorch files name tied weights twice
 * (`wte.weight` and `lm_head.weight`), T5's name the shared table up to three times.
 */
import type { TensorSeries } from "./series-measure.ts";

/**
 * The tensor that each copy is one of, by name. Copies are tables or heads with the same shape, the same sum of squares and
 * the same steps at every checkpoint, to the last bit, and not zero throughout. The original is a table rather than a
 * head, and the one with the shorter name: `shared.weight` before `encoder.embed_tokens.weight`.
 */
export function copiesAmong(tensors: readonly Omit<TensorSeries, "copyOf">[]): Map<string, string> {
	const rank = ({ name, role }: Pick<TensorSeries, "name" | "role">) =>
		(role.module === "head" ? 1e6 : 0) + name.length;
	const candidates = tensors
		.filter(({ role }) => role.module === "embedding" || role.module === "head")
		.sort((a, b) => rank(a) - rank(b));
	const originals = new Map<string, string>();
	const copies = new Map<string, string>();
	for (const { name, measures } of candidates) {
		if (measures.every((measure) => !measure?.squared)) continue;
		const print = measures
			.map((m) => (m ? [m.shape, m.dtype, m.squared, m.squaredStep, m.squaredDistance].join() : ""))
			.join(";");
		const original = originals.get(print);
		if (original === undefined) originals.set(print, name);
		else copies.set(name, original);
	}
	return copies;
}
