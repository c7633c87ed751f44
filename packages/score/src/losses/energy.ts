import {
  checkFunction,
  checkOptions,
  div,
  gradientAndCurvature,
  mul,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  taylor,
  valueAndGrad,
} from "@scoretape/autograd";
import { checkData, checkProbes } from "../check.ts";
import { eachProbe } from "../probeLists.ts";
import { dimensionOf, squaredNorm, unitTangent } from "../rows.ts";
import { checkedEnergy, type Energy } from "../score.ts";
import { type LossOptions, lossKinds, reduce } from "./reduction.ts";

// The objectives of the score s = −∇E of an energy, whose Jacobian is −∇²E. The exact and the sliced one need the
// derivatives of E along given directions only, which one forward pass to second order gives.

/**
 * Exact score matching for an energy: per row ½‖∇E(x)‖² − ΔE(x), averaged over the rows. It is
 * {@link exactScoreMatching} on {@link scoreOf}(E), so ∇E = −∇log p minimises it, and the value there is
 * −½E‖∇log p‖²: −d/2 for p = N(0, I). Hyvärinen 2005, eq. 4.
 *
 * One forward pass along the d basis directions gives all of ∇E and the Laplacian ΔE, with d + 2 streams through
 * the energy where forward over reverse needs 2d + 2. A gradient keeps all of them in memory; where they are too
 * many, `exactScoreMatching(scoreOf(energy), x, { chunk })` keeps fewer, and {@link slicedEnergyScoreMatching}
 * takes a few random directions.
 *
 * @param energy E, [n, d] → [n]
 * @param x data, [n, d]
 * @returns a scalar; with `reduction: "none"` the value of each row, [n]
 * @throws ShapeError when x is not [n, d] with rows in it, or the energy does not return [n]
 * @throws RangeError when an element of x is NaN or infinite
 *
 * @example
 * ```ts
 * import { mul, square, sum, type Tensor, tensor } from "@scoretape/autograd";
 * import { exactEnergyScoreMatching } from "@scoretape/score";
 *
 * // E = ½‖x‖² is the energy of N(0, I): ½‖∇E‖² − ΔE = ½·25 − 2 at the point (3, 4).
 * const energy = (x: Tensor): Tensor => mul(0.5, sum(square(x), { axis: 1 }));
 * console.log(exactEnergyScoreMatching(energy, tensor([[3, 4]])).item()); // 10.5
 * ```
 */
export function exactEnergyScoreMatching(energy: Energy, x: Tensor, options: LossOptions = {}): Tensor {
  const name = "exactEnergyScoreMatching";
  checkOptions(name, options, lossKinds);
  checkFunction(name, energy, "the energy");
  checkData(name, x);
  const basis = Array.from({ length: dimensionOf(x) }, (_, i): [Tensor] => [unitTangent(x, i)]);
  const { first, second } = taylor(checkedEnergy(name, energy), [x], basis);
  return reduce(name, sub(mul(0.5, sumOfSquares(first)), second), options);
}

/**
 * Sliced score matching for an energy: per row ½(vᵀ∇E(x))² − vᵀ∇²E(x)v, averaged over the probes v of the row and
 * then over the rows. It is {@link slicedScoreMatching} on {@link scoreOf}(E), with the same expectation, minimiser
 * and minimum. Song et al. 2019, eq. 8.
 *
 * Both terms come from one forward pass, with m + 2 streams through the energy for m probes where forward over
 * reverse needs 2m + 2: for one probe a training step of a large network takes about three quarters of the time.
 *
 * @param energy E, [n, d] → [n]
 * @param x data, [n, d]
 * @param probes v, [n, d] or [m, n, d], independent of x: see `probes.rademacher` and its neighbours
 * @returns a scalar; with `reduction: "none"` the value of each row, [n]
 * @throws ShapeError when x is not [n, d] with rows in it, the probes do not fit it, or the energy does not
 * return [n]
 * @throws RangeError when an element of x or of the probes is NaN or infinite
 *
 * @example
 * ```ts
 * import { mul, square, sum, type Tensor, tensor } from "@scoretape/autograd";
 * import { slicedEnergyScoreMatching } from "@scoretape/score";
 *
 * // E = ½‖x‖² at (3, 4) along v = (1, −1): vᵀ∇E = −1 and vᵀ∇²Ev = 2.
 * const energy = (x: Tensor): Tensor => mul(0.5, sum(square(x), { axis: 1 }));
 * console.log(slicedEnergyScoreMatching(energy, tensor([[3, 4]]), tensor([[1, -1]])).item()); // -1.5
 * ```
 */
export function slicedEnergyScoreMatching(
  energy: Energy,
  x: Tensor,
  probes: Tensor,
  options: LossOptions = {},
): Tensor {
  const name = "slicedEnergyScoreMatching";
  checkOptions(name, options, lossKinds);
  checkFunction(name, energy, "the energy");
  checkData(name, x);
  checkProbes(name, probes, x);
  const directions = eachProbe(probes).map((v): [Tensor] => [v]);
  const { first, second } = taylor(checkedEnergy(name, energy), [x], directions);
  const values = div(sub(mul(0.5, sumOfSquares(first)), second), directions.length);
  return reduce(name, values, options);
}

/**
 * Sliced score matching with reduced variance for an energy: per row ½‖∇E(x)‖² − vᵀ∇²E(x)v, averaged over the
 * probes v of the row and then over the rows. It is {@link slicedScoreMatchingVR} on {@link scoreOf}(E), with the
 * same expectation, minimiser and minimum. Song et al. 2019, eq. 9.
 *
 * The point of it is that ‖∇E‖² is exact, so ∇E is computed whole, by one reverse sweep: a directional estimate
 * such as (vᵀ∇E)² would be unbiased too, but that is {@link slicedEnergyScoreMatching}, with its variance. The sweep
 * also collects Σ vᵀ∇²E v over the rows, so that with m probes there are m + 2 streams through the energy, as in the
 * other two losses (m + 3 with `reduction: "none"`), where forward over reverse needs 2m + 2. With all d directions,
 * {@link exactEnergyScoreMatching} costs as much and has no variance from probes at all.
 *
 * @param energy E, [n, d] → [n]
 * @param x data, [n, d]
 * @param probes v, [n, d] or [m, n, d], independent of x: see `probes.rademacher` and its neighbours
 * @returns a scalar; with `reduction: "none"` the value of each row, [n]
 * @throws ShapeError and RangeError as {@link slicedEnergyScoreMatching} does
 *
 * @example
 * ```ts
 * import { mul, square, sum, type Tensor, tensor } from "@scoretape/autograd";
 * import { slicedEnergyScoreMatchingVR } from "@scoretape/score";
 *
 * // E = ½‖x‖² at (3, 4) along v = (1, −1): ‖∇E‖² = 25 and vᵀ∇²Ev = 2.
 * const energy = (x: Tensor): Tensor => mul(0.5, sum(square(x), { axis: 1 }));
 * console.log(slicedEnergyScoreMatchingVR(energy, tensor([[3, 4]]), tensor([[1, -1]])).item()); // 10.5
 * ```
 */
export function slicedEnergyScoreMatchingVR(
  energy: Energy,
  x: Tensor,
  probes: Tensor,
  options: LossOptions = {},
): Tensor {
  const name = "slicedEnergyScoreMatchingVR";
  checkOptions(name, options, lossKinds);
  checkFunction(name, energy, "the energy");
  checkData(name, x);
  checkProbes(name, probes, x);
  const E = checkedEnergy(name, energy);
  const directions = eachProbe(probes).map((v): [Tensor] => [v]);
  const { reduction = "mean", weight } = options;
  return reduction === "mean" && weight === undefined
    ? meanVR(E, x, directions)
    : reduce(name, rowsVR(E, x, directions), options);
}

/** ½‖∇E‖² − vᵀ∇²E v averaged over the rows, whose curvatures come out of the reverse sweep as one sum. */
function meanVR(E: Energy, x: Tensor, directions: readonly [Tensor][]): Tensor {
  const { gradient, curvature } = gradientAndCurvature((y: Tensor) => sum(E(y)), [x], directions);
  const total = sub(mul(0.5, sum(square(gradient[0]))), div(curvature, directions.length));
  return div(total, x.shape[0] ?? 1);
}

/** ½‖∇E‖² − vᵀ∇²E v of each row, [n], with the curvatures carried forward. */
function rowsVR(E: Energy, x: Tensor, directions: readonly [Tensor][]): Tensor {
  const expansion = (y: Tensor): [Tensor, Tensor] => {
    const { value, second } = taylor(E, [y], directions);
    return [sum(value), second];
  };
  const [[, curvature], gradient] = valueAndGrad(expansion, { hasAux: true })(x);
  return sub(mul(0.5, squaredNorm(gradient)), div(curvature, directions.length));
}

/** Σᵢ aᵢ² of each row, [n], from a list of [n]. */
function sumOfSquares(list: readonly Tensor[]): Tensor {
  return sum(square(stack(list)), { axis: 0 });
}
