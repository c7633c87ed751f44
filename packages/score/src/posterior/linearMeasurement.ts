import {
  add,
  cast,
  checkOptions,
  div,
  isConcrete,
  kindOf,
  linalg,
  matmul,
  mul,
  ShapeError,
  Tensor,
  tensor,
  where,
} from "@scoretape/autograd";
import { checkFinite, checkTensor } from "../check.ts";

/** What of a point is measured: some of its coordinates, or sums of them. */
export type MeasuredPart =
  | {
      /** 1 for the coordinates that are measured, 0 for the others: [d], or [n, d] with a row for each point. */
      readonly mask: Tensor;
    }
  | {
      /** A, [m, d]: each row is measured as the sum of so much of every coordinate. */
      readonly matrix: Tensor;
    };

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

const name = "linearMeasurement";

/**
 * The measurement of points y = Ax + τ·n with n standard normal: of some of their coordinates by a mask, or of sums of them
 * by a matrix A. That of a mask keeps the shape of the points: what stands in y where the mask is 0 is of no account. Rows of
 * A that follow from others bring nothing new: what y says beside the range of A is of no account.
 *
 * @throws ShapeError unless the mask is [d] or [n, d], or the matrix [m, d], with numbers in it, and later where it does
 *   not fit points
 * @throws RangeError unless all of the mask is 0 or 1, the matrix finite and the noise a finite number from 0
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { linearMeasurement } from "@scoretape/score";
 *
 * const left = linearMeasurement({ mask: tensor([1, 1, 0]) }, { noise: 0.1 });
 * console.log(left.observe(tensor([[3, 4, 5]])).toArray()); // [ [ 3, 4, 0 ] ]
 * const sums = linearMeasurement({ matrix: tensor([[1, 1, 1]]) });
 * console.log(sums.observe(tensor([[3, 4, 5]])).toArray()); // [ [ 12 ] ]
 * ```
 */
export function linearMeasurement(
  part: MeasuredPart,
  options: LinearMeasurementOptions = {},
): LinearMeasurement {
  checkOptions<{ readonly mask?: unknown; readonly matrix?: unknown }>(name, part, {
    mask: "any",
    matrix: "any",
  });
  checkOptions(name, options, { noise: "number" });
  const { noise = 0 } = options;
  if (!Number.isFinite(noise) || noise < 0) {
    throw new RangeError(`${name}: noise is ${kindOf(noise)}; it is a finite number from 0`);
  }
  if ("mask" in part && "matrix" in part) {
    throw new TypeError(`${name}: both a mask and a matrix are given; give one of them`);
  }
  return { noise, ...("matrix" in part ? ofMatrix(part.matrix) : ofMask(part.mask)) };
}

type Maps = Omit<LinearMeasurement, "noise">;

function ofMask(mask: Tensor): Maps {
  checkMask(mask);
  const masked = (x: Tensor): Tensor => {
    checkFits(mask, x);
    return where(cast(mask, x.dtype), x, 0);
  };
  return { observe: masked, transpose: masked, solve: (r, v, w) => div(r, add(v, w)) };
}

/** By AAᵀ = UΛUᵀ. */
function ofMatrix(matrix: Tensor): Maps {
  checkTensor(name, matrix, "matrix");
  if (matrix.rank !== 2 || matrix.size === 0) {
    throw new ShapeError(`${name}: matrix has shape [${matrix.shape.join(", ")}]; it is [m, d]`);
  }
  checkFinite(name, matrix, "matrix");
  const A = cast(matrix, "float64");
  const [values, U] = linalg.eigh(matmul(A, A, { transposeY: true }));
  const least = Number.EPSILON * A.size * Math.max(...values.data);
  const inRange = tensor(Float64Array.from(values.data, (value) => (value > least ? 1 : 0)));
  const [m = 0, d = 0] = matrix.shape;
  const checked = (x: Tensor, size: number, what: string): Tensor => {
    if (x instanceof Tensor && x.rank === 2 && x.shape[1] === size) return cast(A, x.dtype);
    const found = x instanceof Tensor ? `have shape [${x.shape.join(", ")}]` : `are ${kindOf(x)}`;
    throw new ShapeError(`${name}: the matrix is [${m}, ${d}], ${what} ${found}; give [n, ${size}]`);
  };
  return {
    observe: (x) => matmul(x, checked(x, d, "points"), { transposeY: true }),
    transpose: (r) => matmul(r, checked(r, m, "measurements")),
    solve(r, v, w) {
      const { dtype } = r;
      const along = matmul(r, cast(U, dtype));
      const scale = add(mul(v, cast(values, dtype)), w);
      const kept = cast(inRange, dtype);
      return matmul(div(mul(kept, along), where(kept, scale, 1)), cast(U, dtype), { transposeY: true });
    },
  };
}

function checkMask(mask: Tensor): void {
  if (!(mask instanceof Tensor)) throw new TypeError(`${name}: mask is ${kindOf(mask)}, not a tensor`);
  if (mask.size === 0 || mask.rank === 0 || mask.rank > 2) {
    throw new ShapeError(`${name}: mask has shape [${mask.shape.join(", ")}]; it is [d] or [n, d]`);
  }
  if (!isConcrete(mask)) return;
  const at = mask.data.findIndex((value) => value !== 0 && value !== 1);
  if (at >= 0) {
    throw new RangeError(`${name}: element ${at} of the mask is ${mask.data[at]}; 1 is measured, 0 is not`);
  }
}

function checkFits(mask: Tensor, x: Tensor): void {
  if (!(x instanceof Tensor)) throw new TypeError(`${name}: x is ${kindOf(x)}, not a tensor`);
  const ofRow = x.rank === 2 && mask.shape.at(-1) === x.shape[1];
  if (ofRow && (mask.rank === 1 || mask.shape[0] === x.shape[0])) return;
  throw new ShapeError(
    `${name}: the mask has shape [${mask.shape.join(", ")}], points have [${x.shape.join(", ")}]; ` +
      "give a mask [d] or [n, d] for points [n, d]",
  );
}
