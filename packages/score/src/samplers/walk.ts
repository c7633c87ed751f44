import { add, isConcrete, type Key, mul, random, type Tensor } from "@scoretape/autograd";
import { checked, type Score } from "../score.ts";

/**
 * One step of the unadjusted Langevin algorithm, x + (ε/2)·s + √ε·z.
 *
 * @param x the states, [n, d]
 * @param score s(x), [n, d]
 * @param noise z standard normal, [n, d]
 * @param stepSize ε > 0
 */
export function langevinStep(x: Tensor, score: Tensor, noise: Tensor, stepSize: number): Tensor {
  return add(x, add(mul(stepSize / 2, score), mul(Math.sqrt(stepSize), noise)));
}

/** A run of Langevin steps of one size. */
export interface Walk {
  /** Who runs it, for messages. */
  readonly name: string;
  readonly stepSize: number;
  readonly steps: number;
  readonly key: Key;
  /** Where in a longer run this one is, for messages: ` at level 2 of 10`. */
  readonly where?: string;
  /** Called after each step, counted from 1. */
  onStep(step: number, x: Tensor): void;
}

/** Runs Langevin steps, step t with the noise of `foldIn(key, t − 1)`. */
export function walk(score: Score, x0: Tensor, run: Walk): Tensor {
  const scoreOfShape = checked(run.name, score);
  let x = x0;
  for (let step = 1; step <= run.steps; step++) {
    const scores = scoreOfShape(x);
    const noise = random.normal(random.foldIn(run.key, step - 1), x.shape, { dtype: dtypeOf(x) });
    const next = langevinStep(x, scores, noise, run.stepSize);
    checkStates(run, step, x, scores, next);
    x = next;
    run.onStep(step, x);
  }
  return x;
}

/** Throws at the first chain that has left the finite numbers. */
function checkStates(run: Walk, step: number, x: Tensor, scores: Tensor, next: Tensor): void {
  if (!isConcrete(next)) return;
  const at = next.data.findIndex((value) => !Number.isFinite(value));
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

function dtypeOf(x: Tensor): "float32" | "float64" {
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

/** Throws unless the value is a finite number above 0. */
export function checkPositive(name: string, value: number, what: string): void {
  if (!Number.isFinite(value) || value <= 0) {
    throw new RangeError(`${name}: ${what} is ${value}; it is a finite number above 0`);
  }
}
