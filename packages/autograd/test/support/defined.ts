import type fc from "fast-check";
import { expect } from "vitest";
import { type Shape, type Tensor, tensor } from "../../src/index.ts";
import { sizeOf } from "../../src/shape.ts";
import { grid, vector } from "./arbitrary.ts";
import { expectNear } from "./closeness.ts";
import { type Index, indexed, indicesOf } from "./definitions.ts";
import { agreesWithFiniteDifferences, isAdjoint } from "./laws.ts";
import { problemOf } from "./problem.ts";

// For functions that are made of ops: what they compute, by definition; and that their derivatives follow.

/** Tensors of a shape, in float64. */
export const tensors = (shape: Shape, element = grid(-2, 2)): fc.Arbitrary<Tensor> =>
  vector(sizeOf(shape), element).map((values) => tensor(values, { shape, dtype: "float64" }));

/** Fails unless every element of a tensor is what a function of its index says. */
export function expectDefined(actual: Tensor, shape: Shape, element: (index: Index) => number): void {
  expect(actual.shape).toEqual(shape);
  const found = indexed(actual);
  for (const index of indicesOf(shape)) {
    const expected = element(index);
    expectNear(found.at(index), expected, 1e-12 * (1 + Math.abs(expected)), `at [${index}]`);
  }
}

/** Fails unless the derivatives of a function at a point follow from its values. */
export function expectDifferentiable(
  f: (x: readonly Tensor[]) => Tensor,
  x: readonly Tensor[],
  supply: Iterator<number>,
): void {
  const problem = problemOf((y) => [f(y)], x, supply);
  isAdjoint(problem);
  agreesWithFiniteDifferences(problem);
}
