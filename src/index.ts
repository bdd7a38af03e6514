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

// Checkpoints: our own, and those of other programs.
export { listCheckpoints, readCheckpoint, writeCheckpoint } from "./checkpoint/checkpoint.ts";
export { type FindOptions, findSeries } from "./checkpoint/find-series.ts";
export { openWeights, valuesOf } from "./checkpoint/open-weights.ts";
export {
	hostTensor,
	openSafetensors,
	type SafetensorsFile,
	type TensorSource,
	writeSafetensors,
} from "./checkpoint/safetensors.ts";
export type { Series, SeriesEntry } from "./checkpoint/series.ts";
export type { Ignored, StoredTensor, Weights } from "./checkpoint/weights.ts";
// Data.
export { type CoOccurrenceSet, coOccurrenceSet, drawSamples } from "./data/co-occurrence.ts";
export { openDataset } from "./data/dataset.ts";
export { isMember, type Language, statesOf, validSet } from "./data/languages/language.ts";
export { languageOf, languages } from "./data/languages/languages.ts";
export type { Dataset } from "./data/text-dataset.ts";
export { type TokenSet, tokenSet } from "./data/token-selection.ts";
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
// Figures.
export type { Figure, FigureOptions, Row } from "./figure/figure.ts";
// Ordinary differential equations, and gradient descent beside them.
export { NotFiniteError } from "./flow/checks.ts";
export { type DescentOptions, descent } from "./flow/descent.ts";
export { type DormandPrinceOptions, dormandPrince } from "./flow/dormand-prince.ts";
export { endOf, statesAt } from "./flow/end.ts";
export { type Crossing, crossings, type EventFunction } from "./flow/event.ts";
export type { Step, Trajectory, VectorField, Work } from "./flow/field.ts";
export { implicitMidpoint } from "./flow/implicit-midpoint.ts";
export { rungeKutta4 } from "./flow/runge-kutta.ts";
// Series of checkpoints: what is measured of them, and what is wrong with them.
export type { Finding, FindingKind } from "./inspect/finding.ts";
export { lintSeries } from "./inspect/lint-series.ts";
export { type MeasureOptions, measureSeries } from "./inspect/measure-series.ts";
export type { SeriesMeasure, Spectrum, TensorMeasure, TensorSeries } from "./inspect/series-measure.ts";
export { seriesRows } from "./inspect/series-rows.ts";
export type { ModuleKind, TensorRole } from "./inspect/tensor-role.ts";
// The networks of gradient flows: word co-occurrence, and its neighbours.
export type { Form, FormName, Observation } from "./model/co-occurrence/form.ts";
export { formOf } from "./model/co-occurrence/forms.ts";
export {
	type Initialisation,
	initialise as initialiseCoOccurrence,
} from "./model/co-occurrence/initialise.ts";
export type { Parameters as CoOccurrenceParameters } from "./model/co-occurrence/network.ts";
// Models, of ours and from Hugging Face's folders, their saturated networks and degrees; optimizers.
export { type ModelConfig, type ModelOptions, modelConfig } from "./model/config.ts";
export { type DeepLinear, deepLinear, deepLinearFlow, lossOf, productOf } from "./model/deep-linear.ts";
export { alignedStart, balancedStart, gaussianStart, targetOf } from "./model/deep-linear-start.ts";
export type { Approach, Homogeneous } from "./model/degree.ts";
export { degrees, type Place, type Term, vanishing } from "./model/derivation.ts";
export { families } from "./model/families/families.ts";
export type { Family } from "./model/families/family.ts";
export { openPretrained, type Pretrained } from "./model/families/pretrained.ts";
export { initialise } from "./model/initialise.ts";
export { type Parameters, parameterSpecs, tensorsOf } from "./model/parameters.ts";
export { saturated } from "./model/saturated.ts";
export { adviseSpa } from "./model/signal/advice.ts";
export type { SpaLayer } from "./model/signal/layer.ts";
export { dksParameters, tatSmoothParameters } from "./model/signal/shaped-activation.ts";
export { spaLayers } from "./model/signal/spa.ts";
export { tatSlope } from "./model/signal/tailored-leaky-relu.ts";
export { transformerMap } from "./model/signal/transformer-map.ts";
export { select, selectionFlow } from "./model/token-selection.ts";
export { attentionWeights, type Batch, forward, hiddenStates, loss } from "./model/transformer.ts";
export { createOptimizer, type Optimizer } from "./optimizer/optimizer.ts";
export { learningRateAt } from "./optimizer/schedule.ts";
export { type ModelSaturation, measureModel } from "./pretrained/model-saturation.ts";
// What is measured.
export { conservedDrifts } from "./probe/co-occurrence/conserved.ts";
export { classOf } from "./probe/head-class.ts";
export { type HeadStatistics, headQuantities, headStatistics } from "./probe/heads.ts";
export { degreeOf, type EulerSums, eulerSums, homogeneityError } from "./probe/homogeneity.ts";
export { type LimitDistances, limitDistances, similarityOf } from "./probe/limit.ts";
export { measure, metrics } from "./probe/measure.ts";
export { accuracy, wrongAnswers } from "./probe/recognition.ts";
export { stepMetrics, stepSums } from "./probe/step.ts";
// Reports.
export type { JudgedClaim, Verdict } from "./report/claim.ts";
export { reportRuns } from "./report/report-runs.ts";
export { runFigures } from "./report/run-figures.ts";
export { reportSaturation } from "./report/saturation-report.ts";
export { writeSeries } from "./report/series-files.ts";
export { reportSeries } from "./report/series-report.ts";
// Runs.
export type { RunConfig, RunOptions } from "./run/config.ts";
export { parseRunConfig, readRunConfig } from "./run/config-file.ts";
export { estimateSeconds } from "./run/estimate.ts";
export { type FinishedRun, openFinishedRun, type ParameterValues } from "./run/finished-run.ts";
export { type FlowConfig, type FlowOptions, parseFlowConfig } from "./run/flow/config.ts";
export { type FlowResult, startFlow } from "./run/flow/run.ts";
export { type FlowSolution, solveFlow } from "./run/flow/solve.ts";
export { readMetrics } from "./run/metrics.ts";
export type { MetricsRow } from "./run/metrics-row.ts";
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
// Studies.
export { coOccurrence } from "./study/co-occurrence/study.ts";
export { gallery } from "./study/gallery/study.ts";
export { normGrowth } from "./study/norm-growth/study.ts";
export { judgeStudy, type NamedPreset, presetOf, runStudy, type StudyResult } from "./study/run-study.ts";
export { shortcuts } from "./study/shortcuts/study.ts";
export type {
	Analysis,
	AnalysisRow,
	AnalysisTools,
	Claim,
	Expectation,
	Experiment,
	Measurement,
	Part,
	Preset,
	Study,
	Training,
} from "./study/study.ts";
export { withText } from "./study/text.ts";
// Sweeps.
export { parseSweep, readSweep, type Sweep, type SweepPlan } from "./sweep/config.ts";
export { type CellRecord, hasEnded, readCells } from "./sweep/read-cells.ts";
export { type RunSweepOptions, runSweep, type SweepProgress } from "./sweep/run-sweep.ts";
export { balancedEnd } from "./theory/co-occurrence/balance.ts";
export { meanFieldAt, meanFieldEvents } from "./theory/co-occurrence/mean-field.ts";
// What is predicted: constructions, growth and what stops it, bounds.
export { type Construction, construct, constructionTensors } from "./theory/constructions/construction.ts";
export { equalBlocks, isEqualBlocks, type Recogniser } from "./theory/constructions/equal-blocks.ts";
export { argmaxHead, meanHead, parkedHead } from "./theory/constructions/heads.ts";
export { type Judgement, recognise } from "./theory/constructions/recognise.ts";
export { modeStrength, modeTime } from "./theory/deep-linear.ts";
export {
	alignedInverseSqrtAsymptote,
	closedForm,
	type Direction,
	fixedLength,
	misalignedInverseBound,
	misalignedInverseSqrtAsymptote,
	recursion,
	scaleInvariant,
	stepConstantOf,
} from "./theory/dynamics.ts";
export {
	type Equilibrium,
	equilibriumOf,
	fixedStepEquilibrium,
	normAfter,
	timeConstant,
} from "./theory/equilibrium.ts";
export { fitGrowthLaw, type GrowthFit, type GrowthLaw, rankGrowthLaws } from "./theory/growth-law.ts";
export { type HeadSignature, leakSignature, meanHeadSignature } from "./theory/leak.ts";
export { logisticBound, normaliseBound, softmaxBound, tanhBound } from "./theory/lemmas.ts";
export { type MaxMargin, maxMargin } from "./theory/max-margin.ts";
export { boundaryDecay, momentumFactor, predictedNorm } from "./theory/phase-boundary.ts";
export {
	constantRate,
	inverseRate,
	inverseSqrtRate,
	type RateLaw,
	rateAt,
	t5Rate,
	warmupConstantRate,
	warmupInverseSqrtRate,
} from "./theory/rate-law.ts";
export { contributions, misalignedShare, stepBetween } from "./theory/series.ts";
export { describeNetwork, startKernelOf } from "./theory/signal/configured-network.ts";
export { kernelOf } from "./theory/signal/kernel.ts";
export { statisticsOf } from "./theory/signal/kernel-statistics.ts";
export { propagate } from "./theory/signal/propagate.ts";
export { logCollapseBound, mixedNorm, residualsThroughDepth } from "./theory/signal/rank-collapse.ts";
