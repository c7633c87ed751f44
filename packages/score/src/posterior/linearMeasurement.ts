import { add, cast, checkOptions, div, kindOf, ShapeError, Tensor, where } from "@scoretape/autograd";

/** What of a point is measured. */
export interface MeasuredPart {
  /** 1 for the coordinates that are measured, 0 for the others: [d], or [n, d] with a row for each point. */
  readonly mask: Tensor;
}

/** How well it is measured. */
export interface LinearMeasurementOptions {
  /** τ ≥ 0, the deviation of the measurement's error; 0, an exact one, unless said. */
  readonly noise?: number;
}

/**
 * A measurement y = Ax + τ·n of points x, with n standard normal. All is in ops, row by row, so that it can be part of a
 * compiled step.
 */
export interface LinearMeasurement {
  /** τ. */
  readonly noise: number;
  /** Ax: [n, d] → [n, m]. */
  observe(x: Tensor): Tensor;
  /** Aᵀr: [n, m] → [n, d]. */
  transpose(r: Tensor): Tensor;
  /** (v·AAᵀ + w·I)⁻¹r on the range of A, [n, m] → [n, m]; v a scalar. */
  solve(r: Tensor, v: Tensor, w: number): Tensor;
}

/**
 * The measurement of some coordinates of points, y = mask·x + τ·n with n standard normal. It keeps the shape of the points:
 * what stands in y where the mask is 0 is of no account.
 *
 * @throws ShapeError unless the mask is [d] or [n, d] with numbers in it, and later where it does not fit points
 * @throws RangeError unless all of the mask is 0 or 1 and the noise a finite number from 0
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { linearMeasurement } from "@scoretape/score";
 *
 * const left = linearMeasurement({ mask: tensor([1, 1, 0]) }, { noise: 0.1 });
 * console.log(left.observe(tensor([[3, 4, 5]])).toArray()); // [ [ 3, 4, 0 ] ]
 * ```
 */
export function linearMeasurement(
  part: MeasuredPart,
  options: LinearMeasurementOptions = {},
): LinearMeasurement {
  const name = "linearMeasurement";
  checkOptions(name, part, { mask: "any" });
  checkOptions(name, options, { noise: "number" });
  const { mask } = part;
  const { noise = 0 } = options;
  if (!Number.isFinite(noise) || noise < 0) {
    throw new RangeError(`${name}: noise is ${kindOf(noise)}; it is a finite number from 0`);
  }
  checkMask(name, mask);
  const masked = (x: Tensor): Tensor => {
    checkFits(name, mask, x);
    return where(cast(mask, x.dtype), x, 0);
  };
  return {
    noise,
    observe: masked,
    transpose: masked,
    solve: (r, v, w) => div(r, add(v, w)),
  };
}

function checkMask(name: string, mask: Tensor): void {
  if (!(mask instanceof Tensor)) throw new TypeError(`${name}: mask is ${kindOf(mask)}, not a tensor`);
  if (mask.size === 0 || mask.rank === 0 || mask.rank > 2) {
    throw new ShapeError(`${name}: mask has shape [${mask.shape.join(", ")}]; it is [d] or [n, d]`);
  }
  const at = mask.data.findIndex((value) => value !== 0 && value !== 1);
  if (at >= 0) {
    throw new RangeError(`${name}: element ${at} of the mask is ${mask.data[at]}; 1 is measured, 0 is not`);
  }
}

function checkFits(name: string, mask: Tensor, x: Tensor): void {
  if (!(x instanceof Tensor)) throw new TypeError(`${name}: x is ${kindOf(x)}, not a tensor`);
  const ofRow = x.rank === 2 && mask.shape.at(-1) === x.shape[1];
  if (ofRow && (mask.rank === 1 || mask.shape[0] === x.shape[0])) return;
  throw new ShapeError(
    `${name}: the mask has shape [${mask.shape.join(", ")}], points have [${x.shape.join(", ")}]; ` +
      "give a mask [d] or [n, d] for points [n, d]",
  );
}
