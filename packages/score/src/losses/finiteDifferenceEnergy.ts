import {
  add,
  checkFunction,
  checkOptions,
  div,
  mul,
  neg,
  portable,
  square,
  sub,
  type Tensor,
} from "@scoretape/autograd";
import { checkData, checkProbes, checkRows } from "../check.ts";
import { averageOverProbes } from "../probeLists.ts";
import { column, perRow } from "../rows.ts";
import type { Energy } from "../score.ts";
import { checkStepSize, type FiniteDifferenceOptions, polar, spacingAtOne } from "./finiteDifferenceStep.ts";
import { lossKinds, reduce } from "./reduction.ts";

/**
 * Sliced score matching of an energy by differences: per row −C + ½g², averaged over the probes v of the row and
 * then over the rows, where u = v/‖v‖ and E± = E(x ± εu),
 *
 *     C = ‖v‖²·(E₊ − 2E(x) + E₋)/ε² = vᵀ∇²E v + O(ε²),   g = ‖v‖·(E₊ − E₋)/(2ε) = vᵀ∇E + O(ε²).
 *
 * Pang et al. 2020, section 4, for {@link slicedScoreMatching} of s = −∇E, to which it tends as ε → 0. No derivative
 * of E with respect to x is taken, so that a gradient with respect to parameters is one ordinary reverse sweep; it
 * costs 2 evaluations a probe, and 1. With primes for derivatives along u the bias is
 * ε²·‖v‖²·(E′E‴/6 − E⁗/12) + O(ε⁴). For energies of degree 2 in x there is none: on p = N(0, I) the minimiser among
 * them is ½‖x‖² + constant and the value there −d/2.
 *
 * A form of reduced variance would need all of ∇E: that is {@link finiteDifferenceSlicedScoreMatchingVR} of
 * `scoreOf(energy)`.
 *
 * The second difference loses twice as many digits as a first one: rounding adds an error of order
 * η·|E|·‖v‖²/ε², with η the distance from 1 to the next number. The default ε = 2η^¼ (3.7·10⁻² in float32, 2.4·10⁻⁴ in
 * float64) keeps it and the bias of one order: for MLPs with weights of order 1, 10⁻³ of the loss in float32. A large
 * constant in E costs digits; leave it out.
 *
 * @param energy E, [n, d] → [n]
 * @param x data, [n, d]
 * @param probes v, [n, d] or [m, n, d], independent of x: see `probes.rademacher` and its neighbours
 * @returns a scalar; with `reduction: "none"` the value of each row, [n]
 * @throws ShapeError when x is not [n, d] with rows in it, the probes or the step do not fit it, or the energy does
 * not return [n]
 * @throws RangeError as {@link finiteDifferenceSlicedScoreMatching} does
 *
 * @example
 * ```ts
 * import { mul, random, square, sum } from "@scoretape/autograd";
 * import { finiteDifferenceSlicedEnergyScoreMatching, probes } from "@scoretape/score";
 *
 * const x = random.normal(random.key(0), [20000, 1]);
 * const v = probes.rademacher(random.key(1), x.shape);
 * const loss = finiteDifferenceSlicedEnergyScoreMatching((y) => mul(0.5, sum(square(y), { axis: 1 })), x, v);
 * console.log(loss.item().toFixed(1)); // -0.5
 * ```
 */
export function finiteDifferenceSlicedEnergyScoreMatching(
  energy: Energy,
  x: Tensor,
  probes: Tensor,
  options: FiniteDifferenceOptions = {},
): Tensor {
  const name = "finiteDifferenceSlicedEnergyScoreMatching";
  checkOptions(name, options, { ...lossKinds, stepSize: "any" });
  checkFunction(name, energy, "the energy");
  checkData(name, x);
  const { stepSize = 2 * portable.pow(spacingAtOne(x), 1 / 4) } = options;
  checkData(name, x);
  checkProbes(name, probes, x);
  checkStepSize(name, stepSize, x);
  const E = (points: Tensor): Tensor => {
    const energies = energy(points);
    checkRows(name, energies, points, "the energy");
    return energies;
  };
  const step = perRow(stepSize, x);
  const here = E(x);
  const rows = averageOverProbes(probes, (v) => {
    const { length, unit } = polar(v);
    const shift = mul(column(step), unit);
    const [ahead, behind] = [E(add(x, shift)), E(sub(x, shift))];
    const scale = div(length, step);
    const slope = mul(mul(0.5, scale), sub(ahead, behind));
    const curvature = mul(square(scale), add(sub(ahead, here), sub(behind, here)));
    return add(neg(curvature), mul(0.5, square(slope)));
  });
  return reduce(name, rows, options);
}
