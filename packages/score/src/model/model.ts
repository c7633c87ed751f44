import { cast, type Key, type nn, optim, type Tensor } from "@scoretape/autograd";
import { checkData } from "../check.ts";
import { type NoiseConditionalModel, noiseConditionalMlp } from "../models/noiseConditionalMlp.ts";
import { geometricSchedule } from "../noise.ts";
import type { NoiseConditionalScore } from "../score.ts";
import { noiseLevelObjective } from "../train/objectives.ts";
import type { TrainOptions } from "../train/train.ts";
import type { Description, Settings } from "./description.ts";
import { keysOf } from "./keys.ts";
import { type SamplingOptions, samplingSteps } from "./sampling.ts";
import { restored, restoredScore, rounded, standardized } from "./units.ts";

/** The parameters of a model's network. */
export type Parameters = readonly nn.DenseParams[];

/** A learned score. */
export interface Model {
  readonly description: Description;
  /** The noise levels, from the largest; in units of the data's standard deviation. */
  readonly sigmas: readonly number[];
  /** The number of parameters. */
  readonly size: number;
  /** s(z, σ) at points in the model's units, z = (x − mean)/deviation. */
  readonly standardScore: NoiseConditionalScore;
  /**
   * The score of points in the data's own units, [n, d] → [n, d] in x's dtype: that of the data with noise of the
   * standard deviation σ·deviation in each column.
   *
   * @param sigma σ in units of the data's standard deviation; the smallest of the model's unless said
   */
  score(x: Tensor, sigma?: number): Tensor;
  /**
   * Samples in the data's own units, [count, d] in float64: those that `scoretape sample` writes for the seed of
   * which the key is `keysOf(seed).sampling`, digit for digit. Fewer samples are the first of more.
   *
   * @throws RangeError if a chain leaves the finite numbers, or an option is out of its range
   */
  sample(key: Key, count: number, options?: SamplingOptions): Tensor;
}

/**
 * The network that a description asks for.
 *
 * @example
 * ```ts
 * import { random, tree } from "@scoretape/autograd";
 * import { networkOf } from "@scoretape/score/model";
 *
 * const network = networkOf({ columns: ["length", "width"], network: { kind: "mlp", hidden: [3] } });
 * // 2 coordinates and 9 numbers that tell the noise level, into 3 units, into 2 coordinates.
 * console.log(tree.size(network.init(random.key(0)))); // 44
 * ```
 */
export function networkOf({
  columns,
  network,
}: Pick<Description, "columns" | "network">): NoiseConditionalModel<Parameters> {
  return noiseConditionalMlp({ dimension: columns.length, hidden: network.hidden });
}

/**
 * The noise levels, falling geometrically.
 *
 * @throws RangeError when there is no level, or they do not fall
 *
 * @example
 * ```ts
 * import { noiseLevels } from "@scoretape/score/model";
 *
 * console.log(noiseLevels({ levels: 3, sigmaMax: 4, sigmaMin: 1 })); // [ 4, 2, 1 ]
 * ```
 */
export function noiseLevels({
  levels,
  sigmaMax,
  sigmaMin,
}: Pick<Settings, "levels" | "sigmaMax" | "sigmaMin">): number[] {
  return geometricSchedule(sigmaMax, sigmaMin, levels);
}

/**
 * The model of a description and parameters: give the averaged ones, which sample better than those of any one step.
 *
 * @example
 * ```ts
 * import { random, tensor } from "@scoretape/autograd";
 * import { type Description, modelOf, networkOf } from "@scoretape/score/model";
 *
 * const description: Description = {
 *   data: { kind: "file", name: "pair.csv", rows: 12, sha256: "0".repeat(64) },
 *   columns: ["length", "width"],
 *   units: [],
 *   standardization: { mean: [100, -5000], deviation: [2, 10] },
 *   network: { kind: "mlp", hidden: [8] },
 *   settings: {
 *     loss: "sliced-vr", batch: 8, levels: 3, sigmaMax: 3, sigmaMin: 0.1,
 *     learningRate: 0.01, ema: 0.9, validation: 0.1, seed: 0,
 *   },
 *   steps: 100,
 * };
 * const model = modelOf(description, networkOf(description).init(random.key(0)));
 * console.log(model.size, model.score(tensor([[101, -5003]])).shape); // 114 [ 1, 2 ]
 * ```
 */
export function modelOf(description: Description, parameters: Parameters): Model {
  const network = networkOf(description);
  const { standardization: units, settings } = description;
  const standardScore: NoiseConditionalScore = (z, sigma) => network.apply(parameters, z, sigma);
  const model: Model = {
    description,
    sigmas: noiseLevels(settings),
    size: parameters.reduce((total, { weight, bias }) => total + weight.size + bias.size, 0),
    standardScore,
    score(x, sigma = settings.sigmaMin) {
      checkData("model.score", x);
      return cast(restoredScore(units, standardScore(standardized(units, x), sigma)), x.dtype);
    },
    sample(key, count, options) {
      const walk = samplingSteps(model, key, count, options);
      let step = walk.next();
      while (step.done !== true) step = walk.next();
      return rounded(units, restored(units, step.value));
    },
  };
  return model;
}

/** The learning rate of the last step, as a share of the first's. */
const LAST_RATE = 0.002;

/**
 * What `train` needs to carry out the training that a description tells of, as the command does.
 *
 * @param values the rows to learn from, [n, d], in their own units
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { data, train } from "@scoretape/score";
 * import { type Description, fingerprint, modelOf, trainingOf, unitsOf } from "@scoretape/score/model";
 *
 * const set = data.byName("two-modes");
 * const { columns } = set;
 * const values = set.sample(random.key(0), 500);
 * const description: Description = {
 *   data: { kind: "set", name: set.name, rows: 500, sha256: fingerprint({ columns, values }) },
 *   columns,
 *   units: [],
 *   standardization: unitsOf({ columns, values, set }),
 *   network: { kind: "mlp", hidden: [16] },
 *   settings: {
 *     loss: "denoising", batch: 64, levels: 4, sigmaMax: 3, sigmaMin: 0.2,
 *     learningRate: 0.01, ema: 0.9, validation: 0.1, seed: 0,
 *   },
 *   steps: 20,
 * };
 * const { averaged, step } = await train(trainingOf(description, values));
 * const model = modelOf(description, averaged);
 * console.log(step, model.sample(random.key(1), 10, { stepsPerLevel: 2 }).shape); // 20 [ 10, 2 ]
 * ```
 */
export function trainingOf(description: Description, values: Tensor): TrainOptions<Parameters> {
  const { settings, steps, standardization } = description;
  return {
    model: networkOf(description),
    objective: noiseLevelObjective(settings.loss, noiseLevels(settings)),
    data: standardized(standardization, values),
    key: keysOf(settings.seed).training,
    steps,
    batchSize: settings.batch,
    learningRate: optim.cosineSchedule({
      initial: settings.learningRate,
      final: settings.learningRate * LAST_RATE,
      steps,
    }),
    averageDecay: settings.ema,
    validationFraction: settings.validation,
  };
}
