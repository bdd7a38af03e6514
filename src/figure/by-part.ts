/**
 * The rows of a series of checkpoints, taken apart: a scope, or the blocks of a stack or module, as a series of its own.
 * Figures then compare parts of one network as they compare runs.
 */
import type { Row } from "./figure.ts";

/** What a network is taken apart into, by the names of the keys, widest first. */
export const scopes = ["all", "encoder", "decoder", "embedding", "head"] as const;

/** `dyn/step` of everything, `dyn/step.encoder` of the encoder. */
const suffix = (scope: string) => (scope === "all" ? "" : `.${scope}`);

/** Keys of a scope, by what they are called in a row of that scope alone. */
const keysOf = (scope: string): Readonly<Record<string, string>> => ({
	norm: `dyn/norm.${scope}`,
	previous: `dyn/direction${suffix(scope)}.previous`,
	initial: `dyn/direction${suffix(scope)}.initial`,
	stepNorm: `dyn/step${suffix(scope)}`,
	alignment: `dyn/alignment.step${suffix(scope)}`,
	radial: `dyn/radial.${scope}`,
	squared: `dyn/squared_step.${scope}`,
});

/**
 * One row a scope and step, the scope's name as its run: `norm`, `previous` and `initial` (cosines), `stepNorm` (‖δ‖),
 * `stepRate` (‖δ‖ / √interval), `alignment` (cos(θ, δ)), `radial` (2θᵀδ) and `squared` (‖δ‖²), as far as measured.
 */
export function byScope(rows: readonly Row[], wanted: readonly string[] = scopes): Row[] {
	return wanted.flatMap((scope) => {
		const keys = Object.entries(keysOf(scope));
		return rows.flatMap((row, i): Row[] => {
			const values = keys.flatMap(([name, key]) => {
				const value = row[key];
				return typeof value === "number" ? [[name, value] as const] : [];
			});
			if (values.length === 0) return [];
			const own = Object.fromEntries(values);
			const interval = i > 0 ? row.step - rows[i - 1]!.step : 0;
			const stepRate =
				own["stepNorm"] !== undefined && interval > 0 ? own["stepNorm"] / Math.sqrt(interval) : undefined;
			return [{ run: scope, step: row.step, ...own, ...(stepRate !== undefined && { stepRate }) }];
		});
	});
}

const layerKey =
	/^dyn\/(norm|direction|step|alignment\.step|radial|squared_step|stable_rank|spectral_norm)\.(?:(decoder|encoder)\.)?([a-z_]+)\.(\d+)(?:\.(previous|initial))?$/;

const order = ["layer", "attention", "cross_attention", "feed_forward", "norms"];

const degrees = (cosine: number) => (Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI;

export interface LayerRows {
	readonly stacks: readonly Row[];
	readonly modules: readonly Row[];
}

/**
 * One row a part and step; a part is a stack (`blocks`, or `encoder` and `decoder`) or, in `modules`, a kind of sublayer.
 * Keys are `<quantity>.<layer>`: `norm`, `previous` and `initial` (angles in degrees), `step`, `stable_rank`,
 * `spectral_norm`, and `share`, the part of ‖δ‖² in |2θᵀδ| + ‖δ‖².
 */
export function byLayer(rows: readonly Row[]): LayerRows {
	const keys = [...new Set(rows.flatMap(Object.keys))].flatMap((key) => {
		const [, quantity, stack, part, layer, end] = layerKey.exec(key) ?? [];
		return quantity ? [{ key, quantity, stack, part: part!, layer: layer!, end }] : [];
	});
	const two = keys.some(({ stack, part }) => stack === "decoder" && part === "layer");
	const nameOf = (stack: string | undefined, part: string) => {
		if (part === "layer") return two ? (stack ?? "encoder") : "blocks";
		return `${stack === "decoder" ? "decoder " : ""}${part.replaceAll("_", "-")}`;
	};
	const of = (wanted: typeof keys): Row[] =>
		[...new Set(wanted.map(({ stack, part }) => nameOf(stack, part)))].flatMap((run) => {
			const own = wanted.filter(({ stack, part }) => nameOf(stack, part) === run);
			return rows.map((row): Row => {
				const values: Record<string, number> = {};
				for (const { key, quantity, layer, end } of own) {
					const value = row[key];
					if (typeof value !== "number") continue;
					if (quantity === "direction") values[`${end}.${layer}`] = degrees(value);
					else values[`${quantity}.${layer}`] = value;
				}
				for (const { quantity, layer } of own) {
					if (quantity !== "squared_step") continue;
					const [squared, radial] = [values[`squared_step.${layer}`], values[`radial.${layer}`]];
					if (squared === undefined || radial === undefined || squared + Math.abs(radial) === 0) continue;
					values[`share.${layer}`] = squared / (Math.abs(radial) + squared);
				}
				return { run, step: row.step, ...values };
			});
		});
	// The encoder before the decoder, attention before what follows it.
	const place = ({ stack, part }: (typeof keys)[number]) =>
		(stack === "decoder" ? order.length : 0) + order.indexOf(part);
	const sorted = keys.toSorted((a, b) => place(a) - place(b));
	return {
		stacks: of(sorted.filter(({ part }) => part === "layer")),
		modules: of(sorted.filter(({ part }) => part !== "layer")),
	};
}
