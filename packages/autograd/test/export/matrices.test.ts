import { describe, expect, test } from "vitest";
import { Builder } from "../../src/export/builder.ts";
import { lowered } from "../../src/export/lower.ts";
import type { Value } from "../../src/export/primitives.ts";
import { choleskyByColumns, triangularSolveByColumns } from "../../src/export/rules/columns.ts";
import {
  add,
  capture,
  eye,
  grad,
  linalg,
  matmul,
  mul,
  random,
  sub,
  sum,
  type Tensor,
  tensor,
} from "../../src/index.ts";
import { largestDifference, scaleOf } from "../support/distance.ts";
import { evaluate } from "../support/primitives/evaluate.ts";

const dtype = "float64";
const draw = (seed: number, shape: readonly number[]): Tensor =>
  random.normal(random.key(seed), shape, { dtype });
/** Two symmetric positive definite matrices. */
const definite = (n: number): Tensor => {
  const x = draw(n, [2, n, n]);
  return sub(matmul(x, x, { transposeY: true }), mul(-0.5, eye(n, { dtype })));
};

/** What a list of primitives makes of tensors. */
function composed(write: (b: Builder, ...inputs: Value[]) => Value, ...x: Tensor[]): number[] {
  const b = new Builder();
  const inputs = x.map(({ shape }) => b.fresh(shape, dtype));
  const region = b.finish(inputs, [write(b, ...inputs)]);
  const [result = []] = evaluate(
    region,
    x.map(({ data }) => Array.from(data)),
  );
  return result.map(Number);
}

/** What an exported function makes of tensors. */
function exported(f: (...x: Tensor[]) => Tensor, ...x: Tensor[]): number[] {
  const [result = []] = evaluate(
    lowered("test", capture(f)(...x)),
    x.map(({ data }) => Array.from(data)),
  );
  return result.map(Number);
}

/** Of sums in another order, for matrices of condition numbers below some hundreds. */
const ROUNDING = 1e-12;

describe.each([1, 2, 5, 9])("matrices of %i rows, column by column", (n) => {
  test("have the bits of the reference's Cholesky factors", () => {
    expect(composed(choleskyByColumns, definite(n))).toEqual([...linalg.cholesky(definite(n)).data]);
  });

  test.each([
    { lower: true, transpose: false },
    { lower: true, transpose: true },
    { lower: false, transpose: false },
    { lower: false, transpose: true },
  ])("have its solutions, %o, to the bit where the first row comes first", (options) => {
    const [t, y] = [add(draw(10 + n, [2, n, n]), mul(3, eye(n, { dtype }))), draw(20 + n, [2, n, 3])];
    const solved = composed((b, a, x) => triangularSolveByColumns(b, options, a, x), t, y);
    const expected = linalg.triangularSolve(t, y, options).data;
    if (options.lower !== options.transpose) expect(solved).toEqual([...expected]);
    else expect(largestDifference(solved, expected) / scaleOf(y)).toBeLessThan(ROUNDING);
  });

  test("are eliminated to its solutions, determinants and inverses", () => {
    const [a, y] = [add(draw(30 + n, [2, n, n]), eye(n, { dtype })), draw(40 + n, [2, n, 3])];
    const slope = grad((x: Tensor) => sum(linalg.logDeterminant(x)));
    for (const f of [() => linalg.solve(a, y), () => linalg.logDeterminant(a), () => slope(a)]) {
      const expected = f();
      expect(largestDifference(exported(f), expected.data) / scaleOf(expected)).toBeLessThan(ROUNDING);
    }
  });
});

test("of what has no factor or no solution no result is finite", () => {
  const singular = tensor([
    [1, 2],
    [2, 4],
  ]);
  const indefinite = tensor([
    [1, 2],
    [2, 1],
  ]);
  const y = tensor([[1], [1]]);
  const wrong: readonly (readonly [f: (a: Tensor, b: Tensor) => Tensor, a: Tensor, b: Tensor])[] = [
    [linalg.solve, singular, y],
    [linalg.solve, mul(Number.NaN, singular), y],
    [(a) => linalg.logDeterminant(a), singular, y],
    [(t, b) => linalg.triangularSolve(t, b), mul(0, singular), y],
  ];
  for (const [f, a, b] of wrong) {
    expect(() => f(a, b)).toThrow(RangeError);
    expect(exported((x = a) => f(x, b), a).filter(Number.isFinite)).toEqual([]);
  }
  expect(() => linalg.cholesky(indefinite)).toThrow(RangeError);
  // What is above the diagonal is 0.
  expect(exported(linalg.cholesky, indefinite)[3]).toBeNaN();
});
