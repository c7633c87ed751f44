import {
  abs,
  add,
  checkFunction,
  checkOptions,
  div,
  max,
  maximum,
  mean,
  mul,
  sqrt,
  square,
  type Tensor,
  tensor,
} from "@scoretape/autograd";
import { checkCount, checkPositive } from "../check.ts";
import { checkFiniteRows } from "../nonFinite.ts";
import { keptSteps } from "../samplers/keptSteps.ts";
import { type ButcherTableau, combination, stageSlopes, type VectorField } from "./rungeKutta.ts";
import { checkProblem, type OdeSolver } from "./solver.ts";
import { stepSizeControl } from "./stepSizeControl.ts";

/** The weights of order 5; they are the last row of the matrix too, so that the last slope is the next step's first. */
const weights = [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0];

/** Dormand and Prince 1980, table 2 (RK5(4)7M): order 5, with an embedded method of order 4. */
export const dormandPrinceTableau: Required<ButcherTableau> = {
  nodes: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1],
  matrix: [
    [],
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    weights.slice(0, 6),
  ],
  weights,
  errorWeights: [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40],
};

/** How accurately to solve by the method of Dormand and Prince. */
export interface DormandPrinceOptions {
  /** Error allowed in one step beside the state's magnitude, above 0; 0.00001 unless said. */
  readonly relativeTolerance?: number;
  /** Error allowed in one step where the state is near 0, above 0; 0.00001 unless said. */
  readonly absoluteTolerance?: number;
  /** The length of the first attempt, above 0; a hundredth of the interval unless said. */
  readonly initialStep?: number;
  /** How many attempts at a step there may be, rejected ones too; 10,000 unless said. */
  readonly maxSteps?: number;
}

/**
 * The method of Dormand and Prince (1980), of order 5, with steps as long as the tolerances allow. Six evaluations of the
 * field per attempt: a step's last slope is the next one's first.
 *
 * An error estimate e comes from the embedded method of order 4. A step is accepted when for every row of y the root
 * mean square over its elements of e/(absoluteTolerance + relativeTolerance·max(|y|, |y after|)) is at most 1. All rows
 * take the same steps, the longest that suits the worst of them. It is the error of one step that is bounded, of all steps
 * together it is usually somewhat more. In float32 a relative tolerance below 0.000001 asks for more than rounding leaves.
 *
 * The next step's length follows Hairer, Nørsett and Wanner 1993 (Solving Ordinary Differential Equations I), section
 * II.4, with the proportional–integral control of their code DOPRI5. A step that leaves the finite numbers is tried
 * again with a fifth of its length.
 *
 * @throws RangeError unless the tolerances and the initial step are finite numbers above 0 and maxSteps a whole number
 * from 1; when solving, also where the steps become too short or too many
 *
 * @example
 * ```ts
 * import { neg, tensor } from "@scoretape/autograd";
 * import { dormandPrince } from "@scoretape/score";
 *
 * // dy/dt = −y from y(0) = 1.
 * const solver = dormandPrince({ relativeTolerance: 1e-6, absoluteTolerance: 1e-6 });
 * const { state } = solver.solve((y) => neg(y), tensor([[1]]), 0, 1);
 * console.log(state.item().toFixed(5), Math.exp(-1).toFixed(5)); // 0.36788 0.36788
 * ```
 */
export function dormandPrince(options: DormandPrinceOptions = {}): OdeSolver {
  const name = "dormandPrince";
  checkOptions(name, options, {
    relativeTolerance: "number",
    absoluteTolerance: "number",
    initialStep: "number",
    maxSteps: "number",
  });
  const { relativeTolerance = 1e-5, absoluteTolerance = 1e-5, initialStep, maxSteps = 10_000 } = options;
  checkPositive(name, relativeTolerance, "relativeTolerance");
  checkPositive(name, absoluteTolerance, "absoluteTolerance");
  if (initialStep !== undefined) checkPositive(name, initialStep, "initialStep");
  checkCount(name, maxSteps, "maxSteps");
  return {
    name,
    solve(field, start, from, to, options = {}) {
      checkFunction(name, field, "the field");
      checkOptions(name, options, { onStep: "function", backend: "any" });
      const { onStep, backend } = options;
      checkProblem(name, start, from, to);
      const slopeAt = slopes(backend, field);
      const attempt = attempts(backend, field, absoluteTolerance, relativeTolerance);
      const scalar = (value: number): Tensor => tensor(value, { dtype: start.dtype });
      const [direction, length] = [Math.sign(to - from), Math.abs(to - from)];
      const rounding = start.dtype === "float64" ? 2 ** -52 : 2 ** -23;
      const shortest = 4 * rounding * Math.max(Math.abs(from), Math.abs(to));
      const control = stepSizeControl(Math.min(initialStep ?? length / 100, length));
      let [state, slope] = [start, slopeAt(start, scalar(from))];
      let [done, steps, rejected] = [0, 0, 0];
      while (done < length) {
        const time = from + direction * done;
        if (steps + rejected === maxSteps) {
          throw new RangeError(
            `${name}: ${maxSteps} steps lead from time ${from} to ${time}, not to ${to}; ` +
              "raise the tolerances or maxSteps",
          );
        }
        // A step that nearly reaches the end is stretched to it, so that no tiny one is left over.
        const isLast = control.length >= 0.99 * (length - done);
        const taken = isLast ? length - done : control.length;
        const where = `a step of length ${taken} at time ${time}`;
        const [next, last, norm] = attempt(state, slope, scalar(time), scalar(direction * taken));
        const error = norm.item();
        if (control.accepts(taken, error)) {
          checkFiniteRows(name, next, state, where, "mend the field, which is not finite near there");
          done = isLast ? length : done + taken;
          steps += 1;
          [state, slope] = [next, last];
          onStep?.({
            step: steps,
            time: isLast ? to : from + direction * done,
            stepSize: direction * taken,
            state,
          });
        } else if (control.length > shortest) {
          rejected += 1;
        } else {
          checkFiniteRows(name, next, state, where, "mend the field, which is not finite near there");
          throw new RangeError(
            `${name}: even ${where} has ${error.toPrecision(3)} times the error allowed; raise the tolerances, ` +
              "or mend the field if it is not smooth there",
          );
        }
      }
      return { state, steps, rejected, evaluations: 1 + 6 * (steps + rejected) };
    },
  };
}

const slopes = /* @__PURE__ */ keptSteps((field: VectorField) => field);
const attempts = /* @__PURE__ */ keptSteps(stepWithError);

/** A step as a function of tensors: the next state, the slope there, and the error as a multiple of that allowed. */
function stepWithError(field: VectorField, absoluteTolerance: number, relativeTolerance: number) {
  return (y: Tensor, first: Tensor, time: Tensor, h: Tensor): readonly [Tensor, Tensor, Tensor] => {
    const slopes = stageSlopes(dormandPrinceTableau, field, y, first, time, h);
    const next = add(y, mul(h, combination(weights, slopes)));
    const estimate = mul(h, combination(dormandPrinceTableau.errorWeights, slopes));
    const allowed = add(absoluteTolerance, mul(relativeTolerance, maximum(abs(y), abs(next))));
    return [next, slopes.at(-1) ?? first, errorNorm(div(estimate, allowed))];
  };
}

/** The largest root mean square of a row. */
function errorNorm(ratios: Tensor): Tensor {
  return max(sqrt(mean(square(ratios), { axis: 1 })));
}
