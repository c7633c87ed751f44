import { describe, expect, test } from "vitest";
import * as unary from "../src/backends/js/unary.ts";
import * as vectorized from "../src/backends/wasm/maths/arithmetic.ts";
import {
  cast,
  checkGradients,
  div,
  exp,
  grad,
  matmul,
  mul,
  random,
  relu,
  sin,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
  take,
  tanh,
  tensor,
} from "../src/index.ts";
import { bind, defineOp, type Op } from "../src/op.ts";
import { add } from "../src/ops/arithmetic.ts";
import { elementByElement, type PlainName, perArgument } from "../src/ops/construct.ts";

const float64 = { dtype: "float64" } as const;
const x = tensor([0.3, -1.2, 2.1], float64);

/** Squares with one of the two rules wrong. */
function wrongSquare(jvpFactor: number, vjpFactor: number): (x: Tensor) => Tensor {
  const op: Op<Record<string, never>> = defineOp<PlainName>({
    ...elementByElement("square", unary.square, vectorized.square, "instruction"),
    derivative: (_parameters, _output, ...inputs) =>
      perArgument(
        inputs.map((y) => ({
          jvp: (t) => mul(jvpFactor, mul(y, t)),
          vjp: (c) => mul(vjpFactor, mul(y, c)),
        })),
        add,
      ),
  });
  return (y) => bind(op, {}, y);
}

describe("checkGradients passes", () => {
  test("a function of trees, to third order", () => {
    const params = { weight: random.normal(random.key(1), [3, 2], float64), scale: tensor(0.7, float64) };
    const f = (p: typeof params, y: Tensor): { out: Tensor; parts: Tensor[] } => {
      const hidden = tanh(matmul(y, p.weight));
      return { out: sum(mul(hidden, p.scale)), parts: [exp(p.scale), hidden] };
    };
    checkGradients(f, [params, random.normal(random.key(2), [2, 3], float64)], { order: 3 });
  });

  test("functions of large values and of large arguments", () => {
    checkGradients((y: Tensor) => add(1e8, sin(y)), [x], { order: 1 });
    checkGradients((y: Tensor) => sum(square(y)), [tensor([1e7, 2], float64)]);
  });

  test("float32, with wider tolerances", () => {
    checkGradients((y: Tensor) => sum(mul(tanh(y), y)), [tensor([0.3, -1.2, 2.1])]);
    checkGradients((y: Tensor) => sum(square(y)), [tensor([1e5, 2])], { order: 1 });
  });

  test("keys and indices are held fixed", () => {
    const noisy = (key: Tensor, y: Tensor): Tensor => mul(random.normal(key, [3], float64), sin(y));
    checkGradients(noisy, [random.key(3), x]);
    checkGradients(
      (y: Tensor, rows: Tensor) => square(take(y, rows)),
      [x, tensor([2, 0], { dtype: "uint32" })],
    );
  });

  test("each mode alone", () => {
    for (const mode of ["forward", "reverse"] as const)
      checkGradients((y: Tensor) => sin(y), [x], { modes: [mode] });
  });
});

describe("checkGradients fails", () => {
  const hidden = (y: Tensor): Tensor => mul(y, stopGradient(y));

  test("a hidden dependence, in either mode, with the tensors, both numbers and the tolerance", () => {
    const named = ({ a, b }: { a: Tensor; b: Tensor }): Tensor[] => [sin(a), hidden(b)];
    const primals = [{ a: x, b: x }] as const;
    expect(() => checkGradients(named, [...primals])).toThrow(
      /order 1, forward: the derivative of output\.1 at \[\d\] along primals\.0\.b is \S+ by jvp and \S+ by finite differences, which differ by more than \S+;.*stopGradient/,
    );
    expect(() => checkGradients(hidden, [x], { modes: ["reverse"] })).toThrow(
      /order 1, reverse: .*cotangent of primals\.0 .* by vjp and \S+ by finite differences/,
    );
  });

  test("a value that was read", () => {
    const read = (y: Tensor): Tensor => mul(y, Number(y.data[0]));
    expect(() => checkGradients(read, [x])).toThrow(/order 1, forward: .*data or item/);
  });

  test("a wrong second derivative behind a right first one", () => {
    // y² + 2y(z − y) at z = y, with y held: the value and the slope of z², and no curvature.
    const flat = (z: Tensor): Tensor => {
      const y = stopGradient(z);
      return add(square(y), mul(mul(2, y), sub(z, y)));
    };
    checkGradients(flat, [x], { order: 1 });
    expect(() => checkGradients(flat, [x])).toThrow(/order 2, forward over forward: .*tangent of output/);
    expect(() => checkGradients(flat, [x], { modes: ["reverse"] })).toThrow(/order 2, reverse over reverse/);
  });

  test("a wrong rule in one mode only", () => {
    checkGradients(wrongSquare(2, 2), [x]);
    expect(() => checkGradients(wrongSquare(3, 2), [x])).toThrow(/order 1, forward:/);
    expect(() => checkGradients(wrongSquare(2, 3), [x])).toThrow(
      /order 1, reverse: .* by vjp and \S+ by jvp/,
    );
    checkGradients(wrongSquare(2, 3), [x], { modes: ["forward"] });
  });

  test("an error of one part in a hundred thousand", () => {
    expect(() => checkGradients(wrongSquare(2.00005, 2.00005), [x], { order: 1 })).toThrow(/forward/);
  });

  test("a wrong rule in float32", () => {
    expect(() => checkGradients(hidden, [tensor([0.3, -1.2, 2.1])])).toThrow(/order 1, forward/);
    expect(() => checkGradients(hidden, [tensor([1e6, 2e6])])).toThrow(/order 1, forward/);
  });

  test("a kink, and a derivative that is not finite", () => {
    expect(() => checkGradients((y: Tensor) => relu(y), [tensor(0, float64)])).toThrow(/kink/);
    expect(() => checkGradients((y: Tensor) => sqrt(y), [tensor(0, float64)])).toThrow(
      /order 1, forward.*NaN/,
    );
    const nowhere = (y: Tensor): Tensor => add(y, mul(0, div(1, sub(y, stopGradient(y)))));
    expect(() => checkGradients(nowhere, [x])).toThrow(/not finite/);
  });

  test("what cannot be checked", () => {
    expect(() => checkGradients(sin, [x], { order: 0 })).toThrow(/order is 0/);
    expect(() => checkGradients(sin, [x], { tolerance: 0 })).toThrow(/tolerance is 0/);
    expect(() => checkGradients(sin, [x], { epsilon: Number.NaN })).toThrow(/epsilon is NaN/);
    expect(() => checkGradients(sin, [x], { modes: [] })).toThrow(/modes are \[\]/);
    expect(() => checkGradients((k: Tensor) => cast(k, "float64"), [random.key(0)])).toThrow(
      /no floating-point tensor/,
    );
  });

  test("gradients as functions of their own", () => {
    checkGradients(
      grad((y: Tensor) => sum(mul(sin(y), y))),
      [x],
    );
    expect(() =>
      checkGradients(
        grad((y: Tensor) => sum(mul(hidden(y), y))),
        [x],
      ),
    ).toThrow(/order 1/);
  });
});
