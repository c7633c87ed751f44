import { describe, expect, test } from "vitest";
import {
  abs,
  clamp,
  compile,
  concat,
  div,
  erf,
  expm1,
  gelu,
  grad,
  js,
  jvp,
  log,
  log1p,
  logSoftmax,
  logSumExp,
  max,
  maximum,
  min,
  minimum,
  mul,
  norm,
  normalCdf,
  pow,
  relu,
  sigmoid,
  silu,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  sum,
  type Tensor,
  tanh,
  tensor,
  variance,
  wasm,
} from "../../src/index.ts";
import { directional, words } from "../support/derivatives.ts";

const INFINITY = Number.POSITIVE_INFINITY;
/** There is no such derivative: whatever is found must not look like one. */
const NONE = Number.NaN;

type Curve = (x: Tensor) => Tensor;
type Case = readonly [name: string, f: Curve, at: number, value: number, first: number, second: number];

const along = (x: Tensor, ...direction: number[]): Tensor => mul(x, tensor(direction, { dtype: x.dtype }));
const beside = (x: Tensor, other: number): Tensor =>
  concat([along(x, 1), tensor([other], { dtype: x.dtype })]);
const constant = (x: Tensor, value: number): Tensor => tensor(value, { dtype: x.dtype });
const firstOf = (x: Tensor): Tensor => sum(slice(x, [0], [1]));

// First derivatives at kinks may be a convention; second ones are right, or not a number.
const kinks: readonly Case[] = [
  ["|x|", abs, 0, 0, 0, NONE],
  ["|x|²", (x) => square(abs(x)), 0, 0, 0, NONE],
  ["‖x‖", (x) => norm(along(x, 3, 4)), 0, 0, 0, NONE],
  ["‖x‖²", (x) => square(norm(along(x, 3, 4))), 0, 0, 0, NONE],
  ["Σx²", (x) => sum(square(along(x, 3, 4))), 0, 0, 0, 50],
  ["relu, all of whose derivatives are those from the left", relu, 0, 0, 0, 0],
  ["relu²", (x) => square(relu(x)), 0, 0, 0, 0],
  ["the square of a maximum", (x) => square(maximum(x, 0)), 0, 0, 0, NONE],
  ["the square of a minimum", (x) => square(minimum(0, x)), 0, 0, 0, NONE],
  ["max(x, −x)²", (x) => square(maximum(x, mul(-1, x))), 0, 0, 0, NONE],
  ["the square of the largest", (x) => square(max(along(x, 1, -1))), 0, 0, 0, NONE],
  ["the square of the smallest", (x) => square(min(along(x, 1, -1))), 0, 0, 0, NONE],
  ["the square of the largest, away from ties", (x) => square(max(along(x, 1, -1))), 2, 4, 4, 2],
  ["clamp at its bound", (x) => clamp(x, 0, 1), 0, 0, 0.5, NONE],
  ["clamp inside", (x) => square(clamp(x, 0, 1)), 0.5, 0.25, 1, 2],
  ["clamp outside", (x) => square(clamp(x, 0, 1)), 3, 1, 0, 0],
  ["√x", sqrt, 0, 0, NONE, NONE],
  ["(√x)²", (x) => square(sqrt(x)), 0, 0, NONE, NONE],
  ["√x²", (x) => sqrt(square(x)), 0, 0, NONE, NONE],
  ["log x", log, 0, -INFINITY, NONE, NONE],
  ["1/x", (x) => div(1, x), 0, INFINITY, NONE, NONE],
  ...[0.5, 1, 1.5, 2, 2.5, 3].flatMap((p): Case[] => {
    const first = p > 1 ? 0 : p === 1 ? 1 : NONE;
    const second = p > 2 || p === 1 ? 0 : p === 2 ? 2 : NONE;
    return [
      [`x^${p}`, (x) => pow(x, p), 0, 0, first, second],
      [`x^${p} with a tensor`, (x) => pow(x, constant(x, p)), 0, 0, first, second],
    ];
  }),
  ["0^y at 0", (y) => pow(constant(y, 0), y), 0, 1, NONE, NONE],
  ["0^y at 2", (y) => pow(constant(y, 0), y), 2, 0, 0, 0],
  ["x^x", (x) => pow(x, x), 0, 1, NONE, NONE],
  ["variance of equal numbers", (x) => variance(along(x, 1, 1)), 1, 0, 0, 0],
  ["variance of spreading numbers", (x) => variance(along(x, 1, -1)), 0, 0, 0, 2],
  ["deviation of equal numbers", (x) => sqrt(variance(along(x, 1, -1))), 0, 0, NONE, NONE],
  ["logSumExp at a tie", (x) => logSumExp(along(x, 1, -1)), 0, Math.LN2, 0, 1],
  ["softmax at a tie", (x) => firstOf(softmax(along(x, 1, -1))), 0, 0.5, 0.5, 0],
];

// At infinity the limits.
const limits: readonly Case[] = [
  ["silu", silu, -INFINITY, 0, 0, 0],
  ["silu", silu, INFINITY, INFINITY, 1, 0],
  ["silu", silu, -1e4, 0, 0, 0],
  ["silu", silu, 1e4, 1e4, 1, 0],
  ["gelu", gelu, -INFINITY, 0, 0, 0],
  ["gelu", gelu, INFINITY, INFINITY, 1, 0],
  ["gelu", gelu, -1e30, 0, 0, 0],
  ["gelu", gelu, 1e30, 1e30, 1, 0],
  ["softplus", softplus, -INFINITY, 0, 0, 0],
  ["softplus", softplus, INFINITY, INFINITY, 1, 0],
  ["sigmoid", sigmoid, -INFINITY, 0, 0, 0],
  ["sigmoid", sigmoid, INFINITY, 1, 0, 0],
  ["tanh", tanh, -INFINITY, -1, 0, 0],
  ["tanh", tanh, INFINITY, 1, 0, 0],
  ["erf", erf, -INFINITY, -1, 0, 0],
  ["erf", erf, INFINITY, 1, 0, 0],
  ["normalCdf", normalCdf, -INFINITY, 0, 0, 0],
  ["normalCdf", normalCdf, INFINITY, 1, 0, 0],
  ["expm1", expm1, -INFINITY, -1, 0, 0],
  ["log", log, INFINITY, INFINITY, 0, 0],
  ["log1p", log1p, INFINITY, INFINITY, 0, 0],
  ["√x", sqrt, INFINITY, INFINITY, 0, 0],
  ["1/x", (x) => div(1, x), -INFINITY, 0, 0, 0],
  ["x^-2", (x) => pow(x, -2), INFINITY, 0, 0, 0],
  ["logSumExp beside 0", (x) => logSumExp(beside(x, 0)), -INFINITY, 0, 0, 0],
  ["softmax beside 0", (x) => firstOf(softmax(beside(x, 0))), -INFINITY, 0, 0, 0],
  ["logSoftmax beside 0", (x) => firstOf(logSoftmax(beside(x, 0))), -INFINITY, -INFINITY, 1, 0],
];

/** Whether a number is the one that is due; for NONE any that is not finite. */
const isRight = (found: number, due: number, tolerance: number): boolean =>
  Number.isNaN(due)
    ? !Number.isFinite(found)
    : found === due || Math.abs(found - due) <= tolerance * Math.max(1, Math.abs(due));

const backends = [
  ["eager", null, "float64"],
  ["compiled for the reference", js, "float64"],
  ["compiled to WebAssembly", wasm(), "float32"],
] as const;

describe.each([...kinks, ...limits])("%s at %s", (_, f, at, ...due) => {
  test.each(backends)("has its value and two derivatives, %s", (_, backend, dtype) => {
    const x = tensor(at, { dtype });
    const one = tensor(1, { dtype });
    for (const [order, expected] of due.entries()) {
      for (const word of words(order)) {
        const derivative = directional(
          ([y = x]) => f(y),
          word,
          word.map(() => [one]),
        );
        const run = (y: Tensor): Tensor => derivative([y]);
        const found = (backend === null ? run : compile(run, { backend }))(x).item();
        const tolerance = dtype === "float32" ? 1e-6 : 1e-14;
        expect(isRight(found, expected, tolerance), `order ${order} by ${word.join("")}: ${found}`).toBe(
          true,
        );
      }
    }
  });
});

test("of a kink's second derivatives only those in its element are missing, by reverse mode", () => {
  const f = (x: Tensor): Tensor => sum(square(abs(x)));
  const rows = [0, 1].map((i) =>
    grad((x: Tensor) => sum(slice(grad(f)(x), [i], [i + 1])))(tensor([0, 3], { dtype: "float64" })),
  );
  expect(rows.map((row) => row.toArray())).toEqual([
    [Number.NaN, 0],
    [0, 2],
  ]);
  expect(jvp(f, [tensor([0, 3])], [tensor([1, 1])])[1].item()).toBe(6);
});
