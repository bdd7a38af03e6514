/** Our side of the step benchmark: the library's own model and optimizer, one compiled step. */
import { type Array as JaxArray, valueAndGrad } from "@jax-js/jax";
import type { Engine, ProgramInfo, Spec, Tensor } from "../src/engine/types.ts";
import { modelConfig } from "../src/model/config.ts";
import { type Parameters, parameterSpecs } from "../src/model/parameters.ts";
import { type Batch, loss } from "../src/model/transformer.ts";
import { optimizerConfig } from "../src/optimizer/config.ts";
import { createOptimizer } from "../src/optimizer/optimizer.ts";
import type { Size } from "./sizes.ts";

export interface TrainingStep {
	readonly info: ProgramInfo;
	readonly parameters: number;
	/** Makes one step and returns the loss before it. */
	step(): Promise<number>;
	profile(): Promise<{ operator: string; calls: number; milliseconds: number }[]>;
	dispose(): void;
}

const refs = (tree: Parameters): Parameters =>
	Object.fromEntries(Object.entries(tree).map(([k, x]) => [k, x.ref]));

export async function trainingStep(engine: Engine, size: Size): Promise<TrainingStep> {
	const { work: _, batch, ...shape } = size;
	const model = modelConfig.parse({ ...shape, placement: "pre" });
	const optimizer = createOptimizer(optimizerConfig.parse({ name: "adamw" }));
	const params = parameterSpecs(model);
	const state = optimizer.specs(params);
	const scalar: Spec = { shape: [], dtype: "float32" };
	const scalars = Object.fromEntries(Object.keys(optimizer.scalars(0, 1e-3)).map((k) => [k, scalar]));
	const tokens: Spec = { shape: [batch, size.context + 1], dtype: "int32" };
	const program = await engine.compile(
		(theta: Parameters, memory: Parameters, s: Parameters, data: { tokens: JaxArray }) => {
			const [value, grads] = valueAndGrad((p: Parameters) => loss(model, p, data as Batch))(refs(theta));
			const next = optimizer.update(refs(theta), grads, memory, s);
			return [next.params, next.state, value] as const;
		},
		[params, state, scalars, { tokens }],
		{ name: "step", donate: [0, 1] },
	);

	let seed = 1;
	const random = () => {
		seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
		return seed / 2 ** 32;
	};
	const fill = (specs: Record<string, Spec>, value: (name: string) => () => number) =>
		Object.fromEntries(
			Object.entries(specs).map(([name, { shape, dtype }]) => {
				const draw = value(name);
				const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, draw);
				return [name, engine.tensor(values, shape, dtype)];
			}),
		);
	let theta: Record<string, Tensor> = fill(params, (name) =>
		name.includes("ln") && name.endsWith("weight") ? () => 1 : () => (random() - 0.5) * 0.1,
	);
	let memory: Record<string, Tensor> = fill(state, () => () => 0);
	let t = 0;
	const args = () =>
		[
			theta,
			memory,
			optimizer.scalars(t, 1e-3),
			{
				tokens: Int32Array.from({ length: batch * (size.context + 1) }, () =>
					Math.floor(random() * size.vocabulary),
				),
			},
		] as const;
	const take = async ([nextTheta, nextMemory, value]: readonly [typeof theta, typeof memory, Tensor]) => {
		[theta, memory, t] = [nextTheta, nextMemory, t + 1];
		const [result] = await value.read();
		value.dispose();
		return result;
	};
	return {
		info: program.info,
		parameters: Object.values(params).reduce((n, { shape }) => n + shape.reduce((a, b) => a * b, 1), 0),
		step: async () => take(await program(...args())),
		profile: async () => {
			const { result, rows } = await program.profile(...args());
			await take(result);
			return [...rows];
		},
		dispose: () => {
			program.dispose();
			for (const x of [...Object.values(theta), ...Object.values(memory)]) x.dispose();
		},
	};
}
