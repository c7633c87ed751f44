import { sin } from "../portable/index.ts";
import { indexAt, showShape } from "../shape.ts";
import { type Tensor, tensor, zerosLike } from "../tensor.ts";
import * as tree from "../tree.ts";
import { jvp } from "./forward.ts";
import { vjp } from "./reverse.ts";

/** How a function's derivative is computed: one of the two rules, written in ops, so that it has derivatives itself. */
export interface DerivativeRule<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>> {
  /** The tangent of the result from the arguments, one tangent for each, and the result; linear in the tangents. */
  jvp?(primals: A, tangents: A, output: R): R;
  /** One cotangent for each argument from the arguments, the cotangent of the result, and the result. */
  vjp?(primals: A, cotangent: R, output: R): A;
  /**
   * Compare the rule with the derivative that the function has without it, at the arguments of the first call whose
   * elements can be read. For debugging; false unless said.
   */
  readonly checkGradients?: boolean;
}

/** Where two derivatives differ, relative to the larger of 1 and their magnitudes. */
interface Deviation {
  readonly size: number;
  readonly text: string;
}

/** Throws where a rule is not the derivative that f has by its ops; where that is not finite, it says nothing. */
export function checkRule<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>>(
  f: (...primals: A) => R,
  rule: DerivativeRule<A, R>,
  primals: A,
): void {
  const { leaves, unflatten } = tree.flatten(primals);
  const output = f(...primals);
  const found: Deviation[] = [];
  for (const [i, path] of pathsOf(primals).entries()) {
    if (rule.jvp === undefined || leaves[i]?.dtype === "uint32") continue;
    const tangents = unflatten(leaves.map((x, k) => (k === i ? direction(x) : zerosLike(x))));
    const [, own] = jvp<A, R>(f, primals, tangents);
    found.push(
      ...deviations(
        `the tangent along argument ${path} of the result`,
        rule.jvp(primals, tangents, output),
        own,
      ),
    );
  }
  if (rule.vjp !== undefined) {
    const cotangent = tree.map(direction, output);
    const own = vjp<A, R>(f, primals)[1](cotangent);
    found.push(...deviations("the cotangent of argument", rule.vjp(primals, cotangent, output), own));
  }
  const [worst] = found.sort((a, b) => b.size - a.size);
  const tolerance = leaves.some(({ dtype }) => dtype === "float32") ? 1e-3 : 1e-6;
  if (worst === undefined || worst.size <= tolerance) return;
  throw new Error(
    `customDerivative: ${worst.text}, the largest relative deviation, ${worst.size.toPrecision(3)}, is above ${tolerance}; ` +
      "correct the rule, or leave checkGradients out where it is meant to differ",
  );
}

/** The differences of all elements of two trees of one structure. */
function deviations<T extends tree.TreeOf<T>>(what: string, ruled: T, own: T): Deviation[] {
  const [ours, paths] = [tree.leaves(ruled), pathsOf(own)];
  return tree.leaves(own).flatMap(({ data, shape }, i) =>
    Array.from(data).flatMap((expected, at) => {
      if (!Number.isFinite(expected)) return [];
      const value = ours[i]?.data[at] ?? Number.NaN;
      const difference = Math.abs(value - expected) / Math.max(1, Math.abs(value), Math.abs(expected));
      const place = `${paths[i] === "" ? "" : ` ${paths[i]}`} at ${showShape(indexAt(at, shape))}`;
      const text = `${what}${place} is ${value} by the rule and ${expected} by the function's ops`;
      return [{ size: Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference, text }];
    }),
  );
}

/** Numbers without a pattern, of a tensor's shape. */
function direction({ size, shape, dtype }: Tensor): Tensor {
  const numbers = Float64Array.from({ length: size }, (_, i) => (dtype === "uint32" ? 0 : sin(i * i + 1)));
  return tensor(numbers, { shape, dtype });
}

function pathsOf(values: tree.Tree): string[] {
  const paths: string[] = [];
  tree.map((leaf, path) => {
    paths.push(path);
    return leaf;
  }, values);
  return paths;
}
