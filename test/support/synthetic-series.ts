/**
 * Series of checkpoints that were never trained: weights that walk as trainings do, measured by plain loops in
 * float64, and damaged the way published series were.
 */
import type { StoredType } from "../../src/checkpoint/stored-type.ts";
import type { SeriesMeasure, TensorMeasure, TensorSeries } from "../../src/inspect/series-measure.ts";

/** One tensor at one step, as it would be read. */
export interface Stored {
	readonly values: Float64Array;
	readonly shape: readonly number[];
	readonly dtype: StoredType;
	readonly file: string;
}

/** Checkpoints by rising step. */
export interface SyntheticSeries {
	readonly steps: readonly number[];
	readonly checkpoints: readonly ReadonlyMap<string, Stored>[];
}

const role = { stack: undefined, layer: undefined, module: "other", isLinear: true, inFirst: false } as const;

export function measureSynthetic({ steps, checkpoints }: SyntheticSeries): SeriesMeasure {
	const names = [...new Set(checkpoints.flatMap((checkpoint) => [...checkpoint.keys()]))];
	const tensors = names.map((name): TensorSeries => {
		const stored = checkpoints.map((checkpoint) => checkpoint.get(name));
		const measures = stored.map((now, i): TensorMeasure | undefined => {
			if (!now) return undefined;
			const { values, ...rest } = now;
			const sameShape = (other: Stored | undefined) =>
				other && other.shape.join() === now.shape.join() ? other : undefined;
			const before = sameShape(stored[i - 1]);
			const first = stored.slice(0, i).find((other) => sameShape(other));
			return {
				...rest,
				squared: squares(values),
				nonFinite: values.filter((x) => !Number.isFinite(x)).length,
				...(before && { squaredStep: squares(values, before.values) }),
				...(first && { squaredDistance: squares(values, first.values) }),
			};
		});
		return { name, role, copyOf: undefined, measures };
	});
	const entries = steps.map((step) => ({ step, location: `step${step}` }));
	return {
		series: { location: ".", entries, ignored: [] },
		steps,
		tensors,
		ignored: [],
		bytes: 0,
		seconds: 0,
	};
}

function squares(values: Float64Array, from?: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < values.length; i++) sum += (values[i]! - (from?.[i] ?? 0)) ** 2;
	return sum;
}

/** A learning rate at a step of so many. */
export type Rate = (step: number, total: number) => number;

const warmed = (step: number, total: number) => Math.min(1, (step + 1) / (0.02 * total));

export const rates = {
	constant: () => 1,
	cosine: (step, total) => warmed(step, total) * (0.1 + 0.45 * (1 + Math.cos((Math.PI * step) / total))),
	linear: (step, total) => warmed(step, total) * (1 - step / total),
	inverseSqrt: (step) => Math.min(1, Math.sqrt(100 / (step + 1))),
	restarts: (step, total) => 0.02 + 0.49 * (1 + Math.cos(Math.PI * (((5 * step) / total) % 1))),
	stairs: (step, total) => 0.1 ** Math.floor((4 * step) / total),
	stable: (step, total) => warmed(step, total) * (step < 0.8 * total ? 1 : 5 * (1 - step / total) + 1e-3),
} satisfies Record<string, Rate>;

/** Steps at which checkpoints lie. */
export const schedules = {
	even: Array.from({ length: 40 }, (_, i) => 500 * i),
	/** Pythia's: 0, 1, 2, 4, … 512, then every thousandth. */
	pythia: [
		0,
		...Array.from({ length: 10 }, (_, i) => 2 ** i),
		...Array.from({ length: 143 }, (_, i) => 1000 * (i + 1)),
	],
	doubling: [0, ...Array.from({ length: 16 }, (_, i) => 2 ** i)],
	/** Two spacings, and a last one that is at hand when the training ends. */
	mixed: [
		...Array.from({ length: 11 }, (_, i) => 100 * i),
		...Array.from({ length: 20 }, (_, i) => 1000 * (i + 2)),
		21_234,
	],
} satisfies Record<string, number[]>;

export interface Walk {
	readonly steps: readonly number[];
	readonly rate: Rate;
	readonly seed: number;
	/** 0: every step in a direction of its own. 1: all one way. */
	readonly persistence: number;
	/** Decoupled weight decay. */
	readonly decay?: number;
	/** Files of a checkpoint. */
	readonly shards?: number;
	/** Tensors of 16 × 16, and so many norms of 16 that begin at one. */
	readonly matrices?: number;
}

/** Weights that start at random and walk, in tensors `layer.<i>.weight` and `layer.<i>.norm`. */
export function walk({
	steps,
	rate,
	seed,
	persistence,
	decay = 0,
	shards = 1,
	matrices = 6,
}: Walk): SyntheticSeries {
	const normal = normals(seed);
	const total = Math.max(1, steps.at(-1)!);
	const layers = Array.from({ length: matrices }, (_, i) => [
		{
			name: `layer.${i}.weight`,
			shape: [16, 16],
			values: Float64Array.from({ length: 256 }, () => 0.1 * normal()),
		},
		{ name: `layer.${i}.norm`, shape: [16], values: new Float64Array(16).fill(1) },
	]).flat();
	const drifts = layers.map(({ values }) => values.map(() => normal()));
	const paces = layers.map(() => Math.exp(0.5 * normal()));
	const fileOf = (i: number, step: number) =>
		shards === 1
			? `step${step}/model.safetensors`
			: `step${step}/model-${Math.floor((i * shards) / layers.length) + 1}-of-${shards}.safetensors`;
	let now = 0;
	const checkpoints = steps.map((step) => {
		// In at most four strides, each as long as its steps would be.
		while (now < step) {
			const stride = Math.max(1, Math.ceil((step - now) / 4));
			const length = 1e-3 * rate(now, total);
			for (const [i, { values }] of layers.entries())
				for (let j = 0; j < values.length; j++) {
					// A drift that is forgotten over a twentieth of the training.
					const kept = Math.exp((-20 * stride) / total);
					drifts[i]![j] = kept * drifts[i]![j]! + Math.sqrt(1 - kept * kept) * normal();
					const move =
						persistence * stride * drifts[i]![j]! + (1 - persistence) * Math.sqrt(stride) * normal();
					values[j] = values[j]! * (1 - decay * length * stride) + length * paces[i]! * move;
				}
			now = Math.min(step, now + stride);
		}
		return new Map(
			layers.map(({ name, shape, values }, i) => [
				name,
				{ values: values.slice(), shape, dtype: "F32" as const, file: fileOf(i, step) },
			]),
		);
	});
	return { steps, checkpoints };
}

/** Standard normal numbers, the same for a seed everywhere (mulberry32 and Box and Muller). */
function normals(seed: number): () => number {
	let state = seed >>> 0;
	const uniform = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
	return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
