import { add, checkOptions, div, dot, mul, portable, square, sub, type Tensor } from "@scoretape/autograd";
import { checkData, checkProbes } from "../check.ts";
import { averageOverProbes } from "../probeLists.ts";
import { column, perRow, squaredNorm } from "../rows.ts";
import { checked, type Score } from "../score.ts";
import { checkStepSize, type FiniteDifferenceOptions, polar, spacingAtOne } from "./finiteDifferenceStep.ts";
import { lossKinds, reduce } from "./reduction.ts";

/**
 * Sliced score matching by central differences: per row vᵀD + ½(vᵀs̄)², averaged over the probes v of the row and
 * then over the rows, where u = v/‖v‖,
 *
 *     D = ‖v‖·(s(x + εu) − s(x − εu))/(2ε) = Jv + O(ε²),   s̄ = (s(x + εu) + s(x − εu))/2 = s(x) + O(ε²).
 *
 * Pang et al. 2020, section 4, for {@link slicedScoreMatching}, to which it tends as ε → 0. No derivative of s with
 * respect to x is taken, so it serves models that can only be evaluated, at 2 evaluations a probe: for an MLP about a
 * tenth more time than the Jacobian-vector product that they replace. Evaluating s(x) as well would not raise the
 * order, its bias is O(ε²) either way: here, with primes for derivatives along u,
 * ε²·(‖v‖·vᵀs‴/6 + ½(vᵀs)(vᵀs″)) + O(ε⁴). For scores of degree 1 in x there is none: on p = N(0, I) the minimiser
 * among them is −x and the value there −d/2.
 *
 * Rounding adds an error of order η·‖s‖·‖v‖²/ε, with η the distance from 1 to the next number. The default ε = η^⅓
 * (4.9·10⁻³ in float32, 6.1·10⁻⁶ in float64) keeps it and the bias of one order: for MLPs with weights of order 1,
 * 10⁻⁵ of the loss in float32.
 *
 * @param x data, [n, d]
 * @param probes v, [n, d] or [m, n, d], independent of x: see `probes.rademacher` and its neighbours
 * @returns a scalar; with `reduction: "none"` the value of each row, [n]
 * @throws ShapeError when x is not [n, d] with rows in it, the probes or the step do not fit it, or the score does
 * not return its shape
 * @throws RangeError when an element of x or of the probes is NaN or infinite, or the step is not positive and
 * finite, or so short that x + εu = x in the precision of x
 *
 * @example
 * ```ts
 * import { neg, random } from "@scoretape/autograd";
 * import { finiteDifferenceSlicedScoreMatching, probes } from "@scoretape/score";
 *
 * const x = random.normal(random.key(0), [20000, 1]);
 * const v = probes.rademacher(random.key(1), x.shape);
 * const loss = finiteDifferenceSlicedScoreMatching(neg, x, v);
 * console.log(loss.item().toFixed(1)); // -0.5
 * ```
 */
export function finiteDifferenceSlicedScoreMatching(
  score: Score,
  x: Tensor,
  probes: Tensor,
  options: FiniteDifferenceOptions = {},
): Tensor {
  const name = "finiteDifferenceSlicedScoreMatching";
  checkOptions(name, options, { ...lossKinds, stepSize: "any" });
  checkData(name, x);
  const along = centralDifference(name, score, x, probes, options);
  const rows = averageOverProbes(probes, (v) => {
    const { s, Jv } = along(v);
    return add(dot(v, Jv), mul(0.5, square(dot(v, s))));
  });
  return reduce(name, rows, options);
}

/**
 * Sliced score matching with reduced variance by central differences: per row vᵀD + ½‖s̄‖², averaged over the
 * probes v of the row and then over the rows, with D and s̄ of {@link finiteDifferenceSlicedScoreMatching}. Pang et
 * al. 2020, section 4, for {@link slicedScoreMatchingVR}, to which it tends as ε → 0.
 *
 * The bias is ε²·(‖v‖·vᵀs‴/6 + ½sᵀs″) + O(ε⁴). Cost, minimiser, minimum and the default step are those of
 * {@link finiteDifferenceSlicedScoreMatching}.
 *
 * @param x data, [n, d]
 * @param probes v, [n, d] or [m, n, d], independent of x: see `probes.rademacher` and its neighbours
 * @returns a scalar; with `reduction: "none"` the value of each row, [n]
 * @throws ShapeError and RangeError as {@link finiteDifferenceSlicedScoreMatching} does
 *
 * @example
 * ```ts
 * import { neg, random } from "@scoretape/autograd";
 * import { finiteDifferenceSlicedScoreMatchingVR, probes } from "@scoretape/score";
 *
 * const x = random.normal(random.key(0), [20000, 2]);
 * const v = probes.rademacher(random.key(1), x.shape);
 * const loss = finiteDifferenceSlicedScoreMatchingVR(neg, x, v);
 * console.log(loss.item().toFixed(1)); // -1.0
 * ```
 */
export function finiteDifferenceSlicedScoreMatchingVR(
  score: Score,
  x: Tensor,
  probes: Tensor,
  options: FiniteDifferenceOptions = {},
): Tensor {
  const name = "finiteDifferenceSlicedScoreMatchingVR";
  checkOptions(name, options, { ...lossKinds, stepSize: "any" });
  checkData(name, x);
  const along = centralDifference(name, score, x, probes, options);
  const rows = averageOverProbes(probes, (v) => {
    const { s, Jv } = along(v);
    return add(dot(v, Jv), mul(0.5, squaredNorm(s)));
  });
  return reduce(name, rows, options);
}

/** s̄ and D [n, d] along a probe v [n, d]. */
type Difference = (v: Tensor) => { readonly s: Tensor; readonly Jv: Tensor };

/** Checks all arguments. */
function centralDifference(
  name: string,
  score: Score,
  x: Tensor,
  probes: Tensor,
  { stepSize = portable.pow(spacingAtOne(x), 1 / 3) }: FiniteDifferenceOptions,
): Difference {
  checkData(name, x);
  checkProbes(name, probes, x);
  checkStepSize(name, stepSize, x);
  const at = checked(name, score);
  const step = perRow(stepSize, x);
  return (v) => {
    const { length, unit } = polar(v);
    const shift = mul(column(step), unit);
    // Two calls, not one on the rows of both: a score may close over one noise level for each row of x. And
    // compiled, one call would be no faster.
    const [ahead, behind] = [at(add(x, shift)), at(sub(x, shift))];
    return {
      s: mul(0.5, add(ahead, behind)),
      Jv: mul(column(div(length, mul(2, step))), sub(ahead, behind)),
    };
  };
}
