/** A watch's memory as a JSON file: what lies in one, checked before it is believed. */
import { z } from "zod";
import { byteSizes, type StoredType } from "../../checkpoint/stored-type.ts";
import { UserError } from "../../error.ts";
import { parseWith } from "../../explain.ts";

/** JSON has no NaN and no infinity: what was not finite is NaN again. */
const number = z
	.number()
	.nullable()
	.transform((value) => value ?? Number.NaN);
const spectrum = z.object({ norm: number, stableRank: number, iterations: z.number(), residual: number });
const savedRecord = z.object({
	key: z.string(),
	entries: z.array(
		z.object({
			step: z.number(),
			location: z.string(),
			files: z.array(z.object({ path: z.string(), size: z.number(), changed: z.number() })),
		}),
	),
	tensors: z.array(
		z.object({
			name: z.string(),
			role: z.object({
				stack: z.enum(["encoder", "decoder"]).optional(),
				layer: z.number().optional(),
				module: z.enum([
					"attention",
					"cross-attention",
					"feed-forward",
					"norm",
					"embedding",
					"head",
					"other",
				]),
				isLinear: z.boolean(),
				inFirst: z.boolean(),
			}),
			at: z.array(
				z.tuple([
					z.number(),
					z.object({
						dtype: z.enum(Object.keys(byteSizes) as [StoredType, ...StoredType[]]),
						shape: z.array(z.number()),
						file: z.string(),
						squared: number,
						nonFinite: z.number(),
						squaredStep: number.optional(),
						squaredDistance: number.optional(),
						spectrum: spectrum.optional(),
						columns: z.object({ sum: number, count: z.number() }).optional(),
					}),
				]),
			),
		}),
	),
	ignored: z.array(z.object({ path: z.string(), reason: z.string() })),
	bytes: z.number(),
	seconds: z.number(),
});

/** Throws UserError, naming file and field, if `text` is no such memory. */
export const parseRecord = (text: string, path: string): z.output<typeof savedRecord> =>
	parseWith(savedRecord, parseJson(text, path), path);

function parseJson(text: string, path: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new UserError(
			`Expected \`${path}\` to be a watch's memory, got no JSON. Delete it; the checkpoints that are there are then read again.`,
			{ cause: error },
		);
	}
}
