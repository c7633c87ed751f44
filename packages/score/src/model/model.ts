import { cast, type Key, type Tensor, tree } from "@scoretape/autograd";
import { checkData } from "../check.ts";
import { lastingScore } from "../samplers/keptSteps.ts";
import type { ConditionalScore, NoiseConditionalEnergy, NoiseConditionalScore } from "../score.ts";
import { type OfGiven, ofGiven } from "./conditional.ts";
import type { Description } from "./description.ts";
import { levelsOf } from "./levels.ts";
import { networkOf, type Parameters, principalNetworkOf } from "./network.ts";
import { type SamplingOptions, samplingSteps } from "./sampling.ts";
import { restored, restoredScore, rounded, standardized } from "./units.ts";

/** A learned score. */
export interface Model {
  /** Of a model of a target: its draws for each row of the given columns; see {@link OfGiven}. */
  readonly sampleGiven?: OfGiven["sampleGiven"];
  /** Of a model of a target: log p(target | given) of each row; see {@link OfGiven}. */
  readonly logDensityGiven?: OfGiven["logDensityGiven"];
  readonly description: Description;
  /** Those of its network, as {@link networkOf} has them. */
  readonly parameters: Parameters;
  /** The noise levels, from the largest; in units of the data's standard deviation. */
  readonly sigmas: readonly number[];
  /** The number of parameters. */
  readonly size: number;
  /** s(z, σ) at points in the model's units, z = (x − mean)/deviation. */
  readonly standardScore: NoiseConditionalScore;
  /** The same along the principal axes of the data, where the model has them: zQ ↦ s(z, σ)Q. */
  readonly principalScore: NoiseConditionalScore;
  /** E(z, σ) [n], of which `standardScore` is −∇E, where the model learned an energy. */
  readonly standardEnergy?: NoiseConditionalEnergy;
  /** s(z, σ, class), the score of one class by its number or of all, where the model was told classes. */
  readonly conditionalScore?: ConditionalScore<Tensor>;
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
   * E(x, σ) of points in the data's own units, [n, d] → [n] in x's dtype, where the model learned an energy: −log of their
   * density with the same noise, up to a constant. `score` is −∇ of it, and `hmc` and `mala` sample exp(−E).
   *
   * @param sigma σ in units of the data's standard deviation; the smallest of the model's unless said
   */
  energy?(x: Tensor, sigma?: number): Tensor;
  /**
   * Samples in the data's own units, [count, d] in float64: those that `scoretape sample` writes for the seed of
   * which the key is `keysOf(seed).sampling`, digit for digit. Fewer samples are the first of more.
   *
   * @throws RangeError if a chain leaves the finite numbers, or an option is out of its range
   */
  sample(key: Key, count: number, options?: SamplingOptions): Tensor;
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
  const standardScore = lastingScore<NoiseConditionalScore>((z, sigma) => {
    checkNoTarget(description);
    return network.apply(parameters, z, sigma);
  });
  const energy = network.energy?.bind(network);
  const standardEnergy =
    energy && lastingScore<NoiseConditionalEnergy>((z, sigma) => energy(parameters, z, sigma));
  const isOfTarget = description.target !== undefined;
  const model: Model = {
    description,
    parameters,
    sigmas: levelsOf(description),
    size: tree.size(parameters),
    standardScore,
    ...(description.network.kind === "unet"
      ? {
          conditionalScore: lastingScore<ConditionalScore<Tensor>>((z, sigma, label) =>
            network.apply(parameters, z, sigma, label),
          ),
        }
      : {}),
    flows: description.network.kind !== "mlp",
    principalScore: lastingScore<NoiseConditionalScore>((z, sigma) => principal.apply(parameters, z, sigma)),
    score(x, sigma = settings.sigmaMin) {
      checkNoTarget(description);
      checkData("model.score", x);
      return cast(restoredScore(units, standardScore(standardized(units, x), sigma)), x.dtype);
    },
    ...(isOfTarget ? ofGiven(description, parameters) : {}),
    ...(standardEnergy === undefined
      ? {}
      : {
          standardEnergy,
          energy(x: Tensor, sigma = settings.sigmaMin) {
            checkData("model.energy", x);
            return cast(standardEnergy(standardized(units, x), sigma), x.dtype);
          },
        }),
    sample(key, count, options) {
      checkNoTarget(description);
      const walk = samplingSteps(model, key, count, options);
      let step = walk.next();
      while (step.done !== true) step = walk.next();
      return rounded(units, restored(units, step.value));
    },
  };
  return model;
}

/** @throws RangeError where a model of a target is asked as if it were one of all columns */
function checkNoTarget({ target, given = [] }: Description): void {
  if (target === undefined) return;
  throw new RangeError(
    `model: it is one of ${target.join(", ")} given ${given.join(", ")}; take sampleGiven, or logDensityGiven`,
  );
}
