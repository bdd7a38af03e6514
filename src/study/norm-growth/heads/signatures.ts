/**
 * What a leaky mask does to heads, without any training: heads with engineered parameters against closed forms, and a
 * random network whose past changes with its future.
 */
import type { Array as JaxArray } from "@jax-js/jax";
import { stream } from "../../../engine/random.ts";
import type { Engine } from "../../../engine/types.ts";
import { type ModelConfig, modelConfig } from "../../../model/config.ts";
import { initialise } from "../../../model/initialise.ts";
import { type Parameters, parameterSpecs } from "../../../model/parameters.ts";
import { encode } from "../../../model/transformer.ts";
import { headQuantities, headStatistics } from "../../../probe/heads.ts";
import { type Construction, constructionTensors } from "../../../theory/constructions/construction.ts";
import { meanHead, parkedHead } from "../../../theory/constructions/heads.ts";
import { type HeadSignature, leakSignature, meanHeadSignature } from "../../../theory/leak.ts";
import type { AnalysisRow, AnalysisTools } from "../../study.ts";

const masks = ["strict", "leaky"] as const;

/** Statistics of all heads of a model of float64 parameters × `factor` on one sentence. */
async function statisticsOf(engine: Engine, model: Construction, tokens: Int32Array, factor: number) {
	const { config } = model;
	const time = tokens.length;
	const program = await engine.compile(
		(params: Parameters, ids: JaxArray, c: JaxArray) => headQuantities(config, params, ids, c, 1).queries,
		[
			parameterSpecs(config, "float64"),
			{ shape: [1, time], dtype: "int32" },
			{ shape: [], dtype: "float64" },
		],
		{ name: "heads" },
	);
	const params = constructionTensors(engine, model);
	const result = await program(params, tokens, factor);
	const statistics = headStatistics({ ...config, causal: config.mask === "strict" }, [
		{ queries: await result.read(), time },
	]);
	for (const tensor of [result, ...Object.values(params)]) tensor.dispose();
	program.dispose();
	return statistics;
}

/** Engineered heads for sentences of `time` tokens, saturated (hard attention) and the paper's way (softmax, × 1000). */
async function engineered(engine: Engine, time: number): Promise<AnalysisRow[]> {
	const mean = meanHead([[1]], time);
	const cases: [subject: string, head: Construction, expected: HeadSignature][] = [
		["negative scores, leaky mask", parkedHead(time, { mask: "leaky" }), leakSignature(time)],
		["mean head, strict mask", mean, meanHeadSignature(time)],
		["negative scores, strict mask", parkedHead(time), { positions: 1, deviation: 0, split: 0 }],
	];
	const rows: AnalysisRow[] = [];
	for (const [subject, { config, values }, expected] of cases)
		for (const attention of ["hard", "softmax"] as const) {
			const head = { config: { ...config, attention }, values };
			const [measured] = await statisticsOf(
				engine,
				head,
				new Int32Array(time),
				attention === "hard" ? 1 : 1000,
			);
			const { positions, deviation, split } = measured!;
			rows.push({
				subject,
				mask: config.mask,
				context: time,
				attention,
				positions,
				deviation,
				split,
				"expected/positions": expected.positions,
				"expected/deviation": expected.deviation,
				"expected/split": expected.split,
			});
		}
	return rows;
}

const changedFrom = 60;

/** A random network of the paper's pre-norm kind: counts of its saturated heads, and what later tokens change. */
async function random(engine: Engine, mask: ModelConfig["mask"], time: number): Promise<AnalysisRow> {
	const config = modelConfig.parse({
		vocabulary: 100,
		context: time,
		layers: 4,
		heads: 4,
		width: 64,
		placement: "res-post",
		mask,
	});
	const values = Object.fromEntries(
		Object.entries(initialise(config, 0)).map(([name, initial]) => [name, initial.values]),
	);
	const tokens = stream(0, "heads/tokens").integers(time, config.vocabulary);
	const other = stream(0, "heads/changed").integers(time, config.vocabulary);
	const saturated = await statisticsOf(
		engine,
		{ config: { ...config, attention: "hard" }, values },
		tokens,
		1,
	);

	const program = await engine.compile(
		(params: Parameters, ids: JaxArray) => encode(config, params, ids),
		[parameterSpecs(config, "float64"), { shape: [1, time], dtype: "int32" }],
		{ name: "encode" },
	);
	const params = constructionTensors(engine, { config, values });
	const states = async (ids: Int32Array) => {
		const result = await program(params, ids);
		const read = await result.read();
		result.dispose();
		return read.subarray(0, changedFrom * config.width);
	};
	const before = await states(tokens);
	const after = await states(tokens.map((token, t) => (t < changedFrom ? token : other[t]!)));
	for (const tensor of Object.values(params)) tensor.dispose();
	program.dispose();
	const counts = saturated.map(({ positions }) => positions);
	return {
		subject: "random network",
		mask,
		context: time,
		attention: "hard",
		"positions/smallest": Math.min(...counts),
		"positions/largest": Math.max(...counts),
		// Of softmax attention, as a user would train it.
		"change/largest": Math.max(...before.map((x, i) => Math.abs(x - after[i]!))),
	};
}

export async function measureSignatures(
	contexts: readonly number[],
	{ engine, signal, progress }: AnalysisTools,
): Promise<AnalysisRow[]> {
	const rows: AnalysisRow[] = [];
	for (const mask of masks) rows.push(await random(engine, mask, 83));
	for (const [i, context] of contexts.entries()) {
		signal.throwIfAborted();
		rows.push(...(await engineered(engine, context)));
		progress((i + 1) / contexts.length);
	}
	return rows;
}
