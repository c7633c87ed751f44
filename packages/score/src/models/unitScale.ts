import {
  add,
  cast,
  checkOptions,
  div,
  kindOf,
  log,
  matmul,
  mul,
  ShapeError,
  sqrt,
  square,
  squeeze,
  Tensor,
  type TensorLike,
  tensor,
} from "@scoretape/autograd";
import { checkMethods, checkPositive } from "../check.ts";
import { column, dimensionOf, perRow, squaredNorm } from "../rows.ts";

/** What is known of the data before anything is learned. */
export interface PreconditionedOptions {
  /** σ_d > 0, the deviation of the data along each axis: a number, or [d]; 1 unless said. */
  readonly dataDeviation?: TensorLike;
  /** The axes along which the data are uncorrelated, the orthonormal columns of [d, d]; the coordinates unless said. */
  readonly axes?: Tensor;
  /**
   * Points so many deviations out, in the root mean square over the axes, are left to what is linear: there the network
   * saw no data, and fades. Above 0; no end unless said.
   */
  readonly reach?: number;
}

/** The change to coordinates along the axes in which blurred data have unit variance. */
export interface UnitScale {
  readonly axes: Tensor | undefined;
  /** y = x/√(σ_d² + σ²) along the axes, and what it is made of. */
  of(x: Tensor, sigma: TensorLike): ScaledPoints;
  /** F/(1 + (‖y‖²/(r²d))²), row by row, where there is a reach r; else F. */
  faded(F: Tensor, y: Tensor): Tensor;
}

export interface ScaledPoints {
  /** [n, d] */
  readonly y: Tensor;
  /** ¼ log σ, [n]. */
  readonly noise: Tensor;
  /** σ, [n, 1]. */
  readonly level: Tensor;
  /** σ_d, [] or [d], in x's dtype. */
  readonly deviation: Tensor;
  /** √(σ_d² + σ²), [n, 1] or [n, d]. */
  readonly spread: Tensor;
}

/** Checks what is known of the data, and the network beside it. */
export function unitScale(name: string, network: object, options: PreconditionedOptions): UnitScale {
  checkOptions(name, options, { dataDeviation: "any", axes: "any", reach: "number" });
  if (options.axes !== undefined && !(options.axes instanceof Tensor)) {
    throw new TypeError(`${name}: axes are ${kindOf(options.axes)}, not a tensor`);
  }
  const given = options.dataDeviation;
  if (given !== undefined && typeof given !== "number" && !(given instanceof Tensor)) {
    throw new TypeError(`${name}: dataDeviation is ${kindOf(given)}; give a number or a tensor`);
  }
  checkMethods(name, network, "network", ["init", "apply"]);
  const { dataDeviation = 1, axes, reach } = options;
  const deviations =
    dataDeviation instanceof Tensor ? dataDeviation : tensor(dataDeviation, { dtype: "float64" });
  deviations.data.forEach((value, i) => {
    checkPositive(name, value, deviations.rank === 0 ? "dataDeviation" : `dataDeviation ${i}`);
  });
  if (reach !== undefined) checkPositive(name, reach, "reach");
  return {
    axes,
    of(x, sigma) {
      checkDimensions(name, x, deviations, axes);
      const level = column(perRow(sigma, x));
      const deviation = cast(deviations, x.dtype);
      const spread = sqrt(add(square(deviation), square(level)));
      const along = axes === undefined ? x : matmul(x, cast(axes, x.dtype));
      const y = div(along, spread);
      return { y, noise: squeeze(mul(0.25, log(level)), 1), level, deviation, spread };
    },
    faded(F, y) {
      if (reach === undefined) return F;
      const distance = mul(1 / (reach * reach * dimensionOf(y)), column(squaredNorm(y)));
      return div(F, add(1, square(distance)));
    },
  };
}

function checkDimensions(name: string, x: Tensor, deviations: Tensor, axes: Tensor | undefined): void {
  const d = dimensionOf(x);
  if (x.rank !== 2) {
    throw new ShapeError(
      `${name}: x has shape [${x.shape.join(", ")}], not [n, d] with one point in each row`,
    );
  }
  if (deviations.rank > 0 && deviations.shape.join() !== `${d}`) {
    throw new ShapeError(
      `${name}: dataDeviation has shape [${deviations.shape.join(", ")}], x has [${x.shape.join(", ")}]; ` +
        `give a number, or [${d}]`,
    );
  }
  if (axes !== undefined && axes.shape.join() !== `${d},${d}`) {
    throw new ShapeError(
      `${name}: axes has shape [${axes.shape.join(", ")}], x has [${x.shape.join(", ")}]; give [${d}, ${d}]`,
    );
  }
}
