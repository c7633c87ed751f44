import { describe, expect, test } from "vitest";
import {
  abs,
  add,
  clamp,
  div,
  erf,
  gelu,
  grad,
  jvp,
  max,
  maximum,
  min,
  minimum,
  mul,
  norm,
  pow,
  relu,
  sigmoid,
  silu,
  type Tensor,
  tensor,
  where,
} from "../../src/index.ts";
import { expectNear, expectTensorsEqual, expectTensorsNear } from "../support/closeness.ts";

describe("activations", () => {
  const x = tensor([-3, -0.5, 0, 0.25, 4], { dtype: "float64" });
  test("are their formulas", () => {
    expectTensorsEqual(silu(x), mul(x, sigmoid(x)), "silu");
    const phi = mul(0.5, add(1, erf(mul(x, Math.SQRT1_2))));
    expectTensorsNear(gelu(x), mul(x, phi), 1e-14, "gelu");
    expect(clamp(x, -1, 2).toArray()).toEqual([-1, -0.5, 0, 0.25, 2]);
    expect(clamp(x, tensor([0, -1, 0, 0, 0], { dtype: "float64" }), 1).toArray()).toEqual([
      0, -0.5, 0, 0.25, 1,
    ]);
  });
});

describe("at kinks and corners", () => {
  const zero = tensor(0, { dtype: "float64" });
  const one = tensor(1, { dtype: "float64" });
  const slopeAt = (f: (x: Tensor) => Tensor, at: Tensor): number => {
    const [forward, reverse] = [jvp(f, [at], [one])[1].item(), grad(f)(at).item()];
    expect(forward).toBe(reverse);
    return forward;
  };

  test("relu, abs and norm have derivative 0 at 0", () => {
    expect(slopeAt((x) => relu(x), zero)).toBe(0);
    expect(slopeAt((x) => abs(x), zero)).toBe(0);
    expect(slopeAt((x) => norm(mul(x, tensor([3, 4], { dtype: "float64" }))), zero)).toBe(0);
  });

  test("equal elements share the derivative of an extremum", () => {
    expect(slopeAt((x) => maximum(x, 1), one)).toBe(0.5);
    expect(slopeAt((x) => minimum(1, x), one)).toBe(0.5);
    const x = tensor([2, 5, 5, 1, 5], { dtype: "float64" });
    const third = 1 / 3;
    expect(grad((y: Tensor) => max(y))(x).toArray()).toEqual([0, third, third, 0, third]);
    expect(grad((y: Tensor) => min(y))(mul(-1, x)).toArray()).toEqual([0, third, third, 0, third]);
  });

  test("the branch of where that is not chosen does not matter, even where it is infinite", () => {
    const f = (x: Tensor): Tensor => where(x, div(1, where(x, x, 1)), 3);
    expect(slopeAt(f, zero)).toBe(0);
    expect(slopeAt(f, tensor(2, { dtype: "float64" }))).toBe(-0.25);
  });

  test("powers at 0 have the derivatives of their polynomials", () => {
    for (const power of [
      (x: Tensor, n: number) => pow(x, n),
      (x: Tensor, n: number) => pow(x, tensor(n, { dtype: "float64" })),
    ]) {
      for (let n = 0; n <= 4; n++) {
        let f = (x: Tensor): Tensor => power(x, n);
        for (let order = 0; order <= 3; order++) {
          const factorial = [1, 1, 2, 6, 24][n] ?? 0;
          expectNear(f(zero).item(), order === n ? factorial : 0, 0, `derivative ${order} of x^${n}`);
          const previous = f;
          f = order % 2 === 0 ? (x) => grad(previous)(x) : (x) => jvp(previous, [x], [one])[1];
        }
      }
    }
  });

  test("pow has both mixed partials 1/x where the exponent is 0", () => {
    const x = tensor(4, { dtype: "float64" });
    const byX = (y: Tensor): Tensor => grad((a: Tensor) => pow(a, y))(x);
    const byY = (a: Tensor): Tensor => grad((y: Tensor) => pow(a, y))(zero);
    expect(grad(byX)(zero).item()).toBe(0.25);
    expect(grad(byY)(x).item()).toBe(0.25);
  });
});
