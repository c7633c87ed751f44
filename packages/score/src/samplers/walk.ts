import {
  add,
  isConcrete,
  type Key,
  mul,
  random,
  sqrt,
  type Tensor,
  type TensorLike,
  tensor,
} from "@scoretape/autograd";
import { firstNonFinite } from "../nonFinite.ts";
import { checked, type NoiseConditionalScore } from "../score.ts";
import { keptSteps } from "./keptSteps.ts";

/**
 * One step of the unadjusted Langevin algorithm, x + (ε/2)·s + √ε·z.
 *
 * @param x the states, [n, d]
 * @param score s(x), [n, d]
 * @param noise z standard normal, [n, d]
 * @param stepSize ε > 0, a scalar
 */
export function langevinStep(x: Tensor, score: Tensor, noise: Tensor, stepSize: TensorLike): Tensor {
  return add(x, add(mul(mul(0.5, stepSize), score), mul(sqrt(stepSize), noise)));
}

/** One step of all chains: the next states, and the scores that led there. σ and ε are scalars. */
export type Step = (
  x: Tensor,
  key: Key,
  sigma: Tensor,
  stepSize: Tensor,
) => readonly [next: Tensor, scores: Tensor];

/** The step of a sampler, compiled unless the backend is `eager`: one program for all σ and ε. */
export const stepper = /* @__PURE__ */ keptSteps(
  (score: NoiseConditionalScore, name: string, rule: typeof langevinStep): Step =>
    (x, key, sigma, stepSize) => {
      const scores = checked(name, (y) => score(y, sigma))(x);
      return [rule(x, scores, noiseLike(key, x), stepSize), scores];
    },
);

/** The options of a sampler that takes steps, by their kinds. */
export const langevinKinds = {
  stepSize: "number",
  steps: "number",
  key: "any",
  onStep: "function",
  trajectory: "number",
  backend: "any",
} as const;

/** A run of Langevin steps of one size. */
export interface Walk {
  /** Who runs it, for messages. */
  readonly name: string;
  readonly step: Step;
  /** What the score gets beside the states: a scalar. */
  readonly sigma: number;
  readonly stepSize: number;
  readonly steps: number;
  readonly key: Key;
  /** Where in a longer run this one is, for messages: ` at level 2 of 10`. */
  readonly where?: string;
  /** Called after each step, counted from 1. */
  onStep(step: number, x: Tensor): void;
}

/** Runs Langevin steps x ← x + (ε/2)·s + √ε·z, step t with the noise of `foldIn(key, t − 1)`. */
export function walk(x0: Tensor, run: Walk): Tensor {
  const sigma = tensor(run.sigma, { dtype: floatOf(x0) });
  const stepSize = tensor(run.stepSize, { dtype: floatOf(x0) });
  let x = x0;
  for (let step = 1; step <= run.steps; step++) {
    const [next, scores] = run.step(x, random.foldIn(run.key, step - 1), sigma, stepSize);
    checkStates(run, step, x, scores, next);
    x = next;
    run.onStep(step, x);
  }
  return x;
}

/** Throws at the first chain that has left the finite numbers. */
function checkStates(run: Walk, step: number, x: Tensor, scores: Tensor, next: Tensor): void {
  if (!isConcrete(next)) return;
  const at = firstNonFinite(next);
  if (at < 0) return;
  const d = x.shape[1] ?? 1;
  const chain = Math.floor(at / d);
  const state = [...x.data.subarray(chain * d, (chain + 1) * d)].map((value) => value.toPrecision(4));
  throw new RangeError(
    `${run.name}: chain ${chain} is ${next.data[at]} in coordinate ${at % d} after step ${step} of ${run.steps}` +
      `${run.where ?? ""}, from [${state.join(", ")}] with score ${scores.data[at]} and step size ` +
      `${run.stepSize}; take a smaller step size, or mend the score if it is not finite at ordinary points`,
  );
}

/** Standard normal numbers of the shape and dtype of x. */
export function noiseLike(key: Key, x: Tensor): Tensor {
  return random.normal(key, x.shape, { dtype: floatOf(x) });
}

/** The dtype of what is drawn or computed for x. */
export function floatOf(x: Tensor): "float32" | "float64" {
  return x.dtype === "float64" ? "float64" : "float32";
}

/** States kept on the way: x0 and every k-th state after it; none without k. */
export interface Trajectory {
  readonly states: readonly Tensor[];
  add(x: Tensor): void;
}

export function trajectoryFrom(x0: Tensor, every: number | undefined): Trajectory {
  const states = every === undefined ? [] : [x0];
  let taken = 0;
  return {
    states,
    add(x) {
      taken += 1;
      if (every !== undefined && taken % every === 0) states.push(x);
    },
  };
}
