/** The studies of the playground, in their order. */
import { coOccurrence } from "./co-occurrence.ts";
import { normGrowth } from "./norm-growth.ts";
import { shortcuts } from "./shortcuts.ts";
import type { PlayStudy } from "./study.ts";

export const studies: readonly PlayStudy[] = [normGrowth, coOccurrence, shortcuts];
