import { describe, expect, test } from "vitest";
import {
  ceil,
  compile,
  floor,
  grad,
  js,
  mod,
  round,
  sum,
  type Tensor,
  tensor,
  wasm,
} from "../../src/index.ts";

const double = (values: number[]): Tensor => tensor(values, { dtype: "float64" });
const hard = [
  -Infinity,
  -(2 ** 53),
  -(2 ** 52) + 0.5,
  -3.5,
  -2.5,
  -1.5,
  -1,
  -0.6,
  -0.5,
  -0.2,
  -0,
  0,
  0.2,
  0.49999999999999994,
  0.5,
  0.6,
  1,
  1.5,
  2.5,
  3.5,
  2 ** 23 + 0.5,
  2 ** 52 - 0.5,
  2 ** 53,
  Infinity,
  Number.NaN,
];

describe("floor, ceil and round", () => {
  test("are whole numbers around x, with the sign of x, and halves go to the even one", () => {
    expect([...floor(double(hard)).data]).toEqual(hard.map(Math.floor));
    expect([...ceil(double(hard)).data]).toEqual(hard.map(Math.ceil));
    expect([...round(double(hard)).data]).toEqual([
      -Infinity,
      -(2 ** 53),
      -(2 ** 52),
      -4,
      -2,
      -2,
      -1,
      -1,
      -0,
      -0,
      -0,
      0,
      0,
      0,
      0,
      1,
      1,
      2,
      2,
      4,
      2 ** 23,
      2 ** 52,
      2 ** 53,
      Infinity,
      Number.NaN,
    ]);
  });

  test("have no gradient, and take no uint32", () => {
    for (const f of [floor, ceil, round]) {
      expect(grad((x: Tensor) => sum(f(x)))(tensor([0.3, 1.7])).toArray()).toEqual([0, 0]);
      expect(() => f(tensor([1], { dtype: "uint32" }))).toThrow(
        new RegExp(`^${f === ceil ? "ceil" : ""}.*uint32`),
      );
    }
  });
});

describe("mod", () => {
  // NumPy's remainder of these.
  const pairs = [
    [7, 3, 1],
    [-7, 3, 2],
    [7, -3, -2],
    [-7, -3, -1],
    [5.5, 2, 1.5],
    [-5.5, 2, 0.5],
    [6, 3, 0],
    [-6, 3, 0],
    [0, 3, 0],
    [5, Infinity, 5],
    [-5, Infinity, Infinity],
    [5, -Infinity, -Infinity],
    [0, Infinity, 0],
    [1e-35, -1e-25, -1e-25],
    [5, 0, Number.NaN],
    [0, 0, Number.NaN],
    [Infinity, 2, Number.NaN],
    [Number.NaN, 2, Number.NaN],
  ] as const;

  test.each([
    ["eager", (x: Tensor, y: Tensor) => mod(x, y)],
    ["compiled", compile((x: Tensor, y: Tensor) => mod(x, y), { backend: wasm() })],
    ["on the reference", compile((x: Tensor, y: Tensor) => mod(x, y), { backend: js })],
  ])("has the sign of the divisor, %s", (_, f) => {
    const [x, y] = [0, 1].map((i) => tensor(pairs.map((pair) => pair[i] ?? 0)));
    if (x === undefined || y === undefined) throw new Error("two lists");
    const found = [...f(x, y).data];
    for (const [i, [, , due]] of pairs.entries()) expect(found[i], `${pairs[i]}`).toBe(Math.fround(due));
    expect(found[13]).toBeLessThan(0);
  });

  test("has the derivatives 1 and −⌊x/y⌋", () => {
    for (const [x, y, quotient] of [
      [7.5, 2, 3],
      [-7.5, 2, -4],
      [7.5, -2, -4],
      [5, Infinity, 0],
      [-5, Infinity, -1],
    ] as const) {
      const [dx, dy] = grad(([a, b]: [Tensor, Tensor]) => mod(a, b))([tensor(x), tensor(y)]);
      expect([dx.item(), dy.item()]).toEqual([1, -quotient || 0]);
    }
    expect(() => mod(tensor([1, 2]), tensor([1, 2, 3]))).toThrow(/^mod: cannot broadcast \[2\] with \[3\]/);
  });
});
