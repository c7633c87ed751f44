import { checkOptions, kindOf } from "./arguments.ts";
import { bind } from "./op.ts";
import { add, mul } from "./ops/arithmetic.ts";
import { div } from "./ops/elementwise.ts";
import { reshape } from "./ops/layout.ts";
import { slice } from "./ops/movement.ts";
import {
  foldInOp,
  randomBitsOp,
  randomCategoricalOp,
  randomNormalOp,
  randomPermutationOp,
  randomRademacherOp,
  randomUniformOp,
  splitKeyOp,
} from "./ops/random.ts";
import { norm } from "./ops/reduce.ts";
import { checkDraw, checkKey, type DrawOptions, drawKinds, type Key } from "./random/checks.ts";
import { checkShape, type Shape, ShapeError, sameShape, showShape } from "./shape.ts";
import { checkTensor, Tensor, tensor } from "./tensor.ts";

export type { DrawOptions, Key } from "./random/checks.ts";

/** The interval of uniform numbers, and what they are stored as. */
export interface UniformOptions extends DrawOptions {
  /** The lower end, 0 unless said. */
  readonly low?: number;
  /** The upper end, 1 unless said. */
  readonly high?: number;
}

// Keys

/**
 * The key of a seed. Different seeds have different keys.
 *
 * @param seed a whole number from 0 to 2⁵³ − 1
 * @throws RangeError for any other number
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 *
 * const [a, b] = [random.key(0), random.key(0)];
 * console.log(String(random.normal(a, [3])) === String(random.normal(b, [3]))); // true
 * ```
 */
export function key(seed: number): Key {
  checkCounter("key", "seed", seed);
  return tensor([seed % 2 ** 32, Math.floor(seed / 2 ** 32)], { dtype: "uint32" });
}

/**
 * New keys, whose numbers have nothing to do with each other's or with draws from `key`. Key i is the same
 * whatever n.
 *
 * @throws RangeError unless n is a whole number from 0
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 *
 * // One key, one draw: the data and the noise have keys of their own.
 * const [forData, forNoise] = random.split(random.key(0), 2);
 * console.log(String(forData) === String(forNoise)); // false
 * ```
 */
export function split(key: Key, n = 2): Key[] {
  checkKey("random.split", key);
  checkCounter("split", "n", n);
  checkShape("random.split", [n, 2]);
  const rows = bind(splitKeyOp, { count: n }, key);
  return Array.from({ length: n }, (_, i) => reshape(slice(rows, [i, 0], [i + 1, 2]), [2]));
}

/**
 * The new key that belongs to a number, such as the step of a loop: as independent as those of `split`.
 *
 * @param i a whole number from 0 to 2⁵³ − 1, or a uint32 scalar, such as the number of a run of `repeat`
 * @throws RangeError for any other number
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 *
 * const key = random.key(0);
 * const draws = [0, 1, 2].map((step) => random.uniform(random.foldIn(key, step), []).item());
 * console.log(new Set(draws).size); // 3
 * ```
 */
export function foldIn(key: Key, i: number | Tensor): Key {
  checkKey("random.foldIn", key);
  if (i instanceof Tensor) {
    if (i.dtype === "uint32" && i.rank === 0) return bind(foldInOp, { data: 0 }, key, i);
    throw new ShapeError(
      `random.foldIn: i is a tensor ${showShape(i.shape)} ${i.dtype}; give a number, or a uint32 scalar`,
    );
  }
  checkCounter("foldIn", "i", i);
  return bind(foldInOp, { data: i }, key);
}

// Draws. The first n numbers of a key are the same whatever the shape.

/**
 * Random words: uint32, each of the 2³² values equally likely. Philox4x32-10, Salmon et al. 2011.
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 *
 * const words = random.bits(random.key(0), [4]);
 * console.log(words.dtype, words.shape); // uint32 [ 4 ]
 * ```
 */
export function bits(key: Key, shape: Shape): Tensor {
  checkDraw("random.bits", key, shape, {});
  return bind(randomBitsOp, { shape: [...shape] }, key);
}

/**
 * Uniform numbers: low + (high − low)·u with u one of the 2²⁴ multiples of 2⁻²⁴ in [0, 1). They are in
 * [low, high), except that rounding the formula can give `high` itself when low and high are not 0 and 1.
 *
 * @throws RangeError unless low < high, and high − low is finite in the dtype
 *
 * @example
 * ```ts
 * import { mean, random } from "@scoretape/autograd";
 *
 * const u = random.uniform(random.key(0), [100_000], { low: -1, high: 3 });
 * console.log(mean(u).item().toFixed(1)); // 1.0
 * ```
 */
export function uniform(key: Key, shape: Shape, options: UniformOptions = {}): Tensor {
  checkOptions("random.uniform", options, { ...drawKinds, low: "number", high: "number" });
  const { low = 0, high = 1, ...draw } = options;
  checkDraw("random.uniform", key, shape, draw);
  const { dtype = "float32" } = draw;
  const rounded = dtype === "float32" ? Math.fround : Number;
  const width = rounded(rounded(high) - rounded(low));
  if (!(low < high) || !Number.isFinite(width)) {
    throw new RangeError(
      `random.uniform: low ${low} and high ${high} bound no interval in ${dtype}; ` +
        "give finite numbers with low < high",
    );
  }
  const u = bind(randomUniformOp, { shape: [...shape], dtype }, key);
  const scaled = width === 1 ? u : mul(u, width);
  return low === 0 ? scaled : add(scaled, low);
}

/**
 * Standard normal numbers, by the method of Box and Muller (1958) in float32: symmetric, never 0, and at
 * most 5.77 in magnitude, which 8 in 10⁹ true normals exceed.
 *
 * @example
 * ```ts
 * import { mean, random, variance } from "@scoretape/autograd";
 *
 * const z = random.normal(random.key(0), [100_000]);
 * console.log(Math.abs(mean(z).item()) < 0.01, variance(z).item().toFixed(1)); // true 1.0
 * ```
 */
export function normal(key: Key, shape: Shape, options: DrawOptions = {}): Tensor {
  checkDraw("random.normal", key, shape, options);
  const { dtype = "float32" } = options;
  return bind(randomNormalOp, { shape: [...shape], dtype }, key);
}

/**
 * Random signs: 1 or −1, equally likely.
 *
 * @example
 * ```ts
 * import { min, random, square } from "@scoretape/autograd";
 *
 * console.log(min(square(random.rademacher(random.key(0), [100]))).item()); // 1
 * ```
 */
export function rademacher(key: Key, shape: Shape, options: DrawOptions = {}): Tensor {
  checkDraw("random.rademacher", key, shape, options);
  const { dtype = "float32" } = options;
  return bind(randomRademacherOp, { shape: [...shape], dtype }, key);
}

/**
 * Points uniform on the unit sphere of the last axis: z/‖z‖ with z standard normal (Muller 1959).
 *
 * @throws ShapeError when there is no last axis, or its size is 0
 *
 * @example
 * ```ts
 * import { norm, random } from "@scoretape/autograd";
 *
 * const points = random.sphere(random.key(0), [2, 3]);
 * console.log(Array.from(norm(points, { axis: 1 }).data, (r) => r.toFixed(4)).join(" ")); // 1.0000 1.0000
 * ```
 */
export function sphere(key: Key, shape: Shape, options: DrawOptions = {}): Tensor {
  checkDraw("random.sphere", key, shape, options);
  if ((shape.at(-1) ?? 0) === 0) {
    throw new ShapeError(
      `random.sphere: shape ${showShape(shape)} has no last axis to hold a point; give at least one coordinate`,
    );
  }
  const { dtype = "float32" } = options;
  const z = bind(randomNormalOp, { shape: [...shape], dtype }, key);
  return div(z, norm(z, { axis: -1, keepDims: true }));
}

/**
 * The numbers 0 to n − 1 in random order, all n! orders equally likely: uint32 [n], by Fisher and Yates.
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 *
 * console.log([...random.permutation(random.key(0), 5).data].sort()); // [ 0, 1, 2, 3, 4 ]
 * ```
 */
export function permutation(key: Key, n: number): Tensor {
  checkKey("random.permutation", key);
  checkCounter("permutation", "n", n);
  checkShape("random.permutation", [n]);
  return bind(randomPermutationOp, { size: n }, key);
}

/**
 * Categories with probabilities softmax(logits) along the last axis, as uint32 from 0: the inverse of the
 * distribution function. Draws have no derivative with respect to the logits.
 *
 * @param logits [...batch, k]: logarithms of weights that need not sum to 1; −Infinity is never drawn
 * @param shape the result's shape, which ends in the batch shape; the batch shape unless said
 * @throws ShapeError when the shape does not end so, or there is no category
 * @throws RangeError when the values are read and a row's largest logit is not finite
 *
 * @example
 * ```ts
 * import { cast, mean, random, tensor } from "@scoretape/autograd";
 *
 * const logits = tensor([Math.log(1), Math.log(3)]);
 * const draws = random.categorical(random.key(0), logits, [10_000]);
 * console.log(mean(cast(draws, "float32")).item().toFixed(2)); // 0.75
 * ```
 */
export function categorical(key: Key, logits: Tensor, shape?: Shape): Tensor {
  checkKey("random.categorical", key);
  checkTensor("random.categorical", logits, "logits");
  if (logits.dtype === "uint32") {
    throw new TypeError("random.categorical: logits are uint32; give floating-point logarithms of weights");
  }
  const batch = logits.shape.slice(0, -1);
  if ((logits.shape.at(-1) ?? 0) === 0) {
    throw new ShapeError(
      `random.categorical: logits of shape ${showShape(logits.shape)} have no categories on a last axis`,
    );
  }
  const wanted = shape === undefined ? batch : shape;
  checkShape("random.categorical", wanted);
  const drawn = [...wanted];
  const own = drawn.slice(drawn.length - batch.length);
  if (!sameShape(own, batch)) {
    throw new ShapeError(
      `random.categorical: shape ${showShape(drawn)} does not end in ${showShape(batch)}, ` +
        `the shape of the logits ${showShape(logits.shape)} without their last axis`,
    );
  }
  return bind(randomCategoricalOp, { shape: drawn }, key, logits);
}

// Checks

function checkCounter(name: string, parameter: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(
      `random.${name}: ${parameter} is ${kindOf(value)}; it is a whole number from 0 to 2^53 - 1`,
    );
  }
}
