import { expect, test } from "vitest";
import {
	measureSynthetic,
	rates,
	type Stored,
	type SyntheticSeries,
	schedules,
	walk,
} from "../../test/support/synthetic-series.ts";
import type { Finding } from "./finding.ts";
import { lintSeries } from "./lint-series.ts";

const lint = (series: SyntheticSeries): Finding[] => lintSeries(measureSynthetic(series));
const grave = (findings: readonly Finding[]) => findings.filter(({ severity }) => severity !== "note");
const only = (findings: readonly Finding[], kind: Finding["kind"]) => findings.filter((f) => f.kind === kind);

/** A training of 154 checkpoints at Pythia's steps, as it should have been published. */
const pythia = (options: { shards?: number; seed?: number } = {}): SyntheticSeries =>
	walk({
		steps: schedules.pythia,
		rate: rates.cosine,
		seed: options.seed ?? 1,
		persistence: 0.03,
		decay: 0.1,
		shards: options.shards ?? 1,
		matrices: 3,
	});

/** The series with the checkpoint of each step replaced by what `change` makes of it. */
function replaced(
	{ steps, checkpoints }: SyntheticSeries,
	change: (checkpoint: ReadonlyMap<string, Stored>, step: number) => ReadonlyMap<string, Stored>,
): SyntheticSeries {
	return { steps, checkpoints: checkpoints.map((checkpoint, i) => change(checkpoint, steps[i]!)) };
}

/** One tensor changed at the steps that `at` says. */
const withTensor = (
	series: SyntheticSeries,
	name: string,
	at: (step: number) => boolean,
	change: (stored: Stored) => Stored | undefined,
): SyntheticSeries =>
	replaced(series, (checkpoint, step) => {
		if (!at(step)) return checkpoint;
		const copy = new Map(checkpoint);
		const changed = change(copy.get(name)!);
		if (changed) copy.set(name, changed);
		else copy.delete(name);
		return copy;
	});

const small = () =>
	walk({ steps: schedules.even, rate: rates.constant, seed: 3, persistence: 0.03, matrices: 3, shards: 2 });

test("a sound series of 154 checkpoints has nothing to tell", () => {
	expect(lint(pythia())).toEqual([]);
	expect(lint(pythia({ shards: 3 }))).toEqual([]);
});

test("rates that warm up, decay, restart or drop, on four schedules, from random to straight paths: no false alarm", () => {
	for (const [name, rate] of Object.entries(rates))
		for (const steps of [schedules.even, schedules.doubling, schedules.mixed])
			for (const persistence of [0, 0.03, 1])
				expect(
					grave(lint(walk({ steps, rate, seed: 5, persistence, decay: 0.1, matrices: 3, shards: 2 }))),
					`${name}, ${steps.at(-1)}, ${persistence}`,
				).toEqual([]);
}, 30_000);

test("pythia#205: 86 branches that serve two files of the final weights are told as two groups, and what they share", () => {
	const sound = pythia();
	const final = sound.checkpoints.at(-1)!;
	const second = [54, 56, 57, 58, 59, 61, 62, 63, 64, 143].map((x) => 1000 * x);
	const late = [55, 60, 65, 70, 80, 90, 100, 103, 110, 120, 130, 140].map((x) => 1000 * x);
	const first = [...schedules.pythia.filter((step) => step <= 53_000), ...late];
	// The two differ in one tensor only.
	const other = new Map(final);
	const last = final.get("layer.2.weight")!;
	other.set("layer.2.weight", { ...last, values: last.values.map((x) => x + 0.01) });
	const findings = lint(
		replaced(sound, (checkpoint, step) =>
			first.includes(step) ? final : second.includes(step) ? other : checkpoint,
		),
	);
	expect(only(findings, "identical-checkpoints").map(({ severity, steps }) => ({ severity, steps }))).toEqual(
		[
			{ severity: "error", steps: first },
			{ severity: "error", steps: second },
		],
	);
	const shared = only(findings, "identical-tensors");
	expect(shared).toHaveLength(1);
	expect(shared[0]!.subject).toBe("layer.0.weight and layer.1.weight");
	expect(shared[0]!.steps).toEqual([...first, ...second].sort((a, b) => a - b));
	// The final weights in the middle are far from their neighbours, too.
	expect(only(findings, "off-path")[0]!.steps).toContain(70_000);
});

test("pythia#206: the final model's first shard at steps 50000 and 58000 is a stale shard there", () => {
	const sound = pythia({ shards: 3 });
	const final = sound.checkpoints.at(-1)!;
	const findings = lint(
		replaced(sound, (checkpoint, step) => {
			if (step !== 50_000 && step !== 58_000) return checkpoint;
			const isFirst = (name: string) => name.startsWith("layer.0.");
			return new Map(
				[...checkpoint].map(([name, stored]) => [
					name,
					isFirst(name) ? { ...stored, values: final.get(name)!.values } : stored,
				]),
			);
		}),
	);
	const [shard] = only(findings, "identical-shards");
	expect(shard).toMatchObject({
		severity: "error",
		steps: [50_000, 58_000, 143_000],
		subject: "model-1-of-3.safetensors",
	});
	expect(shard!.message).toBe(
		"All tensors of model-1-of-3.safetensors have the same values at steps 50000, 58000 and 143000, while those of other files differ: a stale or misplaced shard.",
	);
	expect(only(findings, "off-path").flatMap(({ steps }) => steps)).toEqual([50_000, 58_000]);
	expect(only(findings, "identical-checkpoints")).toEqual([]);
	expect(only(findings, "identical-tensors")).toEqual([]);
});

test("pythia#195: checkpoints identical from step 0 to 6000 are an error; #83: steps 0 and 1 alone a warning", () => {
	const sound = pythia();
	const from = sound.checkpoints[0]!;
	const until = (last: number) =>
		lint(replaced(sound, (checkpoint, step) => (step <= last ? from : checkpoint)));
	const [long, ...more] = grave(until(6000));
	expect(long).toMatchObject({ kind: "identical-checkpoints", severity: "error" });
	expect(long!.steps.at(-1)).toBe(6000);
	expect(long!.message).toContain("steps 0, 1, 2, 4, 8, … 5000, 6000 (17 of them)");
	expect(more).toEqual([]);
	expect(grave(until(1)).map(({ kind, severity, steps }) => ({ kind, severity, steps }))).toEqual([
		{ kind: "identical-checkpoints", severity: "warning", steps: [0, 1] },
	]);
	// A schedule that decays to 0 makes its last step with a learning rate of 0.
	const { steps, checkpoints } = sound;
	const ended = { steps: [...steps, 143_001], checkpoints: [...checkpoints, checkpoints.at(-1)!] };
	expect(grave(lint(ended)).map(({ severity, steps }) => ({ severity, steps }))).toEqual([
		{ severity: "warning", steps: [143_000, 143_001] },
	]);
});

test("pythia#108: a late checkpoint in the place of step 32000 is off the path, though the late one is not in the series", () => {
	const sound = pythia();
	const final = sound.checkpoints.at(-1)!;
	const series = replaced(sound, (checkpoint, step) => (step === 32_000 ? final : checkpoint));
	const findings = grave(
		lint({ steps: series.steps.slice(0, -1), checkpoints: series.checkpoints.slice(0, -1) }),
	);
	expect(findings).toHaveLength(1);
	expect(findings[0]).toMatchObject({
		kind: "off-path",
		severity: "error",
		steps: [32_000],
		subject: "series",
	});
});

test("pythia#203: a step 0 that the training did not start from is a jump", () => {
	const sound = pythia();
	const foreign = pythia({ seed: 2 }).checkpoints[0]!;
	const findings = grave(lint(replaced(sound, (checkpoint, step) => (step === 0 ? foreign : checkpoint))));
	expect(findings).toHaveLength(1);
	expect(findings[0]).toMatchObject({ kind: "jump", severity: "warning", steps: [0, 1] });
	expect(findings[0]!.message).toContain("the first checkpoint may not be where this training began");
});

test("OLMo#915: three steps far apart with one content", () => {
	const series = small();
	const copied = series.checkpoints[10]!;
	const findings = lint(replaced(series, (c, step) => (step === 8500 || step === 15_000 ? copied : c)));
	expect(only(findings, "identical-checkpoints").map(({ steps }) => steps)).toEqual([[5000, 8500, 15_000]]);
});

test("pythia#107: steps that are not there are named, by an even spacing and by doubling, and an odd one", () => {
	const without = (gone: number[], extra?: [number, number]) => {
		const { steps, checkpoints } = pythia();
		const kept = [...steps.keys()].filter((i) => !gone.includes(steps[i]!));
		const move = (step: number) => (step === extra?.[0] ? extra[1] : step);
		return lint({ steps: kept.map((i) => move(steps[i]!)), checkpoints: kept.map((i) => checkpoints[i]!) });
	};
	expect(without([4000, 32_000, 33_000]).map(({ kind, steps }) => ({ kind, steps }))).toEqual([
		{ kind: "missing-steps", steps: [4000, 32_000, 33_000] },
	]);
	expect(without([64])).toMatchObject([{ kind: "missing-steps", severity: "warning", steps: [64] }]);
	expect(without([], [40_000, 40_001])).toMatchObject([
		{ kind: "odd-step", severity: "note", steps: [40_001] },
	]);
});

test("NaN, infinite and vanished values, changed types and shapes, and tensors that come and go, each with its steps", () => {
	const name = "layer.1.weight";
	const after = (step: number) => step >= 19_000;
	const told = (at: (step: number) => boolean, change: (stored: Stored) => Stored | undefined) =>
		grave(lint(withTensor(small(), name, at, change))).map(({ kind, severity, steps, subject }) => [
			kind,
			severity,
			steps,
			subject,
		]);
	const filled = (value: number) => (stored: Stored) => ({
		...stored,
		values: stored.values.map(() => value),
	});
	expect(told(after, (stored) => ({ ...stored, values: stored.values.with(7, Number.NaN) }))).toEqual([
		["non-finite", "error", [19_000, 19_500], name],
	]);
	expect(told((step) => step === 9000, filled(Infinity))).toEqual([["non-finite", "error", [9000], name]]);
	expect(told(after, filled(0))).toContainEqual(["zero", "error", [19_000, 19_500], name]);
	expect(told(() => true, filled(0))).toContainEqual(["zero", "warning", schedules.even, name]);
	expect(told((step) => step === 0, filled(0))).toEqual([]);
	const none = (stored: Stored) => ({ ...stored, values: new Float64Array(), shape: [0, 16] });
	expect(told(() => true, none)).toEqual([]);
	expect(told(after, (stored) => ({ ...stored, dtype: "BF16" }))).toEqual([
		["dtype", "warning", [19_000], name],
	]);
	expect(told(after, (stored) => ({ ...stored, shape: [32, 8] }))).toEqual([
		["shape", "error", [19_000], name],
	]);
	expect(
		told(
			(step) => step === 9000,
			() => undefined,
		),
	).toEqual([["tensor-set", "error", [9000], name]]);
	expect(told(after, () => undefined)).toEqual([["tensor-set", "warning", [19_000], name]]);
	expect(
		told(
			(step) => step < 500,
			() => undefined,
		),
	).toEqual([["tensor-set", "warning", [500], name]]);
});

test("a matrix begun anew in the middle of a training is a jump of this tensor", () => {
	const fresh = walk({
		steps: schedules.even,
		rate: rates.constant,
		seed: 77,
		persistence: 0.03,
		matrices: 1,
	});
	const series = small();
	const findings = grave(
		lint(
			replaced(series, (checkpoint, step) => {
				if (step < 10_000) return checkpoint;
				const { values } = fresh.checkpoints[schedules.even.indexOf(step) - 20]!.get("layer.0.weight")!;
				const name = "layer.1.weight";
				return new Map(checkpoint).set(name, { ...checkpoint.get(name)!, values });
			}),
		),
	);
	expect(findings).toHaveLength(1);
	expect(findings[0]).toMatchObject({ kind: "jump", steps: [9500, 10_000] });
});

test("tensors that never move, and matrices that equal each other, are notes", () => {
	const series = small();
	const start = series.checkpoints[0]!.get("layer.0.weight")!;
	const frozen = lint(
		withTensor(
			series,
			"layer.0.weight",
			() => true,
			(stored) => ({ ...stored, values: start.values }),
		),
	);
	expect(frozen).toMatchObject([{ kind: "frozen", severity: "note", subject: "layer.0.weight" }]);
	const tied = lint(
		replaced(series, (checkpoint) =>
			new Map(checkpoint).set("lm_head.weight", checkpoint.get("layer.0.weight")!),
		),
	);
	expect(tied).toMatchObject([
		{ kind: "equal-tensors", severity: "note", subject: "layer.0.weight and lm_head.weight" },
	]);
});

test("a tensor that stands still for a while is told, and findings of many tensors are one", () => {
	const series = small();
	const held = series.checkpoints[20]!;
	const stale = (name: string) => name === "layer.0.weight" || name === "layer.2.weight";
	const findings = lint(
		replaced(series, (checkpoint, step) =>
			step > 10_000 && step < 11_500
				? new Map(
						[...checkpoint].map(([name, stored]) => [
							name,
							stale(name) ? { ...stored, values: held.get(name)!.values } : stored,
						]),
					)
				: checkpoint,
		),
	);
	expect(findings).toMatchObject([
		{
			kind: "identical-tensors",
			severity: "warning",
			steps: [10_000, 10_500, 11_000],
			subject: "layer.0.weight and layer.2.weight",
		},
	]);
});

test("checkpoints that could not be read are errors, and too few to look for jumps are said to be", () => {
	const { steps, checkpoints } = small();
	const measure = measureSynthetic({ steps: steps.slice(0, 3), checkpoints: checkpoints.slice(0, 3) });
	const entries = [...measure.series.entries, { step: 1500, location: "step1500" }];
	const ignored = [{ path: "step1500", reason: "Expected 100 bytes, got 50." }];
	expect(lintSeries({ ...measure, series: { ...measure.series, entries }, ignored })).toMatchObject([
		{
			kind: "unreadable",
			severity: "error",
			steps: [1500],
			message: "The checkpoint of step 1500, `step1500`, cannot be read: Expected 100 bytes, got 50.",
		},
		{ kind: "not-checked", severity: "note" },
	]);
});
