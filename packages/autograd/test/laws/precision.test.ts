import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cast, jvp, linearize, type Tensor, vjp, zerosLike } from "../../src/index.ts";
import { sizeOf } from "../../src/shape.ts";
import { Dense } from "../../src/tensor.ts";
import { directions } from "../support/arbitrary.ts";
import { isSmooth, subjects } from "../support/cases/index.ts";
import type { Direction, VectorFunction } from "../support/derivatives.ts";
import { filledLike, functionOf } from "../support/problem.ts";
import { runs } from "../support/runs.ts";

const ULP = 2 ** -23;
/** How many units in the last place of the conditioned value a float32 result may be off. */
const ALLOWED = 4;

/** |F(x)| + |F'(x)|·|x|, per element of F: what relative errors of the size 1 in x and F amount to. */
function conditionOf(f: VectorFunction, x: readonly Tensor[]): number[] {
  const [value, push] = linearize<[Direction], Direction>((y) => f(y), [x]);
  const total = value.flatMap((leaf) => [...leaf.data].map(Math.abs));
  const zeros = x.map(zerosLike);
  x.forEach((leaf, position) => {
    leaf.data.forEach((coordinate, i) => {
      const basis = zerosLike(leaf).data.slice();
      basis[i] = coordinate;
      const pushed = push(zeros.with(position, new Dense(leaf.shape, basis)));
      pushed
        .flatMap((y) => [...y.data])
        .forEach((part, k) => {
          total[k] = (total[k] ?? 0) + Math.abs(part);
        });
    });
  });
  return total;
}

function expectPrecise(what: string, f: VectorFunction, g: VectorFunction, x: readonly Tensor[]): void {
  const exact = f(x).flatMap((y) => [...y.data]);
  const single = g(x.map((leaf) => cast(leaf, "float32"))).flatMap((y) => [...y.data]);
  expect(single).toHaveLength(exact.length);
  const condition = conditionOf(f, x);
  exact.forEach((expected, i) => {
    const error = Math.abs((single[i] ?? Number.NaN) - expected) / (condition[i] ?? 1) / ULP;
    if (error <= ALLOWED || single[i] === expected) return;
    throw new Error(`${what} [${i}]: ${single[i]}, in float64 ${expected}: off by ${error} conditioned ulps`);
  });
}

/** (x, v) ↦ J(x)·v, of two lists in one. */
const tangentOf =
  (f: VectorFunction): VectorFunction =>
  (both) => {
    const n = both.length / 2;
    return jvp<[Direction], Direction>((y) => f(y), [both.slice(0, n)], [both.slice(n)])[1];
  };

/** (x, c) ↦ J(x)ᵀ·c, of two lists in one: n tensors x, and the rest c. */
const cotangentOf =
  (f: VectorFunction, n: number): VectorFunction =>
  (both) =>
    vjp<[Direction], Direction>((y) => f(y), [both.slice(0, n)])[1](both.slice(n))[0];

// A cast makes one dtype of another: there is nothing to compare.
const subject = subjects.filter((candidate) => isSmooth(candidate) && candidate.name !== "cast");

describe.each(subject)("$name", ({ op, cases }) => {
  test("has in float32 the values and derivatives of float64, as far as their condition allows", () => {
    const small = cases.filter(({ inputs }) => inputs.every(({ shape }) => sizeOf(shape) <= 24));
    fc.assert(
      fc.property(small, directions, (application, supply) => {
        const { f, x } = functionOf(op, application, "float64");
        const { f: g } = functionOf(op, application, "float32");
        const [v, w, c] = [filledLike(x, supply), filledLike(x, supply), filledLike(f(x), supply)];
        const n = x.length;
        expectPrecise("value", f, g, x);
        expectPrecise("jvp", tangentOf(f), tangentOf(g), [...x, ...v]);
        expectPrecise("vjp", cotangentOf(f, n), cotangentOf(g, n), [...x, ...c]);
        const zero = c.map(zerosLike);
        expectPrecise("jvp of vjp", tangentOf(cotangentOf(f, n)), tangentOf(cotangentOf(g, n)), [
          ...x,
          ...c,
          ...w,
          ...zero,
        ]);
      }),
      runs(10),
    );
  });
});
