import { checkFunction, checkOptions, checkPositive, kindOf } from "../arguments.ts";
import { add, mul, neg, sub } from "../ops/arithmetic.ts";
import { maximum, minimum } from "../ops/choice.ts";
import { cos, div } from "../ops/elementwise.ts";
import { cast } from "../ops/layout.ts";
import { ShapeError, showShape } from "../shape.ts";
import { checkTensor, full, Tensor, type TensorLike } from "../tensor.ts";

/**
 * A learning rate that changes: from the number of updates made before, a scalar (0 at the first update), to
 * the rate, a scalar. Written in ops, so that it becomes part of a compiled step.
 */
export type Schedule = (step: Tensor) => Tensor;

/** A number above 0, or a schedule. */
export type LearningRate = number | Schedule;

/**
 * The same rate at every step.
 *
 * @example
 * ```ts
 * import { optim, tensor } from "@scoretape/autograd";
 *
 * console.log(optim.constantSchedule(0.25)(tensor(1000)).item()); // 0.25
 * ```
 */
export function constantSchedule(value: number): Schedule {
  checkPositive("optim.constantSchedule", "value", value);
  return (step) => {
    checkTensor("optim.constantSchedule", step, "step");
    return full([], value, { dtype: step.dtype, backend: step.backend });
  };
}

/** Options of {@link cosineSchedule}. */
export interface CosineOptions {
  /** The rate at step 0. */
  readonly initial: number;
  /** The rate from step `steps` on, 0 unless said. */
  readonly final?: number;
  /** The number of steps from the one to the other. */
  readonly steps: number;
}

/**
 * Half a cosine from one rate down to another, which then stays:
 * final + ½(initial − final)(1 + cos(π·min(t, steps)/steps)) (Loshchilov & Hutter 2017, eq. 5, one period).
 *
 * @example
 * ```ts
 * import { optim, tensor } from "@scoretape/autograd";
 *
 * const rate = optim.cosineSchedule({ initial: 1, steps: 100 });
 * console.log([0, 50, 100].map((t) => rate(tensor(t)).item().toFixed(2)).join(" ")); // 1.00 0.50 0.00
 * ```
 */
export function cosineSchedule(options: CosineOptions): Schedule {
  checkOptions("optim.cosineSchedule", options, { initial: "number", final: "number", steps: "number" });
  const { initial, final = 0, steps } = options;
  checkPositive("optim.cosineSchedule", "initial", initial);
  checkPositive("optim.cosineSchedule", "steps", steps);
  if (!(final >= 0 && final < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`optim.cosineSchedule: final is ${final}; it is a finite number from 0`);
  }
  return (step) => {
    checkTensor("optim.cosineSchedule", step, "step");
    const phase = mul(Math.PI, div(minimum(step, steps), steps));
    return add(final, mul((initial - final) / 2, add(1, cos(phase))));
  };
}

/**
 * Rises along a line during the first `steps` updates, then follows another schedule from its beginning:
 * min(1, (t + 1)/(steps + 1)) · rate(max(0, t − steps)).
 *
 * @param steps a whole number from 0
 *
 * @example
 * ```ts
 * import { optim, tensor } from "@scoretape/autograd";
 *
 * const rate = optim.warmUp(3, 1);
 * console.log([0, 1, 2, 3, 4].map((t) => rate(tensor(t)).item()).join(" ")); // 0.25 0.5 0.75 1 1
 * ```
 */
export function warmUp(steps: number, rate: LearningRate): Schedule {
  if (!Number.isSafeInteger(steps) || steps < 0) {
    throw new RangeError(`optim.warmUp: steps is ${kindOf(steps)}; it is a whole number from 0`);
  }
  checkLearningRate("optim.warmUp", rate);
  return (step) => {
    checkTensor("optim.warmUp", step, "step");
    const rise = minimum(1, div(add(step, 1), steps + 1));
    return mul(rise, rateAt("optim.warmUp", rate, maximum(0, sub(step, steps))));
  };
}

/** Throws unless the rate is a schedule or a finite number above 0. */
export function checkLearningRate(name: string, rate: LearningRate): void {
  if (typeof rate === "function") checkFunction(name, rate, "learningRate");
  else checkPositive(name, "learningRate", rate);
}

/** The rate of the update that follows `step` others. */
export function rateAt(name: string, rate: LearningRate, step: Tensor): TensorLike {
  if (typeof rate === "number") return rate;
  const value = rate(step);
  if (!(value instanceof Tensor) || value.rank !== 0) {
    const found = value instanceof Tensor ? `shape ${showShape(value.shape)}` : kindOf(value);
    throw new ShapeError(`${name}: the schedule returned ${found}, not a scalar tensor`);
  }
  return value;
}

/** −rate·direction, in the direction's dtype. */
export function descend(rate: TensorLike, direction: Tensor): Tensor {
  return mul(rate instanceof Tensor ? neg(cast(rate, direction.dtype)) : -rate, direction);
}
