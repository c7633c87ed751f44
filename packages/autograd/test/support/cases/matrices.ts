import fc from "fast-check";
import type { None, SolveParameters, TriangularSolveParameters } from "../../../src/backend.ts";
import { type Shape, sizeOf } from "../../../src/shape.ts";
import { grid, shapes, vector, whole } from "../arbitrary.ts";
import { type Input, inputs, type OpCase, type OpCases } from "./opCase.ts";

const real = grid(-2, 2);
const orders = fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 6, arbitrary: whole(1, 3) });

/** Square matrices with small elements off the diagonal, and others on it. */
function square(
  batch: Shape,
  n: number,
  off: fc.Arbitrary<number>,
  diagonal: fc.Arbitrary<readonly number[]>,
): fc.Arbitrary<Input> {
  const count = sizeOf(batch);
  return fc
    .tuple(vector(count * n * n, off), fc.array(diagonal, { minLength: count, maxLength: count }))
    .map(([values, diagonals]) => ({
      shape: [...batch, n, n],
      values: values.map((value, k) => {
        const [matrix, i, j] = [Math.floor(k / (n * n)), Math.floor(k / n) % n, k % n];
        return i === j ? (diagonals[matrix]?.[i] ?? 1) : value;
      }),
      dtype: "float",
      varies: true,
    }));
}

/** Numbers that are no nearer to 0 than 1.5, each of its own sign or all above it. */
const positive = grid(1.5, 3);
const signed = fc.tuple(positive, fc.constantFrom(-1, 1)).map(([size, sign]) => size * sign);
const each = (n: number, element: fc.Arbitrary<number>): fc.Arbitrary<readonly number[]> =>
  vector(n, element);

/** A batch of matrices that are far from singular, by their diagonals; the rows in any order. */
const regular = (batch: Shape, n: number): fc.Arbitrary<Input> =>
  fc.tuple(square(batch, n, grid(-0.5, 0.5), each(n, signed)), whole(0, 2)).map(([a, turn]) => ({
    ...a,
    values: a.values.map((_, k) => {
      const [start, row, column] = [k - (k % (n * n)), Math.floor(k / n) % n, k % n];
      return a.values[start + ((row + turn) % n) * n + column] ?? 0;
    }),
  }));

/** Matrices, and right sides of one or more columns. */
const withSides = <P extends object>(
  matricesOf: (batch: Shape, n: number) => fc.Arbitrary<Input>,
  parameters: fc.Arbitrary<P>,
): fc.Arbitrary<OpCase<P>> =>
  fc
    .tuple(shapes(0, 1), orders, whole(0, 2))
    .chain(([batch, n, columns]) =>
      fc.tuple(matricesOf(batch, n), inputs([...batch, n, columns], real), parameters),
    )
    .map(([a, b, own]) => ({ parameters: own, inputs: [a, b] }));

const matricesAlone = (
  matricesOf: (batch: Shape, n: number) => fc.Arbitrary<Input>,
): fc.Arbitrary<OpCase<None>> =>
  fc
    .tuple(shapes(0, 1), orders)
    .chain(([batch, n]) => matricesOf(batch, n))
    .map((a) => ({ parameters: {}, inputs: [a] }));

/** Eigenvalues that are apart, in any order along the diagonal. */
const apart = (n: number): fc.Arbitrary<readonly number[]> =>
  fc
    .tuple(
      fc.shuffledSubarray([-2, 0, 2].slice(0, n), { minLength: n, maxLength: n }),
      vector(n, grid(-0.25, 0.25)),
    )
    .map(([places, shifts]) => places.map((place, i) => place + (shifts[i] ?? 0)));

export const matrixCases = {
  cholesky: matricesAlone((batch, n) => square(batch, n, grid(-0.5, 0.5), each(n, positive))),
  triangularSolve: withSides<TriangularSolveParameters>(
    (batch, n) => square(batch, n, grid(-1, 1), each(n, signed)),
    fc.record({ lower: fc.boolean(), transpose: fc.boolean() }),
  ),
  solve: withSides<SolveParameters>(
    regular,
    fc.boolean().map((transpose) => ({ transpose, caller: "solve" })),
  ),
  logDeterminant: matricesAlone(regular),
  eigh: matricesAlone((batch, n) => square(batch, n, grid(-0.3, 0.3), apart(n))),
} satisfies OpCases;
