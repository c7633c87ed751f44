import {
  add,
  cast,
  checkOptions,
  div,
  type Key,
  kindOf,
  log,
  matmul,
  mul,
  ShapeError,
  sqrt,
  square,
  squeeze,
  sub,
  Tensor,
  type TensorLike,
  tensor,
} from "@scoretape/autograd";
import { checkMethods, checkPositive, checkScores } from "../check.ts";
import { column, dimensionOf, perRow, squaredNorm } from "../rows.ts";
import type { NoiseConditionalModel } from "./noiseConditionalMlp.ts";

/** A network of unit scale, F(y, u): what {@link preconditioned} makes a score of. */
export interface NoiseNetwork<P, C = never> {
  /** Fresh parameters. */
  init(key: Key): P;
  /**
   * F(y, u): y [n, d] and u = ¼ log σ, [n] → [n, d]; each row depends on its own row alone.
   *
   * @param condition what each row is conditioned on, a tree with the leading axis n, where the network takes one
   */
  apply(parameters: P, y: Tensor, noise: Tensor, condition?: C): Tensor;
}

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

/**
 * A score by way of a denoiser of which only the unknown part is learned: D = c_skip·x + c_out·F(c_in·x, ¼ log σ) and
 * s = (D − x)/σ², with c_skip = σ_d²/(σ² + σ_d²), c_out = σσ_d/√(σ² + σ_d²), c_in = 1/√(σ² + σ_d²) along each axis.
 * So what F is given, and what it should return, have unit variance at every noise level. Karras et al. 2022, equation 7
 * and table 1; with a deviation of its own for each principal axis of the data.
 *
 * Where F is 0, D is the best linear denoiser, and s the score of the normal distribution with the data's covariance:
 * a network that starts there knows as much as a Gaussian does before it has learned anything.
 *
 * With a reach r, F is divided by 1 + (‖c_in·x‖²/(r²d))², so that far from all data the denoiser is linear.
 *
 * @throws RangeError unless the deviations and the reach are above 0
 * @throws ShapeError when x, the deviations or the axes do not fit each other, or F returns another shape than it is
 *   given
 *
 * @example
 * ```ts
 * import { random, tensor } from "@scoretape/autograd";
 * import { noiseMlp, preconditioned } from "@scoretape/score";
 *
 * const model = preconditioned(noiseMlp({ dimension: 2, hidden: [32, 32] }), { dataDeviation: tensor([3, 1]) });
 * const parameters = model.init(random.key(0));
 * // Untrained, the score is that of N(0, diag(9, 1) + σ²I).
 * console.log(model.apply(parameters, tensor([[10, 2]]), 1).toArray()); // [ [ -1, -1 ] ]
 * ```
 */
export function preconditioned<P, C = never>(
  network: NoiseNetwork<P, C>,
  options: PreconditionedOptions = {},
): NoiseConditionalModel<P, C> {
  const name = "preconditioned";
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
    init: (key) => network.init(key),
    apply(parameters, x, sigma, condition) {
      checkDimensions(name, x, deviations, axes);
      const level = column(perRow(sigma, x));
      const deviation = cast(deviations, x.dtype);
      const spread = sqrt(add(square(deviation), square(level)));
      const along = axes === undefined ? x : matmul(x, cast(axes, x.dtype));
      const y = div(along, spread);
      const F = network.apply(parameters, y, squeeze(mul(0.25, log(level)), 1), condition);
      checkScores(name, F, x, "the network");
      // (D − x)/σ² with (c_skip − 1)/σ² = −c_in² and c_out/σ² = σ_d·c_in/σ.
      const learned = div(mul(deviation, reach === undefined ? F : faded(F, y, reach)), level);
      const score = div(sub(learned, y), spread);
      return axes === undefined ? score : matmul(score, cast(axes, x.dtype), { transposeY: true });
    },
  };
}

/** F/(1 + (‖y‖²/(r²d))²), row by row. */
function faded(F: Tensor, y: Tensor, reach: number): Tensor {
  const distance = mul(1 / (reach * reach * dimensionOf(y)), column(squaredNorm(y)));
  return div(F, add(1, square(distance)));
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
