import { within } from "../interpret/escape.ts";
import { Tape } from "../interpret/tape.ts";
import type { Direction } from "../op.ts";
import { ShapeError, sameShape, showShape } from "../shape.ts";
import { type Tensor, zerosLike } from "../tensor.ts";
import * as tree from "../tree.ts";

/** A function's value at a point, and its derivative there on a tape. */
export interface Recording<A extends tree.Tree, R extends tree.Tree> {
  readonly out: R;
  /** J·t, one tangent per argument. */
  push(tangents: A): R;
  /** Jᵀ·c, one cotangent per argument. With `release` only once: the tape is dropped on the way. */
  pull(cotangents: R, options?: { readonly release: boolean }): A;
  /** The values of tensors that f computed beside its result. */
  unwrap<T extends tree.Tree>(beside: T): T;
}

/** Runs f once, recording the derivative of every op that depends on the arguments. */
export function record<A extends readonly tree.Tree[], R extends tree.Tree>(
  f: (...primals: A) => R,
  primals: A,
): Recording<A, R> {
  const tape = new Tape();
  const input = tree.flatten(primals);
  const lifted = input.leaves.map((leaf) => tape.input(leaf));
  const result = tree.flatten(within(tape, () => f(...input.unflatten(lifted))));
  const indices = result.leaves.map((leaf) => tape.indexOf(leaf));
  const values = result.leaves.map((leaf) => tape.primalOf(leaf));
  const filled = (directions: readonly Direction[], like: readonly Tensor[]): Tensor[] =>
    like.map((leaf, i) => directions[i] ?? zerosLike(leaf));
  return {
    out: result.unflatten(values),
    push(tangents) {
      const directions = matching("pushforward", "tangent", tangents, primals);
      return result.unflatten(filled(tape.push(directions, indices), values));
    },
    pull(cotangents, { release } = { release: false }) {
      const directions = matching("pullback", "cotangent", cotangents, result.unflatten(values));
      return input.unflatten(
        filled(tape.pull(indices, directions, input.leaves.length, release), input.leaves),
      );
    },
    unwrap: (beside) => tree.map((leaf) => tape.primalOf(leaf), beside),
  };
}

/** The leaves of a tree of directions, checked against the points they belong to. */
export function matching(name: string, kind: string, directions: tree.Tree, points: tree.Tree): Tensor[] {
  tree.checkSameStructure(`${name}: ${kind}s`, points, directions);
  const found = tree.leaves(directions);
  tree.leaves(points).forEach((point, i) => {
    const direction = found[i];
    if (direction === undefined) return;
    if (!sameShape(direction.shape, point.shape) || direction.dtype !== point.dtype) {
      throw new ShapeError(
        `${name}: ${kind} ${i} is ${showShape(direction.shape)} ${direction.dtype}, ` +
          `its value is ${showShape(point.shape)} ${point.dtype}; they must be equal`,
      );
    }
  });
  return found;
}
