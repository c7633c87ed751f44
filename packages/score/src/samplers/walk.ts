import { add, type Key, mul, random, sqrt, type Tensor, type TensorLike, tensor } from "@scoretape/autograd";
import { firstNonFinite } from "../nonFinite.ts";
import { checked, type NoiseConditionalScore } from "../score.ts";
import { type Block, type BlockKind, blockOf, takeSteps } from "./blocks.ts";
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

/** Steps of a sampler, compiled unless the backend is `eager`: one program for all σ and ε. */
export const stepper = /* @__PURE__ */ keptSteps(
  (score: NoiseConditionalScore, name: string, rule: typeof langevinStep, kind: BlockKind): Block =>
    blockOf((x, key, [sigma = tensor(0), stepSize = tensor(0)]) => {
      const scores = checked(name, (y) => score(y, sigma))(x);
      return rule(x, scores, noiseLike(key, x), stepSize);
    }, kind),
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
  readonly score: NoiseConditionalScore;
  /** Its steps, from {@link stepper}. */
  readonly block: Block;
  /** What the score gets beside the states. */
  readonly sigma: number;
  readonly stepSize: number;
  readonly steps: number;
  readonly key: Key;
  readonly kind: BlockKind;
  /** States are kept after every so many steps. */
  readonly every: number;
  /** Where in a longer run this one is, for messages: ` at level 2 of 10`. */
  readonly where?: string;
  /** Called with the states that the kind of block shows, their step counted from 1. */
  shown(step: number, x: Tensor): void;
}

/** Runs Langevin steps x ← x + (ε/2)·s + √ε·z, step t with the noise of `foldIn(key, t − 1)`. */
export function walk(x0: Tensor, run: Walk): Tensor {
  const { block, sigma, stepSize, steps, key, kind, every, shown } = run;
  return takeSteps({
    ...{ start: x0, steps, key, block, kind, every, shown },
    values: () => [sigma, stepSize],
    fail: (step, before, next) => fail(run, step, before, next),
  });
}

/** Throws at the first chain that has left the finite numbers. */
function fail(run: Walk, step: number, x: Tensor, next: Tensor): void {
  const at = firstNonFinite(next);
  const d = x.shape[1] ?? 1;
  const chain = Math.floor(at / d);
  const state = [...x.data.subarray(chain * d, (chain + 1) * d)].map((value) => value.toPrecision(4));
  const score = run.score(x, tensor(run.sigma, { dtype: floatOf(x) })).data[at];
  throw new RangeError(
    `${run.name}: chain ${chain} is ${next.data[at]} in coordinate ${at % d} after step ${step} of ${run.steps}` +
      `${run.where ?? ""}, from [${state.join(", ")}] with score ${score} and step size ` +
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
  /** Takes note of the states after a step, counted from 1. */
  add(x: Tensor, step?: number): void;
}

export function trajectoryFrom(x0: Tensor, every: number | undefined): Trajectory {
  const states = every === undefined ? [] : [x0];
  let taken = 0;
  return {
    states,
    add(x, step = taken + 1) {
      taken = step;
      if (every !== undefined && taken % every === 0) states.push(x);
    },
  };
}
