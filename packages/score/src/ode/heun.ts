import { add, checkFunction, checkOptions, mul, type Tensor, tensor } from "@scoretape/autograd";
import { checkCount } from "../check.ts";
import { checkFiniteRows } from "../nonFinite.ts";
import { compiled } from "../samplers/compiled.ts";
import { type ButcherTableau, combination, stageSlopes } from "./rungeKutta.ts";
import { checkProblem, type OdeSolver } from "./solver.ts";

/** Heun's method, of order 2: the mean of the slopes at both ends of an Euler step. */
export const heunTableau: ButcherTableau = {
  nodes: [0, 1],
  matrix: [[], [1]],
  weights: [1 / 2, 1 / 2],
};

/** How to solve by Heun's method. */
export interface HeunOptions {
  /** How many steps of equal length, from 1. */
  readonly steps: number;
}

/**
 * Heun's method with steps of equal length h: y ← y + (h/2)·(k₁ + k₂), k₁ = f(y, t), k₂ = f(y + h·k₁, t + h). Its error
 * falls with h². Heun 1900; Hairer, Nørsett and Wanner 1993 (Solving Ordinary Differential Equations I), table II.1.1.
 * Two evaluations of the field per step.
 *
 * @throws RangeError unless steps is a whole number from 1
 *
 * @example
 * ```ts
 * import { neg, tensor } from "@scoretape/autograd";
 * import { heun } from "@scoretape/score";
 *
 * // dy/dt = −y from y(0) = 1.
 * const { state } = heun({ steps: 100 }).solve((y) => neg(y), tensor([[1]]), 0, 1);
 * console.log(state.item().toFixed(4), Math.exp(-1).toFixed(4)); // 0.3679 0.3679
 * ```
 */
export function heun(options: HeunOptions): OdeSolver {
  const name = "heun";
  checkOptions(name, options, { steps: "number" });
  const { steps } = options;
  checkCount(name, steps, "steps");
  return {
    name,
    solve(field, start, from, to, options = {}) {
      checkFunction(name, field, "the field");
      checkOptions(name, options, { onStep: "function", backend: "any" });
      const { onStep, backend } = options;
      checkProblem(name, start, from, to);
      const advance = compiled((y: Tensor, time: Tensor, h: Tensor): Tensor => {
        const slopes = stageSlopes(heunTableau, field, y, field(y, time), time, h);
        return add(y, mul(h, combination(heunTableau.weights, slopes)));
      }, backend);
      const scalar = (value: number): Tensor => tensor(value, { dtype: start.dtype });
      const stepSize = (to - from) / steps;
      const timeAfter = (step: number): number => (step === steps ? to : from + step * stepSize);
      let state = start;
      for (let step = 1; step <= steps; step++) {
        const next = advance(state, scalar(timeAfter(step - 1)), scalar(stepSize));
        const where = `step ${step} of ${steps} (time ${timeAfter(step)})`;
        checkFiniteRows(
          name,
          next,
          state,
          where,
          "take more steps, or mend the field if it is not finite there",
        );
        state = next;
        onStep?.({ step, time: timeAfter(step), stepSize, state });
      }
      return { state, steps, rejected: 0, evaluations: 2 * steps };
    },
  };
}
