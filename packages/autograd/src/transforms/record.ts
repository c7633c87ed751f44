import { checkFunction } from "../arguments.ts";
import { within } from "../interpret/escape.ts";
import { Tape } from "../interpret/tape.ts";
import { checkList, ShapeError, sameShape, showShape } from "../shape.ts";
import { type Tensor, zerosLike } from "../tensor.ts";
import * as tree from "../tree.ts";

/** A function's value at a point, and its derivative there on a tape. */
export interface Recording<A extends tree.TreeOf<A>, R extends tree.TreeOf<R>> {
  readonly out: R;
  /** J·t, one tangent per argument. */
  push(tangents: A): R;
  /** Jᵀ·c, one cotangent per argument. With `release` only once: the tape is dropped on the way. */
  pull(cotangents: R, options?: { readonly release: boolean }): A;
  /** The values of tensors that f computed beside its result. */
  unwrap<T extends tree.TreeOf<T>>(beside: T): T;
}

/** Runs f once, recording the derivative of every op that depends on the arguments. */
export function record<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>>(
  name: string,
  f: (...primals: A) => R,
  primals: A,
): Recording<A, R> {
  checkCall(name, f, primals);
  const tape = new Tape();
  const input = tree.flatten(primals, name);
  const lifted = input.leaves.map((leaf) => tape.input(leaf));
  const result = tree.flatten(
    within(tape, () => f(...input.unflatten(lifted))),
    `${name}: the function's result`,
  );
  const indices = result.leaves.map((leaf) => tape.indexOf(leaf));
  const values = result.leaves.map((leaf) => tape.primalOf(leaf));
  return {
    out: result.unflatten(values),
    push(tangents) {
      const directions = matching("pushforward", "tangent", tangents, primals);
      const pushed = tape.push(directions, indices);
      return result.unflatten(values.map((leaf, i) => pushed[i] ?? zerosLike(leaf)));
    },
    pull(cotangents, { release } = { release: false }) {
      const directions = matching("pullback", "cotangent", cotangents, result.unflatten(values));
      const pulled = tape.pull(indices, directions, input.leaves.length, release);
      const cotangentOf = (leaf: Tensor, i: number): Tensor => pulled[i]?.cotangent ?? zerosLike(leaf);
      return input.unflatten(input.leaves.map(cotangentOf));
    },
    unwrap: (beside) => tree.map((leaf) => tape.primalOf(leaf), beside),
  };
}

/** Throws unless f is a function, and its arguments are a list. */
export function checkCall(name: string, f: unknown, primals: readonly unknown[]): void {
  checkFunction(name, f);
  checkList(name, "primals", primals, "[x], one entry per argument");
}

/** The leaves of a tree of directions, checked against the points they belong to. */
export function matching(name: string, kind: string, directions: tree.Tree, points: tree.Tree): Tensor[] {
  const found = tree.leaves(directions, `${name}: ${kind}s`);
  tree.checkSameStructure(`${name}: ${kind}s`, points, directions);
  tree.leaves(points, name).forEach((point, i) => {
    const direction = found[i];
    if (direction === undefined) return;
    if (!sameShape(direction.shape, point.shape) || direction.dtype !== point.dtype) {
      throw new ShapeError(
        `${name}: ${kind}${pathOf(points, i)} is ${showShape(direction.shape)} ${direction.dtype}, ` +
          `its value is ${showShape(point.shape)} ${point.dtype}; they must be equal`,
      );
    }
  });
  return found;
}

/** Where in a tree its tensor number i is, behind a space: ` 0.weight`; nothing for a tree that is one tensor. */
function pathOf(values: tree.Tree, i: number): string {
  const paths: string[] = [];
  tree.map((leaf, path) => {
    paths.push(path === "" ? "" : ` ${path}`);
    return leaf;
  }, values);
  return paths[i] ?? "";
}
