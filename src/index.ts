/**
 * Orrery as a library: train, measure, predict, report.
 *
 *     import { parseRunConfig, startRun } from "orrery";
 *     const result = await startRun(parseRunConfig({ model, training }), "runs/mine");
 */
