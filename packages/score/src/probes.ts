import {
  broadcastTo,
  checkOptions,
  eye,
  kindOf,
  mul,
  random,
  reshape,
  type Shape,
  ShapeError,
  type Tensor,
} from "@scoretape/autograd";
import { checkKey } from "./check.ts";

// Directions v for sliced score matching. All have E[vvᵀ] = I, so that E[vᵀJv] = tr J. They differ in the
// variance of vᵀJv, given here with S = (J + Jᵀ)/2, the part of J that vᵀJv sees.

/** What probes are stored as. */
export interface ProbeOptions {
  /** `float32` unless said; it must be that of the data. */
  readonly dtype?: "float32" | "float64";
}

/**
 * Probes of random signs. Var(vᵀJv) = 2(‖S‖²_F − Σᵢ S²ᵢᵢ), the least of any probes with independent coordinates
 * (Hutchinson 1990), and 0 for a diagonal J.
 *
 * @param shape the data's shape [n, d], or [m, n, d] for m probes of each row
 * @throws ShapeError for any other shape
 *
 * @example
 * ```ts
 * import { dot, matmul, mean, random, tensor } from "@scoretape/autograd";
 * import { probes } from "@scoretape/score";
 *
 * const v = probes.rademacher(random.key(0), [10_000, 2]);
 * const J = tensor([[1, 2], [0, 3]]);
 * // vᵀJv is 4 ± 2, and tr J = 4 in the mean.
 * console.log(mean(dot(v, matmul(v, J))).item().toFixed(1)); // 4.0
 * ```
 */
export function rademacher(key: random.Key, shape: Shape, options: ProbeOptions = {}): Tensor {
  checkKey("probes.rademacher", key);
  dimensionOfProbes("rademacher", shape);
  return random.rademacher(key, shape, options);
}

/**
 * Probes of standard normal coordinates. Var(vᵀJv) = 2‖S‖²_F.
 *
 * @param shape the data's shape [n, d], or [m, n, d] for m probes of each row
 * @throws ShapeError for any other shape
 *
 * @example
 * ```ts
 * import { dot, mean, random, variance } from "@scoretape/autograd";
 * import { probes } from "@scoretape/score";
 *
 * const v = probes.gaussian(random.key(0), [100_000, 3]);
 * // For J = I, vᵀJv is χ² with d = 3: mean tr J = d and variance 2‖J‖² = 2d.
 * console.log(mean(dot(v, v)).item().toFixed(1), variance(dot(v, v)).item().toFixed(0)); // 3.0 6
 * ```
 */
export function gaussian(key: random.Key, shape: Shape, options: ProbeOptions = {}): Tensor {
  checkKey("probes.gaussian", key);
  dimensionOfProbes("gaussian", shape);
  return random.normal(key, shape, options);
}

/**
 * Probes uniform on the sphere of radius √d. Var(vᵀJv) = 2d/(d + 2)·(‖S‖²_F − tr²(S)/d), the same in every
 * orthonormal basis, and 0 for a J that is a multiple of I.
 *
 * @param shape the data's shape [n, d], or [m, n, d] for m probes of each row
 * @throws ShapeError for any other shape
 *
 * @example
 * ```ts
 * import { dot, max, min, random } from "@scoretape/autograd";
 * import { probes } from "@scoretape/score";
 *
 * const v = probes.sphere(random.key(0), [1000, 3]);
 * // For J = I, vᵀJv is the squared radius: tr J = d, without variance.
 * console.log(min(dot(v, v)).item().toFixed(3), max(dot(v, v)).item().toFixed(3)); // 3.000 3.000
 * ```
 */
export function sphere(key: random.Key, shape: Shape, options: ProbeOptions = {}): Tensor {
  checkKey("probes.sphere", key);
  const d = dimensionOfProbes("sphere", shape);
  return mul(Math.sqrt(d), random.sphere(key, shape, options));
}

/**
 * All d directions √d·eᵢ, in every row: their mean of vvᵀ is exactly I, so that with them both sliced losses
 * equal the exact one. Not random.
 *
 * @param shape the data's shape [n, d]
 * @returns [d, n, d]
 * @throws ShapeError for any other shape
 *
 * @example
 * ```ts
 * import { nn, random } from "@scoretape/autograd";
 * import { exactScoreMatching, probes, slicedScoreMatching } from "@scoretape/score";
 *
 * const net = nn.mlp([3, 8, 3]);
 * const parameters = net.init(random.key(0));
 * const score = (y: typeof x) => net.apply(parameters, y);
 * const x = random.normal(random.key(1), [10, 3]);
 * const sliced = slicedScoreMatching(score, x, probes.basis(x.shape));
 * console.log(Math.abs(sliced.item() - exactScoreMatching(score, x).item()) < 1e-5); // true
 * ```
 */
export function basis(shape: Shape, options: ProbeOptions = {}): Tensor {
  checkOptions("probes.basis", options, { dtype: "any" });
  const d = dimensionOfProbes("basis", shape);
  if (shape.length !== 2) {
    throw new ShapeError(`probes.basis: shape [${shape.join(", ")}] is not that of data, [n, d]`);
  }
  return broadcastTo(reshape(mul(Math.sqrt(d), eye(d, options)), [d, 1, d]), [d, ...shape]);
}

function dimensionOfProbes(name: string, shape: Shape): number {
  if (!Array.isArray(shape)) {
    throw new TypeError(`probes.${name}: shape is ${kindOf(shape)}; give an array of sizes`);
  }
  for (const size of shape) {
    if (Number.isSafeInteger(size) && size >= 0) continue;
    throw new ShapeError(`probes.${name}: a size is ${kindOf(size)}; sizes are whole numbers from 0`);
  }
  const d = shape.at(-1) ?? 0;
  if (shape.length < 2 || shape.length > 3 || d === 0) {
    throw new ShapeError(
      `probes.${name}: shape [${shape.join(", ")}] is neither that of data, [n, d] with d ≥ 1, nor ` +
        "[m, n, d] for m probes of each row",
    );
  }
  return d;
}
