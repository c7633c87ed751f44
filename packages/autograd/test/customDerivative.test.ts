import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  checkGradients,
  checkpoint,
  clamp,
  compile,
  customDerivative,
  dot,
  exp,
  grad,
  greater,
  hessian,
  hvp,
  js,
  jvp,
  log,
  mul,
  ShapeError,
  scan,
  sigmoid,
  sin,
  softplus,
  square,
  stack,
  sum,
  type Tensor,
  tensor,
  tree,
  vjp,
  vmap,
  where,
  zeros,
} from "../src/index.ts";
import { expectTensorsEqual, expectTensorsNear } from "./support/closeness.ts";
import { directional, words } from "./support/derivatives.ts";
import { expectError } from "./support/errors.ts";

const x = tensor([-3, 0.5, 2], { dtype: "float64" });
const v = tensor([1, -2, 0.5], { dtype: "float64" });

/** log(1 + eˣ) in a form whose own derivative does not exist for large x. */
const plain = (y: Tensor): Tensor => log(add(1, exp(y)));
const pushed = customDerivative(plain, { jvp: ([y], [t]) => mul(sigmoid(y), t) });
const pulled = customDerivative(plain, { vjp: ([y], c) => [mul(sigmoid(y), c)] });

describe.each([
  ["jvp", pushed],
  ["vjp", pulled],
])("log(1 + eˣ) with a %s", (_, log1pexp) => {
  const energy = (f: (y: Tensor) => Tensor) => (y: Tensor) => sum(mul(square(f(y)), sin(y)));

  test("has the function's value, and the rule's derivative where the function's own is none", () => {
    const large = tensor([100, 800], { dtype: "float64" });
    expectTensorsEqual(log1pexp(x), plain(x), "value");
    const slope = (f: (y: Tensor) => Tensor): Tensor => grad((y: Tensor) => sum(f(y)))(large);
    expect(Array.from(slope(plain).data, Number.isNaN)).toEqual([false, true]);
    expect(slope(log1pexp).toArray()).toEqual([1, 1]);
    expect(jvp(log1pexp, [large], [tensor([2, 3], { dtype: "float64" })])[1].toArray()).toEqual([2, 3]);
  });

  test("is right to the third order, in every nesting of modes", () => {
    for (const word of [1, 2, 3].flatMap(words)) {
      const along = word.map(() => [v]);
      const [actual, expected] = [log1pexp, softplus].map((f) =>
        directional(([y = x]) => energy(f)(y), word, along)([x]).item(),
      );
      expect(actual, word.join("")).toBeCloseTo(expected ?? Number.NaN, 9);
    }
    checkGradients(log1pexp, [x], { order: 3 });
    expectTensorsNear(hvp(energy(log1pexp), [x], [v])[0], hvp(energy(softplus), [x], [v])[0], 1e-12, "hvp");
    expectTensorsNear(hessian(energy(log1pexp))(x), hessian(energy(softplus))(x), 1e-12, "hessian");
  });

  test("keeps its rule inside and around vmap, compile, checkpoint and scan", () => {
    const large = tensor(
      [
        [1, 800],
        [800, 2],
        [3, 4],
      ],
      { dtype: "float64" },
    );
    const expected = sigmoid(large);
    const slope = (y: Tensor): Tensor => grad((z: Tensor) => sum(log1pexp(z)))(y);
    const ways: Record<string, (y: Tensor) => Tensor> = {
      "vmap of grad": vmap(slope),
      "grad of vmap": grad((y: Tensor) => sum(vmap(log1pexp, { in: 1, out: 1 })(y))),
      compiled: compile(slope, { backend: js }),
      "grad of compiled": grad((y: Tensor) => sum(compile(log1pexp, { backend: js })(y))),
      checkpoint: grad((y: Tensor) => sum(checkpoint((z: Tensor) => log1pexp(z))(y))),
      scan: grad(
        (y: Tensor) =>
          scan(
            (c: Tensor, z: Tensor) => [add(c, sum(log1pexp(z))), []] as const,
            tensor(0, { dtype: "float64" }),
            y,
          )[0],
      ),
      "vmap of scan": (y) =>
        vmap(
          grad(
            (z: Tensor) =>
              scan(
                (c: Tensor, u: Tensor) => [add(c, log1pexp(u)), []] as const,
                tensor(0, { dtype: "float64" }),
                z,
              )[0],
          ),
        )(y),
    };
    for (const [name, way] of Object.entries(ways)) expectTensorsNear(way(large), expected, 1e-12, name);
  });
});

test("a gradient is clipped on its way back, and forward mode has what the rule is at 0", () => {
  const clipped = customDerivative((y: Tensor) => y, { vjp: (_, c) => [clamp(c, -1, 1)] });
  const loss = (y: Tensor): Tensor => sum(mul(square(clipped(y)), 2));
  expect(grad(loss)(x).toArray()).toEqual([-1, 1, 1]);
  expect(jvp(clipped, [x], [v])[1].toArray()).toEqual([1, -2, 0.5]);
  expect(vmap(grad(loss))(stack([x, x])).toArray()).toEqual([
    [-1, 1, 1],
    [-1, 1, 1],
  ]);
});

test("a rounding passes gradients straight through", () => {
  const step = (y: Tensor): Tensor => where(greater(y, 0), 1, -1);
  const through = customDerivative(step, { jvp: (_, [t]) => t });
  expect(through(x).toArray()).toEqual([-1, 1, 1]);
  expect(grad((y: Tensor) => sum(mul(square(through(y)), v)))(x).toArray()).toEqual([-2, -4, 1]);
});

test("takes and returns trees, and a rule gets the result", () => {
  const f = ({ a, b }: { a: Tensor; b: Tensor[] }, c: Tensor): { sum: Tensor; product: Tensor[] } => ({
    sum: add(a, c),
    product: b.map((y) => mul(y, exp(c))),
  });
  const custom = customDerivative(f, {
    vjp: ([{ b }, c], { sum: s, product }, output) => [
      { a: sum(s), b: product.map((p) => mul(p, exp(c))) },
      product.reduce((total, p, i) => add(total, mul(p, output.product[i] ?? b[i] ?? 0)), s),
    ],
  });
  const point: Parameters<typeof f> = [{ a: tensor(1), b: [tensor([2, 3])] }, tensor([0.5, -1])];
  const [value, pull] = vjp(f, point);
  const [again, pullAgain] = vjp(custom, point);
  expect(JSON.stringify(again)).toBe(JSON.stringify(value));
  const cotangent = { sum: tensor([1, -2]), product: [tensor([0.5, 3])] };
  const [actual, expected] = [pullAgain, pull].map((back) => tree.leaves(back(cotangent)));
  expected?.forEach((leaf, i) => {
    expectTensorsNear(actual?.[i] ?? zeros([]), leaf, 1e-6, `cotangent ${i}`);
  });
});

test("a rule may be the function itself, once more", () => {
  const own: (y: Tensor) => Tensor = customDerivative((y: Tensor) => exp(y), {
    jvp: ([y], [t]) => mul(own(y), t),
  });
  for (const mode of ["f", "r"] as const) {
    const third = directional(([y = x]) => sum(own(y)), [mode, "f", "r"], [[v], [v], [v]])([x]);
    expectTensorsNear(third, sum(mul(exp(x), mul(v, mul(v, v)))), 1e-12, mode);
  }
});

test("a tensor that it closes over is a constant, and an error where that is differentiated", () => {
  const scaled = (w: Tensor): Tensor =>
    sum(customDerivative((y: Tensor) => mul(y, w), { jvp: (_, [t]) => mul(t, w) })(x));
  expectTensorsNear(compile(scaled, { backend: js })(v), dot(x, v), 1e-12, "captured");
  expectTensorsNear(vmap(scaled)(stack([v, x])), stack([dot(x, v), dot(x, x)]), 1e-12, "batched");
  const parts = ["closes over a tensor [3]", "argument", "stopGradient"];
  expectError(() => grad(scaled)(v), Error, "customDerivative", parts);
  expectError(() => jvp(scaled, [v], [v]), Error, "customDerivative", parts);
});

test("is in a captured program as its equations", () => {
  expect(capture(pushed)(x).equations.map(({ op }) => op)).not.toContain("customDerivative");
});

describe("checkGradients", () => {
  test("passes what is right, also where the function's own derivative is none", () => {
    for (const rule of [
      { jvp: ([y]: [Tensor], [t]: [Tensor]) => mul(sigmoid(y), t) },
      { vjp: ([y]: [Tensor], c: Tensor): [Tensor] => [mul(sigmoid(y), c)] },
    ]) {
      const f = customDerivative(plain, { ...rule, checkGradients: true });
      grad((y: Tensor) => sum(f(y)))(tensor([0.5, 100, 800], { dtype: "float64" }));
    }
  });

  test("throws at the first call whose elements can be read, with the largest deviation and its place", () => {
    const wrong = (): ((y: Tensor, z: Tensor) => Tensor) =>
      customDerivative((y: Tensor, z: Tensor) => mul(y, z), {
        jvp: ([y, z], [s, t]) => add(mul(s, z), mul(t, where(greater(y, 1), 0, y))),
        checkGradients: true,
      });
    const parts = ["along argument 1", "at [2]", "by the rule", "largest relative deviation"];
    expectError(() => wrong()(x, v), Error, "customDerivative", parts);
    expectError(() => grad((y: Tensor) => sum(wrong()(y, v)))(x), Error, "customDerivative", parts);
    const f = wrong();
    capture(f)(x, v);
    expect(() => f(x, v)).toThrow(/deviation/);
    const back = customDerivative((y: Tensor) => square(y), {
      vjp: ([y], c) => [mul(y, c)],
      checkGradients: true,
    });
    expectError(() => back(x), Error, "customDerivative", ["the cotangent of argument 0", "by the rule"]);
  });
});

test("errors", () => {
  const f = (y: Tensor): Tensor => y;
  expectError(() => customDerivative(f, {}), TypeError, "customDerivative", ["jvp or vjp", "none"]);
  const both = { jvp: () => x, vjp: (): [Tensor] => [x] };
  expectError(() => customDerivative(f, both), TypeError, "customDerivative", ["jvp or vjp", "both"]);
  const short = customDerivative(f, { jvp: () => tensor([1]) });
  expectError(() => jvp(short, [x], [v]), ShapeError, "customDerivative", [
    "jvp",
    "[1] float32",
    "[3] float64",
  ]);
  const other = customDerivative(f, { vjp: () => [x, x] as unknown as [Tensor] });
  expectError(() => grad((y: Tensor) => sum(other(y)))(x), ShapeError, "customDerivative", ["vjp", "[*,*]"]);
});
