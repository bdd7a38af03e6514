/** The schemas of trainings and flows, as JSON Schema: what controls are made of. */
import { z } from "zod";
import { modelConfig } from "../../model/config.ts";
import { runConfigSchema } from "../../run/config.ts";
import { flowConfigSchema } from "../../run/flow/config.ts";
import type { Schema } from "./options.ts";

const written = (schema: z.ZodType): Schema =>
	z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Schema;

export const trainingSchema = written(z.strictObject({ ...runConfigSchema.shape, model: modelConfig }));
export const flowSchema = written(flowConfigSchema);
