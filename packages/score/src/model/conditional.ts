import {
  add,
  cast,
  checkOptions,
  concat,
  type Key,
  mul,
  portable,
  random,
  reshape,
  ShapeError,
  sqrt,
  square,
  type Tensor,
  take,
  tensor,
} from "@scoretape/autograd";
import { checkCount, checkData, checkKey } from "../check.ts";
import { checkFiniteRows } from "../nonFinite.ts";
import { flowLogDensity } from "../quality/flowLogDensity.ts";
import type { SamplerBackend } from "../samplers/compiled.ts";
import { backendOf, keptSteps, lastingScore } from "../samplers/keptSteps.ts";
import type { ConditionalScore } from "../score.ts";
import type { Description } from "./description.ts";
import { flowStep } from "./flowStep.ts";
import { levelsOf } from "./levels.ts";
import { type Parameters, principalNetworkOf } from "./network.ts";
import { numbersOf, type Regression, regressionIn, residualsOf, targetsOf } from "./regression.ts";
import { restored, rounded, standardized, type Units } from "./units.ts";

/** How to draw and to measure targets. */
export interface GivenOptions {
  /** What runs the steps; WebAssembly unless said. */
  readonly backend?: SamplerBackend;
}

/** What a model that was given columns to learn others from has in the place of a score of all columns. */
export interface OfGiven {
  /**
   * Draws of the target columns for each row of the given ones, along the probability flow: [n, k] → [n, draws, t], all in the
   * data's own units, in float64. Fewer rows are the first of more.
   *
   * @throws ShapeError unless given is [n, k] with the model's k given columns
   * @throws RangeError if one is not finite, or a draw leaves the finite numbers
   */
  sampleGiven(key: Key, given: Tensor, draws: number, options?: GivenOptions): Tensor;
  /**
   * log p(target | given) of each row in nats, of the density of targets in their own units with noise of the smallest level, by
   * the probability flow: [n, t] and [n, k] → n numbers; null where the flow cannot be followed.
   */
  logDensityGiven(target: Tensor, given: Tensor, options?: GivenOptions): Float64Array | null;
}

/** So many draws are made side by side. */
export const DRAWS = 2000;
/** A step along the flow divides the noise by at most so much. */
const LONGEST_STEP = 1.25;

/** Units of some columns. */
export function unitsOfColumns({ mean, deviation }: Units, columns: readonly number[]): Units {
  const some = (values: readonly number[]): number[] => columns.map((j) => values[j] ?? Number.NaN);
  return { mean: some(mean), deviation: some(deviation) };
}

export function ofGiven(description: Description, parameters: Parameters): OfGiven {
  const numbers = numbersOf(description);
  if (numbers === null) throw new RangeError("ofGiven: the description has no target");
  const regression = regressionIn(description);
  const network = principalNetworkOf(description);
  const score = lastingScore<ConditionalScore<Tensor>>((r, sigma, given) =>
    network.apply(parameters, r, sigma, given),
  );
  const { standardization } = description;
  const units = {
    target: unitsOfColumns(standardization, numbers.target),
    given: unitsOfColumns(standardization, numbers.given),
  };
  const sigmas = levelsOf(description);
  const [t, k] = [numbers.target.length, numbers.given.length];
  const checked = (name: string, x: Tensor, width: number, what: string): void => {
    checkData(name, x, what);
    if (x.shape[1] === width) return;
    throw new ShapeError(
      `${name}: ${what} has shape [${x.shape.join(", ")}]; the model has ${width} such columns, give [n, ${width}]`,
    );
  };
  return {
    sampleGiven(key, given, draws, options = {}) {
      const name = "model.sampleGiven";
      checkOptions(name, options, { backend: "any" });
      checkKey(name, key);
      checked(name, given, k, "given");
      checkCount(name, draws, "draws");
      const { backend = backendOf(score) } = options;
      const z = standardized(units.given, given);
      const [n = 0] = z.shape;
      const count = n * draws;
      const parts = Array.from({ length: Math.ceil(count / DRAWS) }, (_, i) => {
        const chains = Math.min(DRAWS, count - i * DRAWS);
        const rows = Uint32Array.from({ length: chains }, (__, c) => Math.floor((i * DRAWS + c) / draws));
        const of = take(z, tensor(rows));
        const r = drawn(score, of, { key: random.foldIn(key, i), sigmas, regression, backend });
        return rounded(units.target, restored(units.target, targetsOf(regression, r, of)));
      });
      return reshape(concat(parts, 0), [n, draws, t]);
    },
    logDensityGiven(target, given, options = {}) {
      const name = "model.logDensityGiven";
      checkOptions(name, options, { backend: "any" });
      checked(name, target, t, "target");
      checked(name, given, k, "given");
      if (target.shape[0] !== given.shape[0]) {
        throw new ShapeError(
          `${name}: target has ${target.shape[0]} rows, given ${given.shape[0]}; give one of each for each`,
        );
      }
      const of = standardized(units.given, given);
      const r = residualsOf(regression, standardized(units.target, target), of);
      const volume = units.target.deviation.reduce((sum, value) => sum + portable.log(value), 0);
      const found = flowLogDensity((y, sigma) => score(y, sigma, of), cast(r, "float32"), {
        moments: regression.residuals,
        sigmaMin: sigmas.at(-1) ?? 1,
        sigmaMax: sigmas[0] ?? 1,
        key: random.key(0),
        backend: options.backend ?? backendOf(score),
      });
      return found === null ? null : found.map((value) => value - volume);
    },
  };
}

interface Drawing {
  readonly key: Key;
  readonly sigmas: readonly number[];
  readonly regression: Regression;
  readonly backend: SamplerBackend;
}

/** Residuals given standardised rows, by Heun's method along the flow and Tweedie's formula at its end. */
function drawn(
  score: ConditionalScore<Tensor>,
  given: Tensor,
  { key, sigmas, regression, backend }: Drawing,
): Tensor {
  const { deviation } = regression.residuals;
  const [n = 0] = given.shape;
  const [largest = 1, smallest = 1] = [sigmas[0], sigmas.at(-1)];
  const level = (sigma: number): Tensor => tensor(sigma);
  let x = startOfResiduals(random.normal(key, [n, deviation.size]), largest, deviation);
  const [flow, end] = [flows(backend, score), denoisers(backend, score)];
  const levels = levelsOfFlow(largest, smallest);
  const steps = levels.length - 1;
  const remedy = "train with a lower learning rate, or give rows like those of the training";
  for (const [i, from] of levels.slice(0, -1).entries()) {
    const next = flow(x, level(from), level(levels[i + 1] ?? smallest), given);
    checkFiniteRows("model.sampleGiven", next, x, `step ${i + 1} of ${steps} (sigma ${from})`, remedy);
    x = next;
  }
  return end(x, level(smallest), given);
}

/** N(0, diag(σ_d² + σ²)), of standard normal numbers z. */
export function startOfResiduals(z: Tensor, sigma: number, deviation: Tensor): Tensor {
  return mul(cast(sqrt(add(square(deviation), sigma * sigma)), z.dtype), z);
}

/** The noise levels of the steps along the flow of residuals, both ends among them. */
export function levelsOfFlow(largest: number, smallest: number): number[] {
  if (!(largest > smallest)) return [smallest];
  const steps = Math.max(1, Math.ceil(portable.log(largest / smallest) / portable.log(LONGEST_STEP)));
  return Array.from({ length: steps + 1 }, (_, i) =>
    i === steps ? smallest : largest * portable.pow(smallest / largest, i / steps),
  );
}

const flows = /* @__PURE__ */ keptSteps(
  (score: ConditionalScore<Tensor>) => (x: Tensor, from: Tensor, to: Tensor, given: Tensor) =>
    flowStep((y, sigma) => score(y, sigma, given))(x, from, to),
);

const denoisers = /* @__PURE__ */ keptSteps(
  (score: ConditionalScore<Tensor>) => (x: Tensor, sigma: Tensor, given: Tensor) =>
    add(x, mul(square(sigma), score(x, sigma, given))),
);
