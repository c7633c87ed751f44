import {
  add,
  cast,
  concat,
  type Key,
  matmul,
  mul,
  portable,
  random,
  reshape,
  scan,
  slice,
  square,
  type Tensor,
  tensor,
  zeros,
} from "@scoretape/autograd";
import { DRAWS, levelsOfFlow, startOfResiduals } from "../model/conditional.ts";
import { flowStep } from "../model/flowStep.ts";
import { IMAGES } from "../model/imageSampling.ts";
import type { Model } from "../model/model.ts";
import { targetsOf } from "../model/regression.ts";
import { between, CHAINS, startOf, stretchOf, takesSteps } from "../model/sampling.ts";
import { langevinStep, noiseLike } from "../samplers/walk.ts";
import type { NoiseConditionalScore } from "../score.ts";
import { type Condition, conditionedScore, type SubjectOptions, type Target } from "./subject.ts";

// The samplers of a model as loops of one program. They draw what `samplingSteps` and `sampleGiven` do: their steps, in their
// order, with the same keys.

/** What draws so many rows at once, given those of the conditions. */
export interface Chains {
  readonly conditions: readonly Condition[];
  /** So many rows have a key of their own. */
  readonly most: number;
  /** [n, d] in standard units. */
  draw(key: Key, rows: number, conditions: readonly Tensor[]): Tensor;
}

/** How long chains run. */
export interface StepOptions {
  readonly stepsPerLevel: number;
  readonly stepSize: number;
}

const column = (values: readonly number[]): Tensor => tensor(values, { dtype: "float32" });
const numbers = (values: readonly number[]): Tensor => tensor(values, { dtype: "uint32" });

const asTensor = (x: Tensor | number): Tensor => (typeof x === "number" ? tensor(x) : x);

/** x + σ²s(x, σ) */
function denoised(score: NoiseConditionalScore, x: Tensor, sigma: number): Tensor {
  const level = tensor(sigma);
  return add(x, mul(square(level), score(x, level)));
}

/** Points along the flow from each of the levels to the next. */
function alongFlow(score: NoiseConditionalScore, x: Tensor, levels: readonly number[]): Tensor {
  if (levels.length < 2) return x;
  const flow = flowStep(score);
  const [end] = scan<Tensor, readonly Tensor[], readonly Tensor[]>(
    (y, [from = tensor(0), to = tensor(0)]) => [flow(y, from, to), []],
    x,
    [column(levels.slice(0, -1)), column(levels.slice(1))],
  );
  return end;
}

/** Annealed Langevin dynamics, a loop over levels: the flow from the level before, and then the steps. */
export function annealedChains(model: Model, { stepsPerLevel, stepSize }: StepOptions): Chains {
  const { sigmas, size, standardScore, principalScore, flows, description } = model;
  const { columns, moments } = description;
  const score = moments === undefined ? standardScore : principalScore;
  const [largest = 1, smallest = 1] = [sigmas[0], sigmas.at(-1)];
  // A level that takes fewer steps to get to, such as the first, ends with steps that go nowhere.
  const ways = sigmas.map((sigma, i) => {
    const before = sigmas[i - 1];
    return before === undefined || !flows ? [sigma] : [before, ...between(before, sigma)];
  });
  const longest = Math.max(...ways.map((way) => way.length));
  const padded = ways.map((way, i) => [
    ...way,
    ...Array.from({ length: longest - way.length }, () => sigmas[i] ?? smallest),
  ]);
  const flow = flowStep(score);
  const stretch = stretchOf(size);
  const taken = Array.from({ length: stepsPerLevel }, (_, step) => step);
  const [starts, within] = [
    numbers(taken.map((step) => step - (step % stretch))),
    numbers(taken.map((step) => step % stretch)),
  ];
  const step = (x: Tensor, key: Key, sigma: Tensor, size: Tensor): Tensor =>
    langevinStep(x, score(x, sigma), noiseLike(key, x), size);
  const levels = [
    numbers(sigmas.map((_, i) => i + 1)),
    column(sigmas),
    // A step of size 0 goes nowhere.
    column(sigmas.map((sigma) => (takesSteps(model, sigma) ? stepSize * (sigma * sigma) : 0))),
    tensor(
      padded.map((way) => way.slice(0, -1)),
      { dtype: "float32" },
    ),
    tensor(
      padded.map((way) => way.slice(1)),
      { dtype: "float32" },
    ),
  ];
  return {
    conditions: [],
    most: CHAINS,
    draw(key, rows) {
      const noise = random.normal(random.foldIn(key, 0), [rows, columns.length]);
      const start = startOf(noise, largest, moments);
      const [x] = scan<Tensor, readonly Tensor[], readonly Tensor[]>(
        (before, [number = key, sigma = key, size = key, froms = key, tos = key]) => {
          const own = random.foldIn(key, number);
          const [arrived] =
            longest < 2
              ? [before]
              : scan<Tensor, readonly Tensor[], readonly Tensor[]>(
                  (y, [from = key, to = key]) => [flow(y, from, to), []],
                  before,
                  [froms, tos],
                );
          const [end] = scan<Tensor, readonly Tensor[], readonly Tensor[]>(
            (y, [first = key, i = key]) => {
              const ofStretch = random.foldIn(random.foldIn(own, first), 0);
              return [step(y, random.foldIn(ofStretch, i), sigma, size), []];
            },
            arrived,
            [starts, within],
          );
          return [end, []];
        },
        start,
        levels,
      );
      const z = denoised(score, x, smallest);
      return moments === undefined ? z : matmul(z, cast(moments.axes, z.dtype), { transposeY: true });
    },
  };
}

/** Images by Heun's method along the flow, a step from level to level. */
export function imageChains(model: Model, how: Pick<SubjectOptions, "label" | "guidance">): Chains {
  const { sigmas, description } = model;
  const { conditions, score } = conditionedScore(model, how);
  return {
    conditions,
    most: IMAGES,
    draw(key, rows, told) {
      const noise = random.normal(key, [rows, description.columns.length]);
      const own: NoiseConditionalScore = (x, sigma) => score(x, asTensor(sigma), told);
      const x = alongFlow(own, mul(portable.hypot(1, sigmas[0] ?? 1), noise), sigmas);
      return denoised(own, x, sigmas.at(-1) ?? 1);
    },
  };
}

/** Targets along the flow of what their regression leaves. */
export function targetChains({ sigmas }: Model, target: Target): Chains {
  const { regression, given, condition, score } = target;
  const { deviation } = regression.residuals;
  const [largest = 1, smallest = 1] = [sigmas[0], sigmas.at(-1)];
  return {
    conditions: [condition],
    most: DRAWS,
    draw(key, rows, [told = condition.example(rows)]) {
      const of = given.standardized(told);
      const start = startOfResiduals(random.normal(key, [rows, deviation.size]), largest, deviation);
      const own: NoiseConditionalScore = (r, sigma) => score(r, asTensor(sigma), cast(of, "float32"));
      const r = denoised(own, alongFlow(own, start, levelsOfFlow(largest, smallest)), smallest);
      return targetsOf(regression, r, of);
    },
  };
}

/** So many rows, batch by batch as chains have their keys. The last batch is whole, and what is too much of it left out. */
export function drawn(
  { draw, most }: Chains,
  key: Key,
  count: number,
  conditions: readonly Tensor[],
): Tensor {
  const rows = Math.min(count, most);
  const batches = Math.ceil(count / rows);
  if (batches === 1) return draw(random.foldIn(key, 0), rows, conditions);
  const split = conditions.map((told) => {
    const [, ...rest] = told.shape;
    const more = batches * rows - count;
    const whole = more === 0 ? told : concat([told, zeros([more, ...rest], { dtype: told.dtype })], 0);
    return reshape(whole, [batches, rows, ...rest]);
  });
  const [, parts] = scan<Tensor, readonly Tensor[], Tensor>(
    (none, [number = key, ...own]) => [none, draw(random.foldIn(key, number), rows, own)],
    zeros([]),
    [numbers(Array.from({ length: batches }, (_, i) => i)), ...split],
  );
  const [, , d = 0] = parts.shape;
  return slice(reshape(parts, [batches * rows, d]), [0, 0], [count, d]);
}
