import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  grad,
  jvp,
  logSumExp,
  matmul,
  mean,
  mul,
  norm,
  type Program,
  sin,
  softmax,
  softplus,
  square,
  sum,
  type Tensor,
  tanh,
  valueAndGrad,
  variance,
  zeros,
} from "../src/index.ts";

// What derivatives cost: programs as they are recorded, before anything simplifies them. A rule that grows shows.

const x = zeros([8, 2]);
const v = zeros([8, 2]);
const parameters = { w: zeros([2, 3]), b: zeros([3]) };
type Layer = typeof parameters;
const layer = ({ w, b }: Layer, y: Tensor): Tensor => softplus(add(matmul(y, w), b));

describe("the program of", () => {
  test("the gradient of a layer's loss", () => {
    const loss = (p: Layer, y: Tensor): Tensor => mean(square(layer(p, y)));
    const program = capture((p: Layer, y: Tensor) => valueAndGrad(loss)(p, y))(parameters, x);
    expect(String(program)).toMatchInlineSnapshot(`
      "inputs a: [3], b: [2, 3], c: [8, 2]
      l: [] = constant 24
      n: [8, 3] = constant
      p: [8, 3] = constant
      d: [8, 3] = matmul{transposeX: false, transposeY: false} c b
      e: [8, 3] = broadcastTo{shape: [8,3]} a
      f: [8, 3] = add d e
      g: [8, 3] = softplus f
      h: [8, 3] = square g
      i: [1, 1] = sumTo{shape: [1,1]} h
      j: [] = reshape{shape: []} i
      k: [] = div j l
      m: [8, 3] = mul n g
      o: [8, 3] = mul m p
      q: [8, 3] = sigmoid f
      r: [8, 3] = mul q o
      s: [3] = sumTo{shape: [3]} r
      t: [2, 3] = matmul{transposeX: true, transposeY: false} c r
      outputs k, s, t"
    `);
  });

  test("the directional derivative of a layer", () => {
    const program = capture((y: Tensor, t: Tensor) => jvp((z: Tensor) => layer(parameters, z), [y], [t])[1])(
      x,
      v,
    );
    expect(String(program)).toMatchInlineSnapshot(`
      "inputs a: [8, 2], b: [8, 2]
      d: [2, 3] = constant
      g: [8, 3] = constant
      c: [8, 3] = matmul{transposeX: false, transposeY: false} a d
      e: [8, 3] = matmul{transposeX: false, transposeY: false} b d
      f: [8, 3] = add c g
      h: [8, 3] = softplus f
      i: [8, 3] = sigmoid f
      j: [8, 3] = mul i e
      outputs j"
    `);
  });

  test("the gradient of a directional derivative, as in sliced score matching", () => {
    const slice = (p: Layer, y: Tensor, t: Tensor): Tensor => {
      const [value, tangent] = jvp((z: Tensor) => tanh(matmul(z, p.w)), [y], [t]);
      return add(sum(tangent), mul(0.5, sum(square(value))));
    };
    const program = capture((p: Layer, y: Tensor, t: Tensor) => grad(slice)(p, y, t).w)(parameters, x, v);
    expect(String(program)).toMatchInlineSnapshot(`
      "inputs a: [3], b: [2, 3], c: [8, 2], d: [8, 2]
      p: [] = constant 0.5
      s: [8, 3] = constant
      u: [8, 3] = constant
      w: [8, 3] = constant
      ab: [8, 3] = constant
      e: [8, 3] = matmul{transposeX: false, transposeY: false} c b
      f: [8, 3] = matmul{transposeX: false, transposeY: false} d b
      g: [8, 3] = tanh e
      h: [8, 3] = sechSquared e
      i: [8, 3] = mul h f
      j: [1, 1] = sumTo{shape: [1,1]} i
      k: [] = reshape{shape: []} j
      l: [8, 3] = square g
      m: [1, 1] = sumTo{shape: [1,1]} l
      n: [] = reshape{shape: []} m
      o: [] = mul p n
      q: [] = add k o
      r: [8, 3] = mul s g
      t: [8, 3] = mul r u
      v: [8, 3] = mul w f
      x: [8, 3] = mul h w
      y: [8, 3] = tanh e
      z: [8, 3] = mul h y
      aa: [8, 3] = mul ab z
      ac: [8, 3] = mul aa v
      ad: [8, 3] = sechSquared e
      ae: [8, 3] = mul ad t
      af: [8, 3] = add ac ae
      ag: [2, 3] = matmul{transposeX: true, transposeY: false} d x
      ah: [2, 3] = matmul{transposeX: true, transposeY: false} c af
      ai: [2, 3] = add ag ah
      outputs ai"
    `);
  });

  test("the gradient of a norm", () => {
    const program = capture((y: Tensor) => grad((z: Tensor) => sum(norm(z, { axis: 1 })))(y))(x);
    expect(String(program)).toMatchInlineSnapshot(`
      "inputs a: [8, 2]
      h: [8, 2] = constant
      b: [8, 1] = norm{axes: [1]} a
      c: [8] = reshape{shape: [8]} b
      d: [1] = sumTo{shape: [1]} c
      e: [] = reshape{shape: []} d
      f: [8, 2] = unit{axes: [1]} a
      g: [8, 2] = mul f h
      outputs g"
    `);
  });
});

describe("the number of equations of", () => {
  type Energy = (y: Tensor) => Tensor;
  const programs: { readonly [name: string]: (energy: Energy) => Program } = {
    value: (energy) => capture(energy)(x),
    gradient: (energy) => capture((y: Tensor) => grad(energy)(y))(x),
    directional: (energy) => capture((y: Tensor, t: Tensor) => jvp(energy, [y], [t])[1])(x, v),
    "hessian product": (energy) =>
      capture((y: Tensor, t: Tensor) => jvp((z: Tensor) => grad(energy)(z), [y], [t])[1])(x, v),
    "third derivative": (energy) =>
      capture((y: Tensor, t: Tensor) =>
        grad((z: Tensor) => jvp((u: Tensor) => jvp(energy, [u], [t])[1], [z], [t])[1])(y),
      )(x, v),
  };
  const energies: { readonly [name: string]: Energy } = {
    sin: (y) => sum(sin(y)),
    softplus: (y) => sum(softplus(y)),
    tanh: (y) => sum(tanh(y)),
    square: (y) => sum(square(y)),
    logSumExp: (y) => sum(logSumExp(y, { axis: 1 })),
    softmax: (y) => sum(square(softmax(y))),
    norm: (y) => sum(norm(y, { axis: 1 })),
    variance: (y) => variance(y),
  };
  const counts = (energy: Energy): { [name: string]: number } =>
    Object.fromEntries(Object.entries(programs).map(([name, make]) => [name, make(energy).equations.length]));

  test("derivatives of single functions", () => {
    const table = Object.entries(energies).map(
      ([name, energy]) => `${name}: ${Object.values(counts(energy)).join(" ")}`,
    );
    expect(`functions: ${Object.keys(programs).join(", ")}\n${table.join("\n")}`).toMatchInlineSnapshot(`
      "functions: value, gradient, directional, hessian product, third derivative
      sin: 3 5 7 13 22
      softplus: 3 5 7 12 23
      tanh: 3 5 7 14 30
      square: 3 5 7 11 15
      logSumExp: 4 6 10 22 54
      softmax: 4 15 17 47 118
      norm: 4 6 10 26 75
      variance: 8 15 18 32 33"
    `);
  });

  test("a gradient grows in proportion to the depth of a network, and a third derivative too", () => {
    const depth =
      (n: number): Energy =>
      (y) => {
        let z = y;
        for (let i = 0; i < n; i++) z = tanh(z);
        return sum(z);
      };
    for (const make of Object.values(programs)) {
      const [two, four, six] = [2, 4, 6].map((n) => make(depth(n)).equations.length);
      expect((six ?? 0) - (four ?? 0)).toBe((four ?? 0) - (two ?? 0));
    }
  });
});
