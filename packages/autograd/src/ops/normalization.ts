import { checkOptions, checkPositive, kindOf } from "../arguments.ts";
import { type Shape, ShapeError, showShape, sizeAt, sizeOf } from "../shape.ts";
import { checkTensor, type Tensor } from "../tensor.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { pow, square } from "./elementwise.ts";
import { reshape } from "./layout.ts";
import { mean } from "./moments.ts";

/** Options of a normalisation. */
export interface NormalizationOptions {
  /** What is added to the variance, above 0; 1e-5 unless said. */
  readonly epsilon?: number;
}

/** Options of `groupNorm`. */
export interface GroupNormOptions extends NormalizationOptions {
  /** In how many groups the channels go, from 1. */
  readonly groups: number;
}

/**
 * Gives each group of channels of each image the mean 0 and the variance 1 over space and the group:
 * (x − μ) / √(σ² + ε), of the shape of x, without scale and shift (Wu & He 2018, equation 1).
 *
 * @param x [n, ...spatial, channels]
 * @throws ShapeError when x has fewer than two axes, or the channels do not divide into the groups
 * @throws RangeError for groups that are no whole number from 1, an ε that is not above 0
 *
 * @example
 * ```ts
 * import { groupNorm, tensor } from "@scoretape/autograd";
 *
 * const x = tensor([1, 3, 10, 30], { shape: [1, 4] });
 * console.log(Array.from(groupNorm(x, { groups: 2 }).data, Math.round).join(" ")); // -1 1 -1 1
 * ```
 */
export function groupNorm(x: Tensor, options: GroupNormOptions): Tensor {
  checkTensor("groupNorm", x);
  checkOptions("groupNorm", options, { groups: "number", epsilon: "number" });
  const { groups, epsilon = 1e-5 } = options;
  if (!Number.isSafeInteger(groups) || groups < 1) {
    throw new RangeError(`groupNorm: groups is ${kindOf(groups)}; give a whole number from 1`);
  }
  if (x.rank < 2) throw new ShapeError(`groupNorm: x ${showShape(x.shape)}; give [n, ...spatial, channels]`);
  const channels = sizeAt(x.shape, x.rank - 1);
  if (channels % groups !== 0) {
    throw new ShapeError(
      `groupNorm: the ${channels} channels of x ${showShape(x.shape)} do not divide into ${groups} groups`,
    );
  }
  const grouped: Shape = [sizeAt(x.shape, 0), sizeOf(x.shape.slice(1, -1)), groups, channels / groups];
  return reshape(standardized("groupNorm", reshape(x, grouped), [1, 3], epsilon), x.shape);
}

/**
 * Gives each line along the last axis the mean 0 and the variance 1: (x − μ) / √(σ² + ε), of the shape of x, without
 * scale and shift (Ba et al. 2016, equation 4).
 *
 * @throws ShapeError when x is a scalar
 * @throws RangeError for an ε that is not above 0
 *
 * @example
 * ```ts
 * import { layerNorm, tensor } from "@scoretape/autograd";
 *
 * console.log(Array.from(layerNorm(tensor([[1, 3], [10, 30]])).data, Math.round).join(" ")); // -1 1 -1 1
 * ```
 */
export function layerNorm(x: Tensor, options: NormalizationOptions = {}): Tensor {
  checkTensor("layerNorm", x);
  checkOptions("layerNorm", options, { epsilon: "number" });
  if (x.rank === 0) throw new ShapeError("layerNorm: a scalar has no last axis; give [..., features]");
  return standardized("layerNorm", x, [x.rank - 1], options.epsilon ?? 1e-5);
}

/** (x − μ) / √(σ² + ε), with the mean and the variance over some axes. */
function standardized(name: string, x: Tensor, axis: readonly number[], epsilon: number): Tensor {
  checkPositive(name, "epsilon", epsilon);
  const centred = sub(x, mean(x, { axis, keepDims: true }));
  const spread = mean(square(centred), { axis, keepDims: true });
  return mul(centred, pow(add(spread, epsilon), -0.5));
}
