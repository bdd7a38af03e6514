/**
 * Orrery as a library.
 *
 *     import { parseRunConfig, readMetrics, startRun } from "orrery";
 *
 *     const config = parseRunConfig({
 *         model: { layers: 2, heads: 4, width: 64, context: 64 },
 *         data: { vocabularySize: 4096 },
 *         training: { steps: 500, batch: 8 },
 *     });
 *     await startRun(config, "runs/mine", { onProgress: ({ step, loss }) => console.log(step, loss) });
 *     const rows = await readMetrics("runs/mine/metrics.jsonl");
 *
 * What is exported here keeps its meaning; everything else may change.
 */

// Checkpoints.
export { listCheckpoints, readCheckpoint, writeCheckpoint } from "./checkpoint/checkpoint.ts";
export {
	hostTensor,
	openSafetensors,
	type SafetensorsFile,
	type TensorSource,
	writeSafetensors,
} from "./checkpoint/safetensors.ts";
// Models, data, optimizers.
export { type Dataset, openDataset } from "./data/dataset.ts";
// The engine: a JAX-style function in, a fast program out.
export { openEngine } from "./engine/engine.ts";
export { supportedPrimitives } from "./engine/onnx/lower.ts";
export { type RandomStream, stream } from "./engine/random.ts";
export type {
	CompileOptions,
	Device,
	DType,
	Engine,
	EngineOptions,
	Program,
	Spec,
	Tensor,
	Tree,
} from "./engine/types.ts";
export { UserError } from "./error.ts";
// Reports and studies.
export type { Figure, FigureOptions, Row } from "./figure/figure.ts";
export { type ModelConfig, type ModelOptions, modelConfig } from "./model/config.ts";
export type { Approach, Homogeneous } from "./model/degree.ts";
export { degrees, type Place, type Term, vanishing } from "./model/derivation.ts";
export { initialise } from "./model/initialise.ts";
export { type Parameters, parameterSpecs } from "./model/parameters.ts";
export { saturated } from "./model/saturated.ts";
export { attentionWeights, type Batch, forward, hiddenStates, loss } from "./model/transformer.ts";
export { createOptimizer, type Optimizer } from "./optimizer/optimizer.ts";
export { learningRateAt } from "./optimizer/schedule.ts";
// What is measured, and what is predicted.
export { type LimitDistances, limitDistances, similarityOf } from "./probe/limit.ts";
export { measure, metrics } from "./probe/measure.ts";
export { stepMetrics, stepSums } from "./probe/step.ts";
export { reportRuns } from "./report/report-runs.ts";
export { runFigures } from "./report/run-figures.ts";
// Runs.
export { parseRunConfig, type RunConfig, type RunOptions, readRunConfig } from "./run/config.ts";
export { type MetricsRow, readMetrics } from "./run/metrics.ts";
export { type RunStatus, readStatus } from "./run/status.ts";
export {
	type ResumeOptions,
	resumeRun,
	startRun,
	type TrainOptions,
	type TrainProgress,
	type TrainResult,
} from "./run/train.ts";
export { type Serving, serve } from "./server/serve.ts";
export { normGrowth } from "./study/norm-growth/study.ts";
export { runStudy, type StudyResult } from "./study/run-study.ts";
export type { Claim, Experiment, Preset, Study } from "./study/study.ts";
export { fitGrowthLaw, type GrowthFit, type GrowthLaw, rankGrowthLaws } from "./theory/growth-law.ts";
