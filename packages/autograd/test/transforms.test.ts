import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  checkpoint,
  exp,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  matmul,
  mul,
  sin,
  softplus,
  sum,
  type Tensor,
  tanh,
  tensor,
  valueAndGrad,
} from "../src/index.ts";

describe("transforms", () => {
  test("grad of sin to third order", () => {
    const f = (x: Tensor): Tensor => sum(sin(x));
    const x = tensor(0.3, { dtype: "float64" });
    expect(grad(f)(x).item()).toBeCloseTo(Math.cos(0.3), 12);
    expect(grad(grad(f))(x).item()).toBeCloseTo(-Math.sin(0.3), 12);
    expect(grad(grad(grad(f)))(x).item()).toBeCloseTo(-Math.cos(0.3), 12);
  });
  test("perturbation confusion", () => {
    // d/dx [ x * d/dy (x + y) ] = 1
    const one = tensor(1);
    const f = (x: Tensor): Tensor => mul(x, jvp((y: Tensor) => add(x, y), [one], [one])[1]);
    expect(jvp(f, [tensor(1)], [one])[1].item()).toBe(1);
    expect(grad(f)(one).item()).toBe(1);
    const g = (x: Tensor): Tensor => mul(x, grad((y: Tensor) => mul(x, y))(one));
    expect(grad(g)(tensor(3)).item()).toBe(6);
  });
  test("aux, checkpoint, jacobian, hessian", () => {
    const w = tensor([
      [1, 2],
      [3, 4],
    ]);
    const f = (x: Tensor): Tensor => tanh(matmul(x, w));
    const x = tensor([[0.1, -0.2]]);
    const [[loss, aux], g] = valueAndGrad((y: Tensor) => [sum(f(y)), mul(y, 2)] as const, { hasAux: true })(
      x,
    );
    expect(aux.toArray()).toEqual(mul(x, 2).toArray());
    expect(loss.rank).toBe(0);
    const h = grad((y: Tensor) => sum(checkpoint((z: Tensor) => f(z))(y)))(x);
    expect(h.toArray()).toEqual(g.toArray());
    const gw = (c: boolean) =>
      grad((v: Tensor) => {
        const k = (z: Tensor): Tensor => softplus(matmul(z, v));
        return sum((c ? checkpoint(k) : k)(x));
      })(w);
    expect(gw(true).toArray()).toEqual(gw(false).toArray());
    const j = jacobian((y: Tensor) => f(y), { mode: "forward" })(x);
    const k = jacobian((y: Tensor) => f(y), { mode: "reverse" })(x);
    expect(j.shape).toEqual([1, 2, 1, 2]);
    expect(j.toArray()).toEqual(k.toArray());
    const hess = hessian((y: Tensor) => sum(exp(y)))(tensor([0, 1]));
    expect(hess.toArray()).toEqual([
      [1, 0],
      [0, Math.fround(Math.E)],
    ]);
    expect(hvp((y: Tensor) => sum(exp(y)), [tensor([0, 1])], [tensor([1, 1])])[0].toArray()).toEqual(
      exp(tensor([0, 1])).toArray(),
    );
    expect(String(capture((y: Tensor) => grad((z: Tensor) => sum(f(z)))(y))(x))).toMatchInlineSnapshot(`
      "inputs a: [1, 2]
      c: [2, 2] = constant
      i: [1, 2] = constant
      b: [1, 2] = matmul{transposeX: false, transposeY: false} a c
      d: [1, 2] = tanh b
      e: [1, 1] = sumTo{shape: [1,1]} d
      f: [] = reshape{shape: []} e
      g: [1, 2] = sechSquared b
      h: [1, 2] = mul g i
      j: [1, 2] = matmul{transposeX: false, transposeY: true} h c
      outputs j"
    `);
  });
});
