import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matmul as reference } from "../src/backends/js/matmul.ts";
import {
  add,
  type Backend,
  capture,
  exp,
  grad,
  gradientAndCurvature,
  hessian,
  hvp,
  jacobian,
  jvp,
  linearize,
  matmul,
  mul,
  reshape,
  sin,
  square,
  stopGradient,
  sum,
  type Tensor,
  tanh,
  taylor,
  tensor,
  valueAndGrad,
  vjp,
  vmap,
  zeros,
} from "../src/index.ts";
import { displace } from "../src/interpret/displacement.ts";
import { directions } from "./support/arbitrary.ts";
import { expectTensorsEqual, expectTensorsNear } from "./support/closeness.ts";
import { compositions } from "./support/compositions.ts";
import type { Direction } from "./support/derivatives.ts";
import { problemOf } from "./support/problem.ts";
import { runs } from "./support/runs.ts";

const vector = (...values: number[]): Tensor => tensor(values, { dtype: "float64" });
const matrix = (...rows: number[][]): Tensor => tensor(rows, { dtype: "float64" });

const problems = fc
  .tuple(compositions("float64", { smooth: false }), directions)
  .map(([{ f, x }, supply]) => problemOf(f, x, supply));

function expectAllEqual(actual: readonly Tensor[], expected: readonly Tensor[], what: string): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((leaf, i) => {
    expectTensorsEqual(actual[i] ?? zeros([0]), leaf, `${what} ${i}`);
  });
}

describe("linearize", () => {
  test("runs the function once; every push equals the jvp, and the value is the function's", () => {
    fc.assert(
      fc.property(problems, ({ f, x, tangent }) => {
        let calls = 0;
        const counted = (y: Direction): Direction => {
          calls += 1;
          return f(y);
        };
        const [value, push] = linearize<[Direction], Direction>(counted, [x]);
        expectAllEqual(value, f(x), "value");
        for (let i = 0; i < 3; i++) {
          const v = tangent();
          const [, expected] = jvp<[Direction], Direction>((y) => f(y), [x], [v]);
          expectAllEqual(push(v), expected, "push");
        }
        expect(calls).toBe(1);
      }),
      runs(50),
    );
  });
});

describe("vjp", () => {
  test("runs the function once; its pullback can be called again, and gives the same again", () => {
    fc.assert(
      fc.property(problems, ({ f, x, cotangent }) => {
        let calls = 0;
        const [value, pull] = vjp<[Direction], Direction>(
          (y) => {
            calls += 1;
            return f(y);
          },
          [x],
        );
        expectAllEqual(value, f(x), "value");
        const [c, d] = [cotangent(), cotangent()];
        const [first] = pull(c);
        pull(d);
        expectAllEqual(pull(c)[0], first, "cotangent");
        expect(calls).toBe(1);
      }),
      runs(50),
    );
  });
});

describe("grad and valueAndGrad", () => {
  const f = (x: Tensor): Tensor => sum(mul(sin(x), x));
  const x = vector(0.3, -1.2);

  test("agree with each other and with the pullback of 1", () => {
    const [value, gradient] = valueAndGrad(f)(x);
    expectTensorsEqual(value, f(x), "value");
    expectTensorsEqual(grad(f)(x), gradient, "gradient");
    expectTensorsEqual(vjp(f, [x])[1](tensor(1, { dtype: "float64" }))[0], gradient, "pullback of 1");
  });

  test("keep the structure of the first argument, and pass the others on", () => {
    const parameters = { layers: [{ w: matrix([1, 2], [3, 4]), b: vector(1, 1) }], scale: vector(2) };
    const loss = (p: typeof parameters, y: Tensor, factor: number): Tensor => {
      const [layer] = p.layers;
      return layer ? sum(mul(factor, mul(p.scale, add(matmul(y, layer.w), layer.b)))) : sum(y);
    };
    const gradient = grad(loss)(parameters, matrix([1, 10]), 3);
    expect(gradient.layers[0]?.w.toArray()).toEqual([
      [6, 6],
      [60, 60],
    ]);
    expect(gradient.layers[0]?.b.toArray()).toEqual([6, 6]);
    expect(gradient.scale.toArray()).toEqual([3 * (31 + 1 + 42 + 1)]);
  });

  test("give zeros where the function does not depend on the argument", () => {
    const [, gradient] = valueAndGrad((p: { used: Tensor; unused: Tensor }) => sum(p.used))({
      used: x,
      unused: matrix([1, 2]),
    });
    expectTensorsEqual(gradient.unused, zeros([1, 2], { dtype: "float64" }), "unused");
    expectTensorsEqual(
      grad((_unused: Tensor) => tensor(1, { dtype: "float64" }))(x),
      zeros([2], { dtype: "float64" }),
      "constant",
    );
  });

  test("sum over all uses of an argument", () => {
    expect(grad((y: Tensor) => sum(add(y, y)))(x).toArray()).toEqual([2, 2]);
    expect(grad((p: Tensor[]) => sum(mul(p[0] ?? 1, p[1] ?? 1)))([x, x]).map((g) => g.toArray())).toEqual([
      [0.3, -1.2],
      [0.3, -1.2],
    ]);
  });

  test("with hasAux hand the second result back undifferentiated, as plain values", () => {
    const withAux = (y: Tensor) => [f(y), { doubled: mul(2, y), same: y }] as const;
    const [[value, aux], gradient] = valueAndGrad(withAux, { hasAux: true })(x);
    expectTensorsEqual(value, f(x), "value");
    expectTensorsEqual(gradient, grad(f)(x), "gradient");
    expectTensorsEqual(aux.doubled, mul(2, x), "aux");
    expect(aux.same).toBe(x);
    expect(add(aux.doubled, 1).toArray()).toEqual([1.6, -1.4]);
  });
});

test("a function of 100,000 ops is differentiated without a deep stack", () => {
  const f = (x: Tensor): Tensor => {
    let y = x;
    for (let i = 0; i < 100_000; i++) y = add(y, x);
    return y;
  };
  expect(grad(f)(tensor(1)).item()).toBe(100_001);
  expect(linearize(f, [tensor(1)])[1](tensor(2)).item()).toBe(200_002);
});

describe("jvp", () => {
  test("takes and returns trees, one tangent per argument", () => {
    const f = (p: { a: Tensor }, [b]: readonly [Tensor]) => ({ product: mul(p.a, b), second: [b] as const });
    const [value, tangent] = jvp(f, [{ a: vector(2) }, [vector(5)]], [{ a: vector(1) }, [vector(10)]]);
    expect(value.product.toArray()).toEqual([10]);
    expect(tangent.product.toArray()).toEqual([1 * 5 + 2 * 10]);
    expect(tangent.second[0].toArray()).toEqual([10]);
  });
});

test("stopGradient makes a constant of its argument, in every mode", () => {
  const f = (x: Tensor): Tensor => sum(mul(x, stopGradient(x)));
  const x = vector(3, 5);
  expect(f(x).item()).toBe(34);
  expect(grad(f)(x).toArray()).toEqual([3, 5]);
  expect(jvp(f, [x], [vector(1, 0)])[1].item()).toBe(3);
  expect(grad((y: Tensor) => jvp(f, [y], [vector(1, 1)])[1])(x).toArray()).toEqual([0, 0]);
});

describe("jacobian, hessian and hvp", () => {
  const w = matrix([1, -2, 0.5], [0.25, 3, -1]);
  const f = (x: Tensor): Tensor => tanh(matmul(mul(x, x), w));
  const x = matrix([0.3, -0.4]);

  test.each(["forward", "reverse", "auto"] as const)("jacobian in %s mode holds ∂f[i]/∂x[j]", (mode) => {
    const j = jacobian(f, { mode })(x);
    expect(j.shape).toEqual([1, 3, 1, 2]);
    const slopes = f(x).data.map((y) => 1 - y * y);
    const expected = [0, 1, 2].flatMap((i) =>
      [0, 1].map((k) => (slopes[i] ?? 0) * (w.data[k * 3 + i] ?? 0) * 2 * (x.data[k] ?? 0)),
    );
    expectTensorsNear(j, tensor(expected, { shape: [1, 3, 1, 2], dtype: "float64" }), 1e-14, "jacobian");
  });

  test.each([
    [2, 9],
    [9, 2],
    [5, 5],
  ])(
    "jacobian of %i numbers to %i passes through the function once for each direction of its mode, by default of the cheaper one",
    (inputs, outputs) => {
      const weights = tensor(new Float32Array(inputs * outputs).fill(0.1), { shape: [inputs, outputs] });
      const g = (y: Tensor): Tensor => sin(matmul(square(y), weights));
      const x = tensor(new Float32Array(inputs).fill(0.3), { shape: [1, inputs] });
      const products = (mode: "forward" | "reverse" | "auto"): number =>
        capture(jacobian(g, { mode }))(x).equations.filter(({ op }) => op === "matmul").length;
      // One pass through the function, and one more for each direction.
      expect(products("forward")).toBe(1 + inputs);
      expect(products("reverse")).toBe(1 + outputs);
      expect(products("auto")).toBe(1 + Math.min(inputs, outputs));
    },
  );

  test("jacobian and hessian are with vmap what they are without, in one push or pull for all", () => {
    const w = tensor([0.5, -1, 2, 1, 0.25, -0.75], { shape: [2, 3] });
    const f = (x: Tensor): Tensor => tanh(matmul(w, reshape(sin(x), [3, 1])));
    const x = tensor([1, 2, -1]);
    for (const mode of ["forward", "reverse"] as const) {
      const [alone, together] = [jacobian(f, { mode }), jacobian(f, { mode, vmap })];
      expectTensorsNear(together(x), alone(x), 1e-6, mode);
      const products = (g: (y: Tensor) => Tensor): number =>
        capture(g)(x).equations.filter(({ op }) => op === "matmul").length;
      expect([products(alone), products(together)]).toEqual([mode === "forward" ? 4 : 3, 2]);
    }
    const energy = (y: Tensor): Tensor => sum(square(f(y)));
    expectTensorsNear(hessian(energy, { vmap })(x), hessian(energy)(x), 1e-5, "hessian");
  });

  test("jacobian of empty arguments and empty results is empty", () => {
    const nothing = zeros([0]);
    const fromNothing = (): Tensor => tensor([1, 2, 3]);
    const toNothing = (): Tensor => nothing;
    for (const mode of ["forward", "reverse", "auto"] as const) {
      expect(jacobian(fromNothing, { mode })(nothing).shape).toEqual([3, 0]);
      expect(jacobian(toNothing, { mode })(tensor([1, 2])).shape).toEqual([0, 2]);
    }
  });

  test("hessian is symmetric, and its product with a direction is the hvp", () => {
    const energy = (y: Tensor): Tensor => sum(exp(f(y)));
    const h = hessian(energy)(x);
    expect(h.shape).toEqual([1, 2, 1, 2]);
    const [a = 0, b = 0, c = 0, d = 0] = h.data;
    expect(b).toBeCloseTo(c, 12);
    const [product] = hvp(energy, [x], [matrix([2, -3])]);
    expectTensorsNear(product, matrix([2 * a - 3 * b, 2 * c - 3 * d]), 1e-12, "hvp");
  });

  test("hvp takes one tangent per argument, with the mixed blocks", () => {
    const product = (a: Tensor, b: Tensor): Tensor => sum(mul(mul(a, a), b));
    const [first, second] = hvp(product, [vector(3), vector(5)], [vector(1), vector(10)]);
    expect(first.toArray()).toEqual([2 * 5 * 1 + 2 * 3 * 10]);
    expect(second.toArray()).toEqual([2 * 3 * 1]);
  });
});

describe("capture", () => {
  test("keeps inputs that are unused, results that are inputs, and constants", () => {
    const outside = vector(7);
    const program = capture((_unused: Tensor, b: Tensor) => [b, outside, mul(b, outside)])(
      vector(1),
      vector(2),
    );
    expect(program.replay([vector(1), vector(3)]).map((x) => x.toArray())).toEqual([[3], [7], [21]]);
    expect(program.replay([vector(1), vector(3)], [vector(10)]).map((x) => x.toArray())).toEqual([
      [3],
      [10],
      [30],
    ]);
  });

  test("sees through the transforms inside", () => {
    const f = (x: Tensor): Tensor => grad((y: Tensor) => sum(mul(sin(y), stopGradient(y))))(x);
    const x = vector(0.5, -0.25);
    const [replayed] = capture(f)(x).replay([x]);
    expectTensorsEqual(replayed ?? zeros([0]), f(x), "gradient");
  });

  test("is itself transparent to the transforms outside: a replay can be differentiated", () => {
    const f = (x: Tensor): Tensor => sum(mul(sin(x), x));
    const x = vector(0.5, -0.25);
    const program = capture(f)(x);
    const replay = (y: Tensor): Tensor => program.replay([y])[0] ?? y;
    expectTensorsEqual(grad(replay)(x), grad(f)(x), "gradient");
  });
});

describe("taylor and gradientAndCurvature", () => {
  test("carry one stream per direction, and two more: nothing is computed twice", () => {
    let products = 0;
    const backend: Backend = {
      name: "counting",
      matmul(...call) {
        products += 1;
        reference(...call);
      },
    };
    const on = (x: Tensor): Tensor => tensor(x.data, { shape: x.shape, backend });
    const [W1, W2] = [on(matrix([1, 2], [3, 4])), on(matrix([1, -1], [2, 0.5]))];
    const f = (x: Tensor): Tensor => matmul(exp(matmul(x, W1)), W2);
    const x = matrix([0.1, 0.2]);
    for (const m of [0, 1, 3]) {
      const directions = Array.from({ length: m }, (_, i): [Tensor] => [matrix([i + 1, 2])]);
      products = 0;
      taylor(f, [x], directions);
      // The second derivative begins at the exponential, after the first product.
      expect(products).toBe(m === 0 ? 2 : m + 1 + (m + 2));
      products = 0;
      gradientAndCurvature((y: Tensor) => sum(f(y)), [x], directions);
      expect(products).toBe(2 * (m + 2));
    }
  });

  test("a displaced value is the value, and its derivative in time the displacement, in both modes", () => {
    const [y, s, zero, one] = [
      vector(1, 2),
      vector(3, -4),
      tensor(0, { dtype: "float64" }),
      tensor(1, { dtype: "float64" }),
    ];
    const [value, velocity] = jvp((t: Tensor) => displace(y, t, s), [zero], [one]);
    expect([value, velocity].map(({ data }) => [...data])).toEqual([
      [1, 2],
      [3, -4],
    ]);
    const [, both] = jvp((x: Tensor, t: Tensor) => displace(x, t, s), [y, zero], [vector(10, 20), one]);
    expect([...both.data]).toEqual([13, 16]);
    expect(grad((t: Tensor) => sum(square(displace(y, t, s))))(zero).item()).toBe(2 * (3 - 8));
  });

  test("gradientAndCurvature refuses what is not a scalar", () => {
    const x = vector(1, 2);
    expect(() => gradientAndCurvature(sin, [x], [[x]])).toThrow(
      "gradientAndCurvature: the function returned shape [2], not a scalar",
    );
    expect(() => gradientAndCurvature((y: Tensor) => sum(y), [x], [[vector(1)]])).toThrow(
      "gradientAndCurvature: tangent 0 is [1] float64, its value is [2]",
    );
  });

  test("takes and returns trees, and zeros where nothing depends on the direction", () => {
    const x = { a: vector(1, 2), b: vector(3, 4) };
    const { value, first, second } = taylor(
      (p: typeof x) => ({ product: mul(p.a, p.b), constant: vector(5) }),
      [x],
      [[{ a: vector(1, 0), b: vector(0, 1) }], [{ a: vector(1, 1), b: vector(2, 2) }]],
    );
    expect([...value.product.data]).toEqual([3, 8]);
    expect(first.map((slope) => [...slope.product.data])).toEqual([
      [3, 2],
      [5, 8],
    ]);
    expect([...second.product.data]).toEqual([4, 4]);
    expect([first.map((slope) => slope.constant.item()), second.constant.item()]).toEqual([[0, 0], 0]);
  });

  test("refuses directions that do not match, and tracers that escaped from it", () => {
    const x = vector(1, 2);
    expect(() => taylor(sin, [x], [[vector(1, 2, 3)]])).toThrow(
      "taylor: tangent 0 is [3] float64, its value is [2]",
    );
    let kept = x;
    taylor(
      (y: Tensor) => {
        kept = y;
        return y;
      },
      [x],
      [[x]],
    );
    expect(() => taylor((y: Tensor) => mul(y, kept), [x], [[x]])).toThrow(
      "mul: one argument is a tracer that escaped",
    );
  });
});
