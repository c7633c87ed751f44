export { type ClassifierFreeGuidanceOptions, classifierFreeGuidance } from "./classifierFreeGuidance.ts";
export * as data from "./data/index.ts";
export { type Denoised, type DenoiseOptions, denoise } from "./denoise.ts";
export {
  type BitsPerDimension,
  type BitsPerDimensionOptions,
  bitsPerDimension,
} from "./diffusion/bitsPerDimension.ts";
export { eulerMaruyama } from "./diffusion/eulerMaruyama.ts";
export type { LinearBetaOptions } from "./diffusion/linearBeta.ts";
export { type LogLikelihood, type LogLikelihoodOptions, logLikelihood } from "./diffusion/logLikelihood.ts";
export { type PredictorCorrectorOptions, predictorCorrector } from "./diffusion/predictorCorrector.ts";
export {
  type ProbabilityFlowOptions,
  type ProbabilityFlowSamples,
  type ProbabilityFlowStep,
  probabilityFlow,
} from "./diffusion/probabilityFlow.ts";
export type { DiffusionProcess, Prior, PriorSampleOptions } from "./diffusion/process.ts";
export type { ReverseDiffusionOptions, ReverseDiffusionStep } from "./diffusion/reverse.ts";
export { subVariancePreserving } from "./diffusion/subVariancePreserving.ts";
export { type TimeConditionalScore, timeConditional } from "./diffusion/timeConditional.ts";
export { diffusionTimes, type TimesOptions } from "./diffusion/times.ts";
export { type VarianceExplodingOptions, varianceExploding } from "./diffusion/varianceExploding.ts";
export { variancePreserving } from "./diffusion/variancePreserving.ts";
export { type CompareEstimatorsOptions, compareEstimators } from "./estimators/compare.ts";
export type { EstimatorErrors, EstimatorReport, EstimatorRow, ProbeLawName } from "./estimators/report.ts";
export type { ParametrizedScore } from "./estimators/sample.ts";
export { estimatorTable } from "./estimators/table.ts";
export { type DenoisingOptions, denoisingScoreMatching } from "./losses/denoising.ts";
export {
  type DiffusionDenoisingOptions,
  type DiffusionWeighting,
  diffusionDenoisingScoreMatching,
} from "./losses/diffusion.ts";
export {
  exactEnergyScoreMatching,
  slicedEnergyScoreMatching,
  slicedEnergyScoreMatchingVR,
} from "./losses/energy.ts";
export { type ExactScoreMatchingOptions, exactScoreMatching } from "./losses/exact.ts";
export {
  finiteDifferenceSlicedScoreMatching,
  finiteDifferenceSlicedScoreMatchingVR,
} from "./losses/finiteDifference.ts";
export { finiteDifferenceSlicedEnergyScoreMatching } from "./losses/finiteDifferenceEnergy.ts";
export type { FiniteDifferenceOptions } from "./losses/finiteDifferenceStep.ts";
export { fisherDivergence } from "./losses/fisherDivergence.ts";
export {
  type MultiLevelDenoisingOptions,
  multiLevelDenoisingScoreMatching,
  multiLevelSlicedScoreMatching,
} from "./losses/multiLevel.ts";
export { noisySlicedScoreMatching, noisySlicedScoreMatchingVR } from "./losses/noisySliced.ts";
export type { LossOptions } from "./losses/reduction.ts";
export { slicedScoreMatching, slicedScoreMatchingVR } from "./losses/sliced.ts";
export { type EffectiveSampleSizeOptions, effectiveSampleSize } from "./metrics/effectiveSampleSize.ts";
export {
  type ByDensityOptions,
  type ByLevelOptions,
  type DensityPart,
  type FisherDivergenceEstimate,
  fisherDivergenceByDensity,
  fisherDivergenceByLevel,
  type LevelFisherDivergence,
} from "./metrics/fisherDivergenceByLevel.ts";
export { frechetDistance } from "./metrics/frechetDistance.ts";
export { holmAdjusted } from "./metrics/holmAdjusted.ts";
export { type KernelBandwidthOptions, kernelBandwidth } from "./metrics/kernelBandwidth.ts";
export {
  type MaximumMeanDiscrepancy,
  type MaximumMeanDiscrepancyOptions,
  maximumMeanDiscrepancy,
} from "./metrics/maximumMeanDiscrepancy.ts";
export { type Memorization, memorization } from "./metrics/memorization.ts";
export type { ModeAssignment } from "./metrics/modeAssignment.ts";
export { type ModeSwitches, modeSwitches } from "./metrics/modeSwitches.ts";
export { type ModeWeight, type ModeWeightsOptions, modeWeights } from "./metrics/modeWeights.ts";
export {
  type MonteCarloStandardErrorOptions,
  monteCarloStandardError,
} from "./metrics/monteCarloStandardError.ts";
export { type Distances, type Resemblance, resemblance } from "./metrics/resemblance.ts";
export { type RHatOptions, rHat } from "./metrics/rHat.ts";
export { type SlicedWassersteinOptions, slicedWasserstein } from "./metrics/slicedWasserstein.ts";
export { tailEffectiveSampleSize } from "./metrics/tailEffectiveSampleSize.ts";
export {
  type TwoSampleStatistic,
  type TwoSampleTest,
  type TwoSampleTestOptions,
  twoSampleTest,
} from "./metrics/twoSampleTest.ts";
export {
  type NoiseConditionalMlpOptions,
  type NoiseConditionalModel,
  noiseConditionalMlp,
} from "./models/noiseConditionalMlp.ts";
export { type NoiseEnergyModel, noiseEnergy } from "./models/noiseEnergy.ts";
export { type NoiseMlpOptions, noiseMlp } from "./models/noiseMlp.ts";
export { type NoiseNetwork, preconditioned } from "./models/preconditioned.ts";
export type { NoiseEmbeddingParams } from "./models/unet/embedding.ts";
export type { MixParams, ResidualParams } from "./models/unet/layers.ts";
export type { UnetParams } from "./models/unet/network.ts";
export {
  type NoiseConditionalUnetOptions,
  type NoiseUnetOptions,
  noiseConditionalUnet,
  noiseUnet,
} from "./models/unet/noiseUnet.ts";
export type { PreconditionedOptions } from "./models/unitScale.ts";
export { geometricSchedule, type KarrasScheduleOptions, karrasSchedule } from "./noise.ts";
export type {
  DrawLaw,
  EnergyObjective,
  ObjectiveFacts,
  ObjectiveNeed,
  ObjectiveOptions,
  ObjectivePasses,
  ScoreMatchingObjective,
  ScoreObjective,
} from "./objectives/objective.ts";
export { type ScoreMatchingObjectiveName, scoreMatchingObjectives } from "./objectives/registry.ts";
export { type DormandPrinceOptions, dormandPrince } from "./ode/dormandPrince.ts";
export { type HeunOptions, heun } from "./ode/heun.ts";
export type { VectorField } from "./ode/rungeKutta.ts";
export type { OdeSolution, OdeSolver, OdeStep, SolveOptions } from "./ode/solver.ts";
export * as posterior from "./posterior/index.ts";
export {
  type LinearMeasurement,
  type LinearMeasurementOptions,
  linearMeasurement,
  type MeasuredPart,
} from "./posterior/linearMeasurement.ts";
export * as probes from "./probes.ts";
export {
  type ColumnComparison,
  type ColumnsCompared,
  type CompareColumnsOptions,
  compareColumns,
} from "./quality/compareColumns.ts";
export type { CorrelationGap } from "./quality/correlationGap.ts";
export { type DenoisingSkillOptions, denoisingSkill, type LevelSkill } from "./quality/denoisingSkill.ts";
export {
  type DistancesToTest,
  type DistancesToTestOptions,
  distancesToTest,
} from "./quality/distancesToTest.ts";
export type { Estimate, Spread } from "./quality/estimate.ts";
export {
  type HeldOutLogLikelihood,
  type HeldOutLogLikelihoodOptions,
  heldOutLogLikelihood,
} from "./quality/heldOutLogLikelihood.ts";
export { type Quality, type QualityOptions, type QualityRows, quality } from "./quality/quality.ts";
export { type Verdict, verdict } from "./quality/verdict.ts";
export { type AncestralOptions, ancestral } from "./samplers/ancestral.ts";
export {
  type AnnealedLangevinConvention,
  type AnnealedLangevinOptions,
  type AnnealedLangevinStep,
  annealedLangevin,
} from "./samplers/annealedLangevin.ts";
export type { SamplerBackend } from "./samplers/compiled.ts";
export { ddim } from "./samplers/ddim.ts";
export { dpmSolver } from "./samplers/dpmSolver.ts";
export { type HmcOptions, hmc } from "./samplers/hmc.ts";
export { type LangevinOptions, type LangevinStep, langevin, type Samples } from "./samplers/langevin.ts";
export { mala } from "./samplers/mala.ts";
export type { MetropolisOptions, MetropolisSamples, MetropolisStep } from "./samplers/metropolisOptions.ts";
export type { NoiseLevelOptions, NoiseLevelStep } from "./samplers/noiseLevels.ts";
export { type StochasticHeunOptions, stochasticHeun } from "./samplers/stochasticHeun.ts";
export {
  type ConditionalScore,
  type Energy,
  type NoiseConditionalEnergy,
  type NoiseConditionalScore,
  type NoiseConditionalScoreWithDivergence,
  type Score,
  type ScoreWithDivergence,
  scoreOf,
} from "./score.ts";
export { type NoiseLevels, type NoiseLevelsOptions, suggestNoiseLevels } from "./suggestNoiseLevels.ts";
export type { Batch, TrainingClasses } from "./train/batches.ts";
export { type DiffusionObjectiveOptions, diffusionObjective } from "./train/diffusionObjective.ts";
export {
  type BestParameters,
  DivergenceError,
  selected,
  type TrainingHistory,
  type TrainingProgress,
  type TrainingState,
} from "./train/events.ts";
export { type TrainingFunctions, trainingFunctions } from "./train/functions.ts";
export { type LogNormalObjectiveOptions, logNormalObjective } from "./train/logNormalObjective.ts";
export {
  type NoiseLevelObjectiveOptions,
  noiseLevelObjective,
  type ObjectiveName,
  objectiveNames,
  type TrainingObjective,
} from "./train/objectives.ts";
export type { TrainOptions } from "./train/options.ts";
export type { TrainingKeys } from "./train/setup.ts";
export type { TrainingBackend } from "./train/step.ts";
export { train } from "./train/train.ts";
export type { TrainingCarry, TrainingTold } from "./train/update.ts";
export { tweedie, tweedieCovariance } from "./tweedie.ts";
