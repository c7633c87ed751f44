import { describe, expect, test } from "vitest";
import {
  add,
  cos,
  exp,
  grad,
  jvp,
  linearize,
  mul,
  pow,
  sin,
  type Tensor,
  tensor,
  vjp,
} from "../src/index.ts";

/** Ways to differentiate a function of one number. */
const operators: {
  readonly [name: string]: (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor;
} = {
  jvp: (f) => (x) => jvp(f, [x], [number(1)])[1],
  grad: (f) => (x) => grad(f)(x),
  vjp: (f) => (x) => vjp(f, [x])[1](number(1))[0],
  linearize: (f) => (x) => linearize(f, [x])[1](number(1)),
};

const number = (value: number): Tensor => tensor(value, { dtype: "float64" });
const D = (name: string): ((f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor) =>
  operators[name] ??
  (() => {
    throw new Error(`no operator ${name}`);
  });

const names = Object.keys(operators);
const pairs = names.flatMap((outer) => names.map((inner) => [outer, inner] as const));
const triples = pairs.flatMap(([outer, middle]) => names.map((inner) => [outer, middle, inner] as const));

describe.each(pairs)("%s of a function that takes a %s", (outer, inner) => {
  test("d/dx (x · d/dy (x + y)) = 1", () => {
    const f = (x: Tensor): Tensor => mul(x, D(inner)((y) => add(x, y))(number(1)));
    expect(D(outer)(f)(number(1)).item()).toBe(1);
  });

  test("d/dx (x · d/dy (x · y)) = 2x", () => {
    const f = (x: Tensor): Tensor => mul(x, D(inner)((y) => mul(x, y))(number(2)));
    expect(D(outer)(f)(number(3)).item()).toBe(6);
  });

  test("d/dx (d/dy (x² y³) at y = x) = 12x³", () => {
    const f = (x: Tensor): Tensor => D(inner)((y) => mul(pow(x, 2), pow(y, 3)))(x);
    expect(D(outer)(f)(number(2)).item()).toBe(96);
  });

  test("the derivative by a shift, taken twice, is the second derivative", () => {
    const shiftedBy = (operator: string, f: (x: Tensor) => Tensor) => (x: Tensor) =>
      D(operator)((u) => f(add(x, u)))(number(0));
    expect(shiftedBy(outer, shiftedBy(inner, exp))(number(0.5)).item()).toBeCloseTo(Math.exp(0.5), 14);
  });
});

describe.each(triples)("%s of %s of %s", (outer, middle, inner) => {
  test("d/dx (x · d/dy (y · d/dz (x + y + z))) = 1", () => {
    const f = (x: Tensor): Tensor =>
      mul(x, D(middle)((y) => mul(y, D(inner)((z) => add(x, add(y, z)))(number(5))))(number(7)));
    expect(D(outer)(f)(number(3)).item()).toBe(1);
  });

  test("d/dx (x · d/dy (y · d/dz (x y z²) at z = y) at y = x) = 24x³", () => {
    const f = (x: Tensor): Tensor =>
      mul(x, D(middle)((y) => mul(y, D(inner)((z) => mul(mul(x, y), pow(z, 2)))(y)))(x));
    expect(D(outer)(f)(number(2)).item()).toBe(192);
  });

  test("a function that ignores its innermost variable has derivative 0, whatever the outer ones do", () => {
    const f = (x: Tensor): Tensor =>
      D(middle)((y) => add(mul(x, y), D(inner)(() => mul(x, y))(number(4))))(number(5));
    expect(D(outer)(f)(number(3)).item()).toBe(1);
  });
});

describe("directions may depend on what is differentiated", () => {
  const derivative = (x: number): number => Math.cos(x) - x * Math.sin(x);

  test.each(names)("%s of x ↦ jvp(sin, x, x) is (x cos x)'", (outer) => {
    const f = (x: Tensor): Tensor => jvp(sin, [x], [x])[1];
    expect(D(outer)(f)(number(0.7)).item()).toBeCloseTo(derivative(0.7), 14);
  });

  test.each(names)("%s of x ↦ a pullback of sin at x, applied to x", (outer) => {
    const f = (x: Tensor): Tensor => vjp((y: Tensor) => sin(y), [x])[1](x)[0];
    expect(D(outer)(f)(number(0.7)).item()).toBeCloseTo(derivative(0.7), 14);
  });

  test.each(names)("%s through a pushforward that was made outside is linear", (outer) => {
    const [, push] = linearize(sin, [number(0.7)]);
    expect(D(outer)((t) => mul(t, push(t)))(number(3)).item()).toBeCloseTo(6 * Math.cos(0.7), 14);
  });

  test.each(names)("%s through a pullback that was made outside is linear", (outer) => {
    const [, pull] = vjp((x: Tensor) => cos(sin(x)), [number(0.7)]);
    const slope = -Math.sin(Math.sin(0.7)) * Math.cos(0.7);
    expect(D(outer)((c) => pull(c)[0])(number(3)).item()).toBeCloseTo(slope, 14);
  });
});
