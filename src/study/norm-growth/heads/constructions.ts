/** The constructions of §4.2, examined: engineered heads against the formulas, recognisers against the definition. */
import type { Array as JaxArray } from "@jax-js/jax";
import { stream } from "../../../engine/random.ts";
import type { Engine } from "../../../engine/types.ts";
import { type Parameters, parameterSpecs } from "../../../model/parameters.ts";
import { encode } from "../../../model/transformer.ts";
import { type Construction, constructionTensors } from "../../../theory/constructions/construction.ts";
import { equalBlocks } from "../../../theory/constructions/equal-blocks.ts";
import { argmaxHead, meanHead } from "../../../theory/constructions/heads.ts";
import { type Judgement, recognise } from "../../../theory/constructions/recognise.ts";
import { allStrings, nearMisses, randomStrings } from "../../../theory/constructions/strings.ts";
import type { AnalysisRow, AnalysisTools } from "../../study.ts";

export interface ConstructionsOptions {
	/** All strings up to these lengths over two and over three letters. */
	readonly exhaustive: readonly [two: number, three: number];
	/** Length of the random strings, and most letters of a near miss. */
	readonly longest: number;
	readonly random: number;
	/** The factors on all parameters at which softmax attention takes the place of hard. */
	readonly factors: readonly number[];
	/** Most letters of the near misses that softmax is examined on. */
	readonly softLongest: number;
}

export const languages = [
	{ letters: "ab", name: "aⁿbⁿ" },
	{ letters: "abc", name: "aⁿbⁿcⁿ" },
] as const;

/** What the head of a construction returns for a sentence, [T][width]. */
async function returned(engine: Engine, construction: Construction, tokens: Int32Array) {
	const { config } = construction;
	const program = await engine.compile(
		(params: Parameters, ids: JaxArray) => {
			let seen: JaxArray | undefined;
			encode(config, params, ids, (name, value) => {
				if (name.endsWith("attn.heads")) seen = value.ref;
			});
			return seen!;
		},
		[parameterSpecs(config, "float64"), { shape: [1, tokens.length], dtype: "int32" }],
		{ name: "head" },
	);
	const params = constructionTensors(engine, construction);
	const result = await program(params, tokens);
	const values = await result.read();
	for (const tensor of [result, ...Object.values(params)]) tensor.dispose();
	program.dispose();
	return Array.from(tokens, (_, t) => values.subarray(t * config.width, (t + 1) * config.width));
}

const rowsOf = (values: Float64Array, width: number): number[][] =>
	Array.from({ length: values.length / width }, (_, i) =>
		Array.from(values.subarray(i * width, (i + 1) * width)),
	);

/** Largest difference of an argmax head's result from the row with the largest h M gᵀ, over random rows and M. */
async function examineArgmax(engine: Engine, queries: number): Promise<AnalysisRow> {
	const width = 6;
	const rows = rowsOf(stream(0, "argmax/rows").normal(queries * width), width);
	const m = rowsOf(stream(0, "argmax/matrix").normal(width * width), width);
	const tokens = stream(0, "argmax/tokens").permutation(queries);
	const heads = await returned(engine, argmaxHead(rows, m, queries), tokens);
	let error = 0;
	for (const [t, result] of heads.entries()) {
		const h = rows[tokens[t]!]!;
		const query = m.map((_, j) => h.reduce((sum, x, i) => sum + x * m[i]![j]!, 0));
		const score = (token: number) => rows[token]!.reduce((sum, x, j) => sum + x * query[j]!, 0);
		const best = tokens.subarray(0, t + 1).reduce((a, b) => (score(b) > score(a) ? b : a));
		error = Math.max(error, ...result.map((x, j) => Math.abs(x - rows[best]![j]!)));
	}
	return { subject: "argmax head", queries, error };
}

/** Largest difference of a mean head's result from k/t, over the prefixes of a random string of two letters. */
async function examineMean(engine: Engine, queries: number): Promise<AnalysisRow> {
	const tokens = stream(0, "mean/tokens").integers(queries, 2);
	const heads = await returned(
		engine,
		meanHead(
			[
				[1, 0],
				[0, 1],
			],
			queries,
		),
		tokens,
	);
	let [ones, error, miscounted] = [0, 0, 0];
	for (const [i, result] of heads.entries()) {
		ones += tokens[i]!;
		error = Math.max(error, Math.abs(result[1]! - ones / (i + 1)));
		if (Math.round(result[1]! * (i + 1)) !== ones) miscounted++;
	}
	return { subject: "mean head", queries, error, miscounted };
}

export async function examineConstructions(
	options: ConstructionsOptions,
	{ engine, signal, progress }: AnalysisTools,
): Promise<AnalysisRow[]> {
	const rows: AnalysisRow[] = [await examineArgmax(engine, 200), await examineMean(engine, 200)];
	const add = (subject: string, test: string, longest: number, words: object, judged: Judgement) => {
		rows.push({ subject, test, longest, ...words, ...judged });
		progress(rows.length / (2 + languages.length * (2 + options.factors.length)));
	};
	for (const [i, { letters, name }] of languages.entries()) {
		const short = options.exhaustive[i]!;
		const { longest, softLongest } = options;
		const recogniser = equalBlocks(letters, Math.max(short, longest));
		const { margin } = recogniser;
		add(
			name,
			"all strings",
			short,
			{ margin },
			await recognise(engine, recogniser, allStrings(letters, short), { signal }),
		);
		const long = [...nearMisses(letters, longest), ...randomStrings(letters, longest, options.random, 0)];
		add(
			name,
			"near misses and random",
			longest,
			{ margin },
			await recognise(engine, recogniser, long, { signal }),
		);
		const soft = nearMisses(letters, softLongest);
		for (const factor of options.factors) {
			const judged = await recognise(engine, recogniser, soft, { attention: "softmax", factor, signal });
			add(name, "softmax", softLongest, { factor }, judged);
		}
	}
	return rows;
}
