import { describe, expect, test } from "vitest";
import {
  add,
  checkpoint,
  compile,
  concat,
  div,
  grad,
  gradientAndCurvature,
  greater,
  hessian,
  hvp,
  js,
  less,
  log,
  max,
  maximum,
  minimum,
  mul,
  norm,
  onesLike,
  pow,
  relu,
  slice,
  softmax,
  sqrt,
  square,
  stack,
  sum,
  type Tensor,
  take,
  tensor,
  wasm,
  where,
  zerosLike,
} from "../../src/index.ts";
import { expectTensorsNear } from "../support/closeness.ts";
import { applied, hardArguments, hardSubjects } from "../support/hardArguments.ts";

const double = (values: readonly number[]): Tensor => tensor([...values], { dtype: "float64" });

type Inputs = readonly Tensor[];

describe.each(hardSubjects)("$name, at hard arguments of a branch", (subject) => {
  const x: Inputs = hardArguments(subject).map(double);
  const first = x[0] ?? double([]);
  const chosenWhere = (condition: Tensor) => (y: Inputs) =>
    sum(where(condition, applied(subject)(...y), zerosLike(first)));

  test("that was not chosen has no part in derivatives of first and second order", () => {
    const never = chosenWhere(zerosLike(first));
    const slope = (y: Inputs): Tensor =>
      grad(never)(y)
        .map((part) => sum(part))
        .reduce(add);
    const parts = [grad(never)(x), grad(slope)(x), hvp<[Inputs]>(never, [x], [x.map(onesLike)])[0]].flat();
    expect(parts.map(({ data }) => data.findIndex((value) => value !== 0))).toEqual(parts.map(() => -1));
  });

  test("that was chosen has every part, infinite and undefined ones too", () => {
    const expected = grad((y: Inputs) => sum(applied(subject)(...y)))(x);
    grad(chosenWhere(onesLike(first)))(x).forEach((part, i) => {
      expect(part.data).toEqual(expected[i]?.data);
    });
  });
});

/** Functions of a vector with an infinite derivative behind a choice, and the gradients and Hessians that they have. */
const behindChoices: Readonly<
  Record<string, readonly [f: (x: Tensor) => Tensor, at: number[], gradient: number[], curvature: number[][]]>
> = {
  "where, a square root": [
    (x) => sum(where(less(x, 1), x, sqrt(x))),
    [0, 4],
    [1, 0.25],
    [
      [0, 0],
      [0, -1 / 32],
    ],
  ],
  "where, a product": [
    (x) => sum(where(greater(x, 0), mul(x, log(x)), 0)),
    [0, 1],
    [0, 1],
    [
      [0, 0],
      [0, 1],
    ],
  ],
  "where, a quotient": [
    (x) => sum(where(greater(x, 0), div(1, x), x)),
    [0, 1],
    [1, -1],
    [
      [0, 0],
      [0, 2],
    ],
  ],
  "where, a power": [
    (x) => sum(where(less(x, 1), x, pow(x, 0.5))),
    [0, 4],
    [1, 0.25],
    [
      [0, 0],
      [0, -1 / 32],
    ],
  ],
  "where, a norm": [
    (x) => where(greater(sum(x), 0), norm(x), sum(x)),
    [0, 0],
    [1, 1],
    [
      [0, 0],
      [0, 0],
    ],
  ],
  "where, a chain of several steps": [
    (x) => sum(where(less(x, 1), x, log(sqrt(mul(2, x))))),
    [0, 4],
    [1, 0.125],
    [
      [0, 0],
      [0, -1 / 32],
    ],
  ],
  "where within where": [
    (x) => sum(where(less(x, 1), x, where(less(x, 2), sqrt(x), log(x)))),
    [0, 4],
    [1, 0.25],
    [
      [0, 0],
      [0, -1 / 16],
    ],
  ],
  "where, under a reduction": [
    (x) => where(less(sum(x), 1), sum(x), sum(sqrt(x))),
    [0, 0],
    [1, 1],
    [
      [0, 0],
      [0, 0],
    ],
  ],
  "where, recomputed": [
    (x) => sum(where(less(x, 1), x, checkpoint((y: Tensor) => sqrt(y))(x))),
    [0, 4],
    [1, 0.25],
    [
      [0, 0],
      [0, -1 / 32],
    ],
  ],
  "maximum, a length": [
    (x) => maximum(sqrt(sum(square(x))), 1e-10),
    [0, 0],
    [0, 0],
    [
      [0, 0],
      [0, 0],
    ],
  ],
  "minimum, a logarithm": [
    (x) => sum(minimum(log(x), -9)),
    [1, 1],
    [0, 0],
    [
      [0, 0],
      [0, 0],
    ],
  ],
  "maximum, a logarithm": [
    (x) => sum(maximum(log(x), -1)),
    [0, 1],
    [0, 1],
    [
      [0, 0],
      [0, -1],
    ],
  ],
  "relu, behind an infinite slope": [
    (x) => sum(sqrt(relu(x))),
    [-1, 4],
    [0, 0.25],
    [
      [0, 0],
      [0, -1 / 32],
    ],
  ],
  "relu, of an infinite slope": [
    (x) => sum(relu(log(x))),
    [0, 2],
    [0, 0.5],
    [
      [0, 0],
      [0, -0.25],
    ],
  ],
  "max of square roots": [
    (x) => max(sqrt(x)),
    [0, 4],
    [0, 0.25],
    [
      [0, 0],
      [0, -1 / 32],
    ],
  ],
  "a square root of max": [
    (x) => sqrt(max(concat([x, relu(x)]))),
    [-1, 4],
    [0, 0.25],
    [
      [0, 0],
      [0, 0],
    ],
  ],
  "a slice of square roots": [
    (x) => sum(slice(sqrt(x), [1], [2])),
    [0, 4],
    [0, 0.25],
    [
      [0, 0],
      [0, -1 / 32],
    ],
  ],
  "one row of square roots": [
    (x) => sum(take(sqrt(x), [1])),
    [0, 4],
    [0, 0.25],
    [
      [0, 0],
      [0, -1 / 32],
    ],
  ],
  "a value behind two choices": [
    (x) => {
      const root = sqrt(x);
      return add(sum(where(less(x, 1), root, 0)), sum(where(less(x, 1), 0, mul(3, root))));
    },
    [0.25, 4],
    [1, 0.75],
    [
      [-2, 0],
      [0, -3 / 32],
    ],
  ],
  "a value behind a choice and without": [
    (x) => {
      const root = sqrt(x);
      return add(sum(where(less(x, 1), 0, root)), sum(root));
    },
    [0.25, 4],
    [1, 0.5],
    [
      [-2, 0],
      [0, -1 / 16],
    ],
  ],
  "softmax of what is left": [
    (x) => sum(where(less(x, 1), x, slice(softmax(log(concat([x, x]))), [0], [2]))),
    [0, 0],
    [1, 1],
    [
      [0, 0],
      [0, 0],
    ],
  ],
};

describe.each(Object.entries(behindChoices))("%s", (name, [f, at, gradient, curvature]) => {
  const x = double(at);

  test("has the gradient of what was chosen, eager and compiled", () => {
    expectTensorsNear(grad(f)(x), double(gradient), 1e-15, "eager");
    expectTensorsNear(compile(grad(f), { backend: js })(x), double(gradient), 1e-15, "compiled");
    expectTensorsNear(compile(grad(f), { backend: wasm() })(tensor(at)), tensor(gradient), 1e-7, "in wasm");
  });

  // A tie has no second derivative.
  test.skipIf(name === "a square root of max")("and its second derivatives, in every order of modes", () => {
    const expected = tensor(curvature, { dtype: "float64" });
    expectTensorsNear(hessian(f)(x), expected, 1e-15, "the Hessian");
    const byReverse = at.map((_, i) => grad((y: Tensor) => sum(slice(grad(f)(y), [i], [i + 1])))(x));
    expectTensorsNear(stack(byReverse), expected, 1e-15, "by reverse over reverse");
  });
});

describe("what was chosen keeps what is undefined in it", () => {
  test("0·∞ that no choice made", () => {
    // √x² is x, and has derivative 1 at 0: an honest NaN, where 0 would be wrong.
    expect(grad((x: Tensor) => square(sqrt(x)))(tensor(0)).item()).toBeNaN();
    expect(grad((x: Tensor) => sum(where(less(x, 1), sqrt(square(x)), 7)))(tensor([0])).item()).toBeNaN();
  });

  test("NaN in the value, and in the cotangent", () => {
    const f = (x: Tensor): Tensor => sum(where(less(x, 1), mul(x, Number.NaN), x));
    expect(grad(f)(tensor([0, 2])).toArray()).toEqual([Number.NaN, 1]);
    const g = (x: Tensor): Tensor => mul(sum(maximum(x, 1)), Number.NaN);
    expect(grad(g)(tensor([2])).item()).toBeNaN();
  });

  test("beside a curvature taken in one sweep", () => {
    const { gradient, curvature } = gradientAndCurvature(
      (x: Tensor) => sum(where(less(x, 1), x, sqrt(x))),
      [double([0, 4])],
      [[double([1, 1])]],
    );
    expect([...gradient[0].data, curvature.item()]).toEqual([1, 0.25, -1 / 32]);
  });
});
