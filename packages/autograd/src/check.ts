import { checkOptions, checkPositive, kindOf } from "./arguments.ts";
import { add, mul, sub } from "./ops/arithmetic.ts";
import { abs } from "./ops/choice.ts";
import { div } from "./ops/elementwise.ts";
import { norm } from "./ops/reduce.ts";
import { checkKey } from "./random/checks.ts";
import { foldIn, type Key, key as keyOf, normal } from "./random.ts";
import { checkList, indexAt, showShape } from "./shape.ts";
import { full, type Tensor, zerosLike } from "./tensor.ts";
import { jvp } from "./transforms/forward.ts";
import { checkCall } from "./transforms/record.ts";
import { vjp } from "./transforms/reverse.ts";
import * as tree from "./tree.ts";

/** Which derivative is checked: `jvp` or `vjp`. */
export type GradientMode = "forward" | "reverse";

/** Options of {@link checkGradients}. */
export interface CheckGradientsOptions {
  /** The highest order of derivatives, 2 unless said; the time grows exponentially with it. */
  readonly order?: number;
  /** Both unless said. */
  readonly modes?: readonly GradientMode[];
  /**
   * The largest difference of two numbers that counts as none, relative to the larger of 1 and their
   * magnitudes: 1e-6 unless said, 1e-2 where a primal is float32.
   */
  readonly tolerance?: number;
  /**
   * The length ε of the steps of the finite differences, relative to the larger of 1 and the tensor's largest
   * element: 6e-6 unless said, 5e-3 where a primal is float32.
   */
  readonly epsilon?: number;
  /** The key of the random directions. */
  readonly key?: Key;
}

/** A function of a list of tensors at a point, and what to call its inputs and outputs. */
interface Subject {
  readonly f: (x: readonly Tensor[]) => readonly Tensor[];
  readonly x: readonly Tensor[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The modes by which it was derived from the user's function, the last one first. */
  readonly derivation: readonly GradientMode[];
}

interface Settings {
  readonly modes: readonly GradientMode[];
  readonly tolerance: number;
  readonly epsilon: number;
}

/**
 * Compares the derivatives of f, as `jvp` and `vjp` compute them, with its values around a point, and throws
 * where they disagree: at a `stopGradient`, a value that was read, a wrong rule, or a kink.
 *
 * For every primal tensor and a random direction t of length 1 in it: Jt by `jvp` against
 * (f(x + εt) − f(x − εt))/2ε, and ⟨Jᵀc, t⟩ by `vjp` against ⟨c, Jt⟩ for a random cotangent c (against the
 * differences, if the mode is `reverse` alone). Then the same for the functions (x, t) ↦ Jt and (x, c) ↦ Jᵀc,
 * up to the given order.
 *
 * Use float64 primals: in float32 finite differences have two or three digits, so that small mistakes pass.
 * Tensors of uint32 (keys, indices) are held fixed. f must give the same values every time.
 *
 * @param primals one tree per argument of f; at a kink of f (as relu has at 0) there is no derivative to check
 * @throws Error with the order, the modes, the tensors, both numbers and the tolerance
 *
 * @example
 * ```ts
 * import { checkGradients, exp, mul, stopGradient, type Tensor, tensor } from "@scoretape/autograd";
 *
 * const x = tensor([0.5, 1], { dtype: "float64" });
 * checkGradients((y: Tensor) => mul(y, exp(y)), [x]);
 * try {
 *   checkGradients((y: Tensor) => mul(y, exp(stopGradient(y))), [x]);
 * } catch (error) {
 *   console.log(error instanceof Error); // true
 * }
 * ```
 */
export function checkGradients<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>>(
  f: (...primals: A) => R,
  primals: A,
  options: CheckGradientsOptions = {},
): void {
  const name = "checkGradients";
  checkCall(name, f, primals);
  checkOptions(name, options, {
    order: "number",
    modes: "any",
    tolerance: "number",
    epsilon: "number",
    key: "any",
  });
  const { order = 2, modes = ["forward", "reverse"], key = keyOf(0) } = options;
  checkKey(name, key);
  checkList(name, "modes", modes, '["forward", "reverse"]');
  const subject = smoothPart(f, primals);
  const single = subject.x.some(({ dtype }) => dtype === "float32");
  const { tolerance = single ? 1e-2 : 1e-6, epsilon = single ? 5e-3 : 6e-6 } = options;
  if (!Number.isSafeInteger(order) || order < 1) {
    throw new RangeError(`${name}: order is ${order}; it is a whole number from 1`);
  }
  checkPositive(name, "tolerance", tolerance);
  checkPositive(name, "epsilon", epsilon);
  if (modes.length === 0 || !Array.from(modes).every((mode) => mode === "forward" || mode === "reverse")) {
    throw new RangeError(
      `${name}: modes are [${Array.from(modes, kindOf)}]; give "forward", "reverse" or both`,
    );
  }
  checkUpTo(order, subject, { modes, tolerance, epsilon }, key);
}

/** f as a function of its floating-point tensors alone. */
function smoothPart<A extends tree.TreesOf<A>>(f: (...primals: A) => tree.Tree, primals: A): Subject {
  const { leaves, unflatten } = tree.flatten(primals, "checkGradients");
  const value = f(...primals);
  tree.leaves(value, "checkGradients: the function's result");
  const x = leaves.filter(isFloat);
  if (x.length === 0) throw new TypeError("checkGradients: the primals hold no floating-point tensor");
  for (const leaf of [...x, ...tree.leaves(value).filter(isFloat)]) {
    if (!leaf.data.every((element) => Number.isFinite(element))) {
      throw new RangeError("checkGradients: the primals or the values of f there are not finite");
    }
  }
  return {
    f(point) {
      let next = 0;
      const whole = leaves.map((leaf) => (isFloat(leaf) ? (point[next++] ?? leaf) : leaf));
      return tree.leaves(f(...unflatten(whole))).filter(isFloat);
    },
    x,
    inputs: namesOf("primals", primals),
    outputs: namesOf("output", value),
    derivation: [],
  };
}

/** Checks the first derivatives of the subject, then those of its derivatives, up to the given order. */
function checkUpTo(order: number, subject: Subject, settings: Settings, key: Key): void {
  for (const claim of claimsOf(subject, settings, foldIn(key, 0))) verify(claim, subject, settings.tolerance);
  if (order === 1) return;
  settings.modes.forEach((mode, i) => {
    const own = foldIn(key, i + 1);
    checkUpTo(order - 1, derivativeOf(subject, mode, foldIn(own, 0)), settings, foldIn(own, 1));
  });
}

/** (x, t) ↦ Jt or (x, c) ↦ Jᵀc, at x and a random t or c. */
function derivativeOf({ f, x, inputs, outputs, derivation }: Subject, mode: GradientMode, key: Key): Subject {
  const count = x.length;
  const called = (kind: string, names: readonly string[]): string[] =>
    names.map((name) => `${kind} of ${name}`);
  if (mode === "forward") {
    return {
      f: (point) => jvp(f, [point.slice(0, count)], [point.slice(count)])[1],
      x: [...x, ...drawLike(x, key)],
      inputs: [...inputs, ...called("tangent", inputs)],
      outputs: called("tangent", outputs),
      derivation: [mode, ...derivation],
    };
  }
  return {
    f: (point) => vjp(f, [point.slice(0, count)])[1](point.slice(count))[0],
    x: [...x, ...drawLike(f(x), key)],
    inputs: [...inputs, ...called("cotangent", outputs)],
    outputs: called("cotangent", inputs),
    derivation: [mode, ...derivation],
  };
}

/** Two numbers that are equal if the derivative is right. */
interface Claim {
  readonly mode: GradientMode;
  readonly what: string;
  readonly value: number;
  readonly expected: number;
  /** Where the expected number comes from. */
  readonly source: "jvp" | "finite differences";
  /** The rounding error of the expected number. */
  readonly rounding: number;
}

/** What must hold for the first derivatives of the subject with respect to each of its inputs. */
function* claimsOf(subject: Subject, { modes, epsilon }: Settings, key: Key): Generator<Claim> {
  const { f, x, inputs, outputs } = subject;
  const cotangents = drawLike(f(x), foldIn(key, 0));
  const pulled = modes.includes("reverse") ? vjp(f, [x])[1](cotangents)[0] : null;
  for (const [i, input] of inputs.entries()) {
    const { tangents, slopes, rounding } = differences(subject, i, epsilon, foldIn(key, i + 1));
    const pushed = modes.includes("forward") ? jvp(f, [x], [tangents])[1] : null;
    for (const [k, derivative] of (pushed ?? []).entries()) {
      for (const [at, value] of derivative.data.entries()) {
        const element = derivative.rank === 0 ? "" : ` at ${showShape(indexAt(at, derivative.shape))}`;
        yield {
          mode: "forward",
          what: `the derivative of ${outputs[k]}${element} along ${input}`,
          value,
          expected: slopes[k]?.data[at] ?? Number.NaN,
          source: "finite differences",
          rounding: rounding[k]?.data[at] ?? 0,
        };
      }
    }
    if (pulled === null) continue;
    yield {
      mode: "reverse",
      what: `the product of the cotangent of ${input} with a tangent`,
      value: inner(pulled, tangents),
      expected: inner(cotangents, pushed ?? slopes),
      source: pushed === null ? "finite differences" : "jvp",
      rounding: pushed === null ? inner(cotangents.map(abs), rounding) : 0,
    };
  }
}

function verify(
  { mode, what, value, expected, source, rounding }: Claim,
  subject: Subject,
  tolerance: number,
): void {
  const bound = tolerance * Math.max(1, Math.abs(value), Math.abs(expected)) + rounding;
  if (Math.abs(value - expected) <= bound) return; // not so for NaN
  throw new Error(
    `checkGradients: order ${subject.derivation.length + 1}, ${[mode, ...subject.derivation].join(" over ")}: ` +
      `${what} is ${value} by ${mode === "forward" ? "jvp" : "vjp"} and ${expected} by ${source}, which differ by ` +
      `more than ${bound.toPrecision(3)}; look for stopGradient, values read with data or item, a wrong rule, or ` +
      "a kink nearby",
  );
}

interface Differences {
  /** A random direction in one input, 0 in the others. */
  readonly tangents: readonly Tensor[];
  /** The central difference quotient of every output. */
  readonly slopes: readonly Tensor[];
  /** The rounding error of every quotient. */
  readonly rounding: readonly Tensor[];
}

/** Roundings that one value of f is taken to have gone through. */
const ROUNDINGS = 8;

function differences({ f, x }: Subject, input: number, epsilon: number, key: Key): Differences {
  const tangents = x.map((leaf, i) => {
    const [direction] = i === input ? drawLike([leaf], key) : [];
    return direction === undefined ? zerosLike(leaf) : div(direction, norm(direction));
  });
  const length = epsilon * Math.max(1, largest(x.slice(input, input + 1)));
  const moved = (distance: number): Tensor[] =>
    tree.zip((leaf, t) => add(leaf, mul(distance, t)), [...x], tangents);
  const [above, below] = [f(moved(length)), f(moved(-length))];
  return {
    tangents,
    slopes: tree.zip((a, b) => div(sub(a, b), 2 * length), above, below),
    rounding: above.map((leaf, k) => {
      const unit = leaf.dtype === "float32" ? 2 ** -24 : 2 ** -53;
      const size = largest([leaf, ...below.slice(k, k + 1)]);
      return full(leaf.shape, (ROUNDINGS * unit * size) / length, { dtype: "float64" });
    }),
  };
}

// Lists of tensors

function isFloat({ dtype }: Tensor): boolean {
  return dtype !== "uint32";
}

/** What the floating-point tensors of a tree are called: `primals.0.weight`. */
function namesOf(root: string, values: tree.Tree): string[] {
  const names: string[] = [];
  tree.map((leaf, path) => {
    if (isFloat(leaf)) names.push(path === "" ? root : `${root}.${path}`);
    return leaf;
  }, values);
  return names;
}

/** Standard normal tensors of the given shapes and dtypes. */
function drawLike(tensors: readonly Tensor[], key: Key): Tensor[] {
  return tensors.map(({ shape, dtype }, i) =>
    normal(foldIn(key, i), shape, { dtype: dtype === "float32" ? "float32" : "float64" }),
  );
}

/** Σ x·y over all elements of all tensors. */
function inner(x: readonly Tensor[], y: readonly Tensor[]): number {
  let sum = 0;
  x.forEach(({ data }, i) => {
    const other = y[i]?.data ?? [];
    for (const [at, value] of data.entries()) sum += value * (other[at] ?? Number.NaN);
  });
  return sum;
}

/** The largest magnitude of all elements of all tensors. */
function largest(tensors: readonly Tensor[]): number {
  let found = 0;
  for (const { data } of tensors) for (const value of data) found = Math.max(found, Math.abs(value));
  return found;
}
