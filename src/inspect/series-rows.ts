/**
 * A measured series as rows, one a checkpoint, with the keys of `metrics.jsonl` (docs/architecture.md): what draws a
 * training draws a series.
 *
 * Steps are those between checkpoints: δ = θ − θ′ with θ′ the checkpoint before, in the row of θ. The budget of a row is
 * that of the interval that ends there, where a training's row has that of the coming optimizer step:
 *
 *     ‖θ‖² − ‖θ′‖² = 2θ′ᵀδ + ‖δ‖²
 */
import type { Row } from "../figure/figure.ts";
import { oneMinusCosine } from "../theory/series.ts";
import { scopesOf } from "./scopes.ts";
import type { SeriesMeasure, TensorMeasure, TensorSeries } from "./series-measure.ts";

/**
 * Rows by rising step. Scopes are those of `scopes.ts`; `all` is left out of the keys of directions, of `dyn/step` and of
 * `dyn/alignment.step`. What is not finite, or of a zero vector, is absent; so is what compares a scope with an earlier
 * checkpoint in which its tensors are others.
 *
 *     param/<tensor>.norm | stable_rank | spectral_norm
 *     dyn/norm.<scope>                          ‖θ‖; norm.stored_columns: mean norm of the columns of linear weights
 *     dyn/direction.<scope>.previous|initial    cos(θ, θ′), cos(θ, θ₀)
 *     dyn/step.<scope>                          ‖δ‖
 *     dyn/alignment.step.<scope>                cos(θ′, δ)
 *     dyn/radial.<scope>                        2θ′ᵀδ
 *     dyn/squared_step.<scope>                  ‖δ‖²
 *     dyn/stable_rank.<scope>                   mean over linear weights of ‖W‖_F² / ‖W‖₂²; scopes of blocks
 *     dyn/spectral_norm.<scope>                 largest ‖W‖₂ among them
 */
export function seriesRows(measure: SeriesMeasure, run: string): Row[] {
	const scopes = scopesOf(measure.tensors);
	return measure.steps.map((step, at) => {
		const values: Record<string, number> = {};
		for (const tensor of measure.tensors) tensorValues(values, tensor, at);
		for (const [scope, tensors] of scopes) scopeValues(values, scope, tensors, at);
		columnValues(values, scopes.get("all") ?? [], at);
		const finite = Object.entries(values).filter(([, value]) => Number.isFinite(value));
		return { run, step, ...Object.fromEntries(finite) };
	});
}

function tensorValues(values: Record<string, number>, { name, measures }: TensorSeries, at: number): void {
	const measure = measures[at];
	if (!measure) return;
	values[`param/${name}.norm`] = Math.sqrt(measure.squared);
	if (!measure.spectrum) return;
	values[`param/${name}.stable_rank`] = measure.spectrum.stableRank;
	values[`param/${name}.spectral_norm`] = measure.spectrum.norm;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, value) => total + value, 0);

function scopeValues(
	values: Record<string, number>,
	scope: string,
	tensors: readonly TensorSeries[],
	at: number,
): void {
	const present = tensors.flatMap(({ measures }) => measures[at] ?? []);
	if (present.length === 0) return;
	const squared = sum(present.map((measure) => measure.squared));
	values[`dyn/norm.${scope}`] = Math.sqrt(squared);
	const suffix = scope === "all" ? "" : `.${scope}`;
	const first = tensors.reduce(
		(least, { measures }) =>
			Math.min(
				least,
				measures.findIndex((measure) => measure !== undefined),
			),
		at,
	);

	const distance = between(tensors, first, at, "squaredDistance");
	if (distance) {
		const turned = oneMinusCosine(squared, distance.squared, distance.apart);
		if (squared * distance.squared > 0) values[`dyn/direction${suffix}.initial`] = clamp(1 - turned);
	}
	const interval = at > 0 ? between(tensors, at - 1, at, "squaredStep") : undefined;
	if (interval) {
		const { squared: before, apart: step } = interval;
		if (squared * before > 0)
			values[`dyn/direction${suffix}.previous`] = clamp(1 - oneMinusCosine(squared, before, step));
		const radial = squared - before - step;
		values[`dyn/step${suffix}`] = Math.sqrt(step);
		values[`dyn/radial.${scope}`] = radial;
		values[`dyn/squared_step.${scope}`] = step;
		if (before * step > 0)
			values[`dyn/alignment.step${suffix}`] = clamp(radial / (2 * Math.sqrt(before * step)));
	}
	const spectra = present.flatMap(({ spectrum }) => spectrum ?? []);
	if (spectra.length > 0 && /\.\d+$/.test(scope)) {
		values[`dyn/stable_rank.${scope}`] = sum(spectra.map(({ stableRank }) => stableRank)) / spectra.length;
		values[`dyn/spectral_norm.${scope}`] = Math.max(...spectra.map(({ norm }) => norm));
	}
}

const clamp = (cosine: number): number => Math.min(1, Math.max(-1, cosine));

/** ‖θ′‖² at `from` and ‖θ − θ′‖² of a scope, if it has the same tensors in the same shapes at `from` and `to`. */
function between(
	tensors: readonly TensorSeries[],
	from: number,
	to: number,
	key: "squaredStep" | "squaredDistance",
): { squared: number; apart: number } | undefined {
	let [squared, apart] = [0, 0];
	for (const { measures } of tensors) {
		const [before, after] = [measures[from], measures[to]];
		if (!before && !after) continue;
		const part = from === to ? 0 : after?.[key];
		if (!before || part === undefined || before.shape.join() !== after?.shape.join()) return undefined;
		squared += before.squared;
		apart += part;
	}
	return { squared, apart };
}

function columnValues(values: Record<string, number>, tensors: readonly TensorSeries[], at: number): void {
	const columns = tensors.flatMap(({ measures }: { measures: readonly (TensorMeasure | undefined)[] }) => {
		return measures[at]?.columns ?? [];
	});
	const count = sum(columns.map((column) => column.count));
	if (count > 0) values["dyn/norm.stored_columns"] = sum(columns.map((column) => column.sum)) / count;
}
