import {
  compile,
  type Key,
  optim,
  random,
  reshape,
  type Tensor,
  type Tree,
  take,
  tensor,
  valueAndGrad,
} from "@scoretape/autograd";
import { multiLevelDenoisingScoreMatching, type TrainOptions } from "@scoretape/score";
import type { Parameters } from "@scoretape/score/model";

/** The start and all that is drawn for a training's first steps, so that another program can take the same ones. */
export interface FirstSteps {
  readonly start: Parameters;
  /** The rows of each mini-batch and their noise, [steps, n, d]. */
  readonly batches: Tensor;
  readonly noise: Tensor;
  /** σ of each row of a mini-batch, [n]. */
  readonly levels: Tensor;
  /** The step sizes of Adam, [steps]. */
  readonly rates: Tensor;
}

/** Rounding grows from step to step; after so many, two programs still agree to six digits. */
const STEPS = 50;
/** As `train` has it. */
export const clipNorm = 10;

type Training = Pick<TrainOptions<Parameters>, "model" | "data" | "learningRate" | "averageDecay">;

/** The draws of these steps by a key; the rows are the training's. */
export function drawnSteps(
  key: Key,
  { model, data, learningRate }: Training,
  sigmas: readonly number[],
  batch: number,
): FirstSteps {
  const [n = 0, d = 0] = data.shape;
  const chosen = random.uniform(random.foldIn(key, 1), [STEPS * batch], { dtype: "float64" });
  const rows = [...chosen.data].map((u) => Math.floor(u * n));
  return {
    start: model.init(random.foldIn(key, 0)),
    batches: reshape(take(data, rows), [STEPS, batch, d]),
    noise: random.normal(random.foldIn(key, 2), [STEPS, batch, d]),
    levels: take(
      tensor(sigmas),
      Array.from({ length: batch }, (_, i) => i % sigmas.length),
    ),
    rates: ratesOf(learningRate, STEPS),
  };
}

/** The rates of a schedule's first steps, [steps]. */
export function ratesOf(rate: optim.LearningRate = Number.NaN, steps: number): Tensor {
  return tensor(
    Array.from({ length: steps }, (_, step) => (typeof rate === "number" ? rate : rate(tensor(step)).item())),
  );
}

/** The moving average of the parameters after these steps, by the rules of `train`. */
export function afterFirstSteps(steps: FirstSteps, training: Training): Parameters {
  const { model, learningRate = Number.NaN, averageDecay = Number.NaN } = training;
  const { start, batches, noise, levels } = steps;
  const optimizer = optim.chain(optim.clipByGlobalNorm(clipNorm), optim.adam({ learningRate }));
  const average = optim.ema(averageDecay);
  type State = readonly [Parameters, readonly Tree[], optim.EmaState<Parameters>];
  const advance = compile(([parameters, state, mean]: State, x: Tensor, z: Tensor): State => {
    const loss = (p: Parameters): Tensor =>
      multiLevelDenoisingScoreMatching((y, sigma) => model.apply(p, y, sigma), x, z, levels);
    const [, gradient] = valueAndGrad(loss)(parameters);
    const [updates, nextState] = optimizer.update(gradient, state, parameters);
    const next = optim.applyUpdates(parameters, updates);
    return [next, nextState, average.update(next, mean)[1]];
  });
  const noises = [...noise];
  const [, , { average: found }] = [...batches].reduce<State>(
    (state, x, step) => advance(state, x, noises[step] ?? x),
    [start, optimizer.init(start), average.init(start)],
  );
  return found;
}
