import { cast, type Key, matmul, type nn, optim, type Tensor } from "@scoretape/autograd";
import { checkData } from "../check.ts";
import { type NoiseConditionalModel, noiseConditionalMlp } from "../models/noiseConditionalMlp.ts";
import { noiseMlp } from "../models/noiseMlp.ts";
import { preconditioned } from "../models/preconditioned.ts";
import { geometricSchedule } from "../noise.ts";
import type { NoiseConditionalScore } from "../score.ts";
import { noiseLevelObjective } from "../train/objectives.ts";
import type { TrainOptions } from "../train/train.ts";
import type { Description, Settings } from "./description.ts";
import { keysOf } from "./keys.ts";
import { type SamplingOptions, samplingSteps } from "./sampling.ts";
import { splitRows } from "./testRows.ts";
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
  /** The same along the principal axes of the data, where the model has them: zQ ↦ s(z, σ)Q. */
  readonly principalScore: NoiseConditionalScore;
  /** Whether chains move from level to level along the probability flow, as they do in all but models of version 1. */
  readonly flows: boolean;
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

/** So many deviations out, points are left to the linear denoiser. */
const REACH = 2;

/**
 * The network that a description asks for, of standardised points.
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
export function networkOf(
  description: Pick<Description, "columns" | "network" | "moments">,
): NoiseConditionalModel<Parameters> {
  return networkAlong(description, description.moments?.axes);
}

/** The network of points along the principal axes, or of standardised points where it has none. */
function principalNetworkOf(description: Description): NoiseConditionalModel<Parameters> {
  return networkAlong(description, undefined);
}

/** @param axes the principal axes, where points are given along others */
function networkAlong(
  { columns: { length: dimension }, network, moments }: Pick<Description, "columns" | "network" | "moments">,
  axes: Tensor | undefined,
): NoiseConditionalModel<Parameters> {
  const { hidden } = network;
  if (network.kind === "mlp") return noiseConditionalMlp({ dimension, hidden });
  const { activation, waves } = network;
  const shape = { dimension, hidden, activation, waves };
  if (moments === undefined) return preconditioned(noiseMlp(shape), { reach: REACH });
  const along = axes === undefined ? {} : { axes };
  return preconditioned(noiseMlp({ ...shape, axes: moments.axes }), {
    dataDeviation: moments.deviation,
    reach: REACH,
    ...along,
  });
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
 * The model of a description and parameters: of a training's state give those that `selected` picks.
 *
 * @example
 * ```ts
 * import { random, tensor } from "@scoretape/autograd";
 * import { data } from "@scoretape/score";
 * import { describe, fingerprint, modelOf, networkOf } from "@scoretape/score/model";
 *
 * const columns = ["length", "width"];
 * const set = data.fromRows([[99, -5006], [98, -5007], [101, -5005], [99, -5003]], columns);
 * const values = set.rows();
 * const origin = { kind: "file", name: "pair.csv", rows: 4, sha256: fingerprint({ columns, values }) } as const;
 * const description = describe({ data: origin, columns, values, set }, { hidden: [8] });
 * const model = modelOf(description, networkOf(description).init(random.key(0)));
 * console.log(model.size, model.score(tensor([[101, -5003]])).shape); // 114 [ 1, 2 ]
 * ```
 */
export function modelOf(description: Description, parameters: Parameters): Model {
  const [network, principal] = [networkOf(description), principalNetworkOf(description)];
  const { standardization: units, settings } = description;
  const standardScore: NoiseConditionalScore = (z, sigma) => network.apply(parameters, z, sigma);
  const model: Model = {
    description,
    sigmas: noiseLevels(settings),
    size: parameters.reduce((total, { weight, bias }) => total + weight.size + bias.size, 0),
    standardScore,
    flows: description.network.kind !== "mlp",
    principalScore: (z, sigma) => principal.apply(parameters, z, sigma),
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
 * What `train` needs to carry out the training that a description tells of, as the command does: without the rows kept for
 * tests, along the principal axes. A model that is trained anew takes all other rows, as many steps as were best before.
 *
 * @param values all rows, [n, d], in their own units
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { data, selected, train } from "@scoretape/score";
 * import { describe, fingerprint, trainingOf } from "@scoretape/score/model";
 *
 * const set = data.byName("two-modes");
 * const { columns } = set;
 * const values = set.sample(random.key(0), 500);
 * const origin = { kind: "set", name: set.name, rows: 500, sha256: fingerprint({ columns, values }) } as const;
 * const description = describe({ data: origin, columns, values, set }, { steps: 20, hidden: [16] });
 * const state = await train(trainingOf(description, values));
 * console.log(state.step, selected(state).length); // 20 2
 * ```
 */
export function trainingOf(description: Description, values: Tensor): TrainOptions<Parameters> {
  const { settings, steps, standardization, moments, refitSteps } = description;
  const { training } = splitRows(settings, values);
  const rows = standardized(standardization, training);
  return {
    model: principalNetworkOf(description),
    objective: noiseLevelObjective(settings.loss, noiseLevels(settings)),
    data: moments === undefined ? rows : matmul(rows, cast(moments.axes, rows.dtype)),
    key: keysOf(settings.seed).training,
    steps: refitSteps ?? steps,
    batchSize: settings.batch,
    learningRate: optim.cosineSchedule({
      initial: settings.learningRate,
      final: settings.learningRate * LAST_RATE,
      steps,
    }),
    averageDecay: settings.ema,
    weightDecay: settings.weightDecay,
    validationFraction: refitSteps === undefined ? settings.validation : 0,
    ...(settings.patience === 0 ? {} : { patience: settings.patience }),
  };
}
