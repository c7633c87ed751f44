import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matmul as reference } from "../src/backends/js/matmul.ts";
import {
  add,
  type Backend,
  capture,
  concat,
  cos,
  grad,
  jacobian,
  jvp,
  mul,
  nn,
  random,
  reshape,
  slice,
  square,
  sum,
  type Tensor,
  type Tree,
  tensor,
  tree,
  zeros,
} from "../src/index.ts";
import { optimize } from "../src/program/passes/passes.ts";
import { expectTensorsEqual, expectTensorsNear } from "./support/closeness.ts";
import { scaleOf } from "./support/distance.ts";
import { runs } from "./support/runs.ts";

const float64 = { dtype: "float64" } as const;
const activations: nn.Activation[] = ["softplus", "tanh", "silu", "gelu", "sigmoid", "sin", cos];

/** A network of up to four hidden layers, its parameters with biases, and points. */
const problems = fc
  .record({
    seed: fc.nat(1_000_000),
    d: fc.integer({ min: 1, max: 8 }),
    held: fc.integer({ min: 0, max: 3 }),
    hidden: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }),
    activation: fc.constantFrom(...activations),
    n: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ seed, d, held, hidden, activation, n }) => {
    const net = nn.mlp([d + held, ...hidden, d], { activation, ...float64 });
    const params = net.init(random.key(seed)).map(({ weight, bias }, i) => ({
      weight,
      bias: random.normal(random.key(seed + i), bias.shape, float64),
    }));
    const x = random.normal(random.key(seed + 9), [n, d + held], float64);
    return { net, params, x, variables: d, rows: random.normal(random.key(seed + 10), [n], float64) };
  });

type Problem = typeof problems extends fc.Arbitrary<infer T> ? T : never;

/** Σᵢ eᵢᵀJeᵢ over the inputs that vary, by one jvp for each. */
function traceByJvps(net: Problem["net"], params: Problem["params"], x: Tensor, variables: number): Tensor {
  const [n = 0, inputs = 0] = x.shape;
  let trace = zeros([n], float64);
  for (let i = 0; i < variables; i++) {
    const direction = tensor(
      Float64Array.from({ length: n * inputs }, (_, k) => (k % inputs === i ? 1 : 0)),
      { shape: [n, inputs] },
    );
    const [, column] = jvp((y: Tensor) => net.apply(params, y), [x], [direction]);
    trace = add(trace, reshape(slice(column, [0, i], [n, i + 1]), [n]));
  }
  return trace;
}

describe("applyWithDivergence of nn.mlp", () => {
  test("is the trace of the Jacobian by one jvp for each input that varies", () => {
    fc.assert(
      fc.property(problems, ({ net, params, x, variables }) => {
        const expected = traceByJvps(net, params, x, variables);
        const [output, actual] = net.applyWithDivergence(params, x, { variables });
        expectTensorsEqual(output, net.apply(params, x), "the output");
        expectTensorsNear(actual, expected, 1e-12 * scaleOf(expected), "the divergence");
      }),
      runs(150),
    );
  });

  test("has the gradients of that trace, in the parameters and in x, to the second order", () => {
    fc.assert(
      fc.property(problems, ({ net, params, x, variables, rows }) => {
        const weighted =
          (divergence: (p: Problem["params"], y: Tensor) => Tensor) =>
          (p: Problem["params"], y: Tensor): Tensor =>
            sum(mul(rows, square(divergence(p, y))));
        const exact = weighted((p, y) => net.applyWithDivergence(p, y, { variables })[1]);
        const byJvps = weighted((p, y) => traceByJvps(net, p, y, variables));
        const gradients = (loss: typeof exact): Tensor[] => [
          ...tree.leaves(grad(loss)(params, x)),
          grad((y: Tensor) => loss(params, y))(x),
          grad((y: Tensor) => sum(square(grad((z: Tensor) => loss(params, z))(y))))(x),
        ];
        const expected = gradients(byJvps);
        gradients(exact).forEach((actual, i) => {
          const like = expected[i] ?? actual;
          expectTensorsNear(actual, like, 1e-11 * scaleOf(like), `gradient ${i}`);
        });
      }),
      runs(40),
    );
  });

  test("is one number for each row, whatever the axes before the last", () => {
    for (const hidden of [[], [3], [3, 4], [3, 2, 4]]) {
      const net = nn.mlp([2, ...hidden, 2], { activation: "tanh", ...float64 });
      const params = net.init(random.key(1));
      const x = random.normal(random.key(2), [2, 3, 2], float64);
      const divergence = (y: Tensor): Tensor => net.applyWithDivergence(params, y)[1];
      const expected = divergence(reshape(x, [6, 2]));
      expect(expected.shape).toEqual([6]);
      expectTensorsNear(divergence(x), reshape(expected, [2, 3]), 0, "rows of rows");
      const row = reshape(slice(x, [0, 0, 0], [1, 1, 2]), [2]);
      expect(divergence(row).item()).toBe(expected.data[0]);
      const J = jacobian((y: Tensor) => net.apply(params, y))(row);
      expect(divergence(row).item()).toBeCloseTo((J.data[0] ?? 0) + (J.data[3] ?? 0), 12);
    }
  });

  test("holds the inputs after the first ones fixed", () => {
    const net = nn.mlp([3, 4, 5, 2], float64);
    const params = net.init(random.key(3));
    const [x, c] = [
      random.normal(random.key(4), [4, 2], float64),
      random.normal(random.key(5), [4, 1], float64),
    ];
    const J = jacobian((y: Tensor) => sum(net.apply(params, concat([y, c], 1)), { axis: 0 }))(x);
    // ∂Σ_rows fₖ/∂x[r, i] at [k, r, i].
    const expected = [0, 1, 2, 3].map((r) => (J.data[2 * r] ?? 0) + (J.data[8 + 2 * r + 1] ?? 0));
    const [, actual] = net.applyWithDivergence(params, concat([x, c], 1), { variables: 2 });
    expectTensorsNear(actual, tensor(expected, float64), 1e-12, "the divergence");
  });

  describe("takes of products with rows", () => {
    const n = 7;
    /** The widths of what they give. */
    const productsWith = (widths: readonly number[]): number[] => {
      const found: number[] = [];
      const backend: Backend = {
        name: "counting",
        matmul(output, parameters, ...operands) {
          if (output.shape[0] === n) found.push(output.data.length / n);
          reference(output, parameters, ...operands);
        },
      };
      const net = nn.mlp(widths);
      const [inputs = 0] = widths;
      const x = tensor(random.normal(random.key(6), [n, inputs]).data, { shape: [n, inputs], backend });
      net.applyWithDivergence(net.init(random.key(7)), x);
      return found;
    };

    test.each([1, 4, 32])("none beside the network's, or one, with one or two hidden layers: d = %i", (d) => {
      expect(productsWith([d, 5, d])).toEqual([5, d]);
      expect(productsWith([d, 5, 6, d])).toEqual([5, 6, d, 6]);
    });

    test("as many in a deeper network as the narrowest place has directions", () => {
      expect(productsWith([1, 6, 6, 6, 1])).toEqual([6, 6, 6, 1, 6, 6]);
      expect(productsWith([32, 6, 6, 6, 32])).toEqual([6, 6, 6, 32, ...Array(6).fill(6)]);
      // Cut at the layer of width 2, two directions go through W₄, W₅W₁ and W₂.
      expect(productsWith([8, 6, 6, 2, 6, 8])).toEqual([6, 6, 2, 6, 8, 6, 6, 6, 6]);
    });
  });

  test("shares the forward pass and the reverse sweep of the output", () => {
    const net = nn.mlp([3, 8, 8, 3]);
    const params = net.init(random.key(8));
    const loss = (p: typeof params, y: Tensor): Tensor => {
      const [output, divergence] = net.applyWithDivergence(p, y);
      return add(sum(square(output)), sum(divergence));
    };
    const x = random.normal(random.key(9), [5, 3]);
    const products = (f: (p: typeof params, y: Tensor) => Tree): number | undefined =>
      optimize(capture(f)(params, x))
        .at(-1)
        ?.program.equations.filter(({ op }) => op === "matmul").length;
    // Three layers, W₃W₁, and the product of the slopes with the rest; the transposes of each but x·W₁ᵀ.
    expect(products(loss)).toBe(5);
    expect(products(grad(loss))).toBe(5 + 2 * 5 - 1);
  });

  test("exists only where as many inputs vary as there are outputs", () => {
    const net = nn.mlp([3, 8, 2]);
    const params = net.init(random.key(0));
    const x = zeros([1, 3]);
    expect(() => net.applyWithDivergence(params, x)).toThrow(
      "nn.mlp: applyWithDivergence: widths [3, 8, 2] have outputs: 2, inputs that vary: 3; they must be as many; " +
        "give { variables: 2 } to hold the other inputs fixed",
    );
    expect(() => net.applyWithDivergence(params, x, { variables: 1 })).toThrow(
      "outputs: 2, inputs that vary: 1",
    );
    const wide = nn.mlp([2, 8, 3]);
    expect(() => wide.applyWithDivergence(wide.init(random.key(0)), zeros([1, 2]), { variables: 3 })).toThrow(
      "nn.mlp: applyWithDivergence: widths [2, 8, 3] have outputs: 3, inputs that vary: 3; they must be as many",
    );
    const square = nn.mlp([2, 8, 2]);
    expect(() => square.applyWithDivergence(square.init(random.key(0)), x)).toThrow(
      "nn.mlp: layer 0: x [1, 3] does not fit weight [2, 8]",
    );
    expect(() => square.applyWithDivergence(params, zeros([1, 2]))).toThrow(
      "nn.mlp: layer 0: weight is [3, 8], not [2, 8]",
    );
  });
});
