import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import {
  add,
  eager,
  exp,
  full,
  grad,
  js,
  jvp,
  matmul,
  mul,
  pow,
  random,
  softplus,
  sum,
  type Tensor,
  tanh,
  tensor,
  wasmKernels,
} from "../src/index.ts";
import { bind } from "../src/op.ts";
import { opCases, subjects } from "./support/cases/index.ts";
import { materialize } from "./support/cases/opCase.ts";
import { expectTensorsEqual, expectTensorsNear } from "./support/closeness.ts";
import { scaleOf } from "./support/distance.ts";
import { registry } from "./support/registry.ts";
import { runs } from "./support/runs.ts";
import { sampleFloats, ulpError } from "./wasm/ulp.ts";

const always = wasmKernels({ elements: 1, multiplications: 1 });
const on = (x: Tensor, backend = always): Tensor => tensor(x.data, { shape: x.shape, backend });

describe("eager WebAssembly kernels", () => {
  test("products agree with the reference kernel, transposed and in batches", () => {
    const size = fc.integer({ min: 1, max: 20 });
    const products = fc.record({
      batch: size,
      m: size,
      k: size,
      n: size,
      transposeX: fc.boolean(),
      transposeY: fc.boolean(),
    });
    fc.assert(
      fc.property(products, ({ batch, m, k, n, ...options }) => {
        const x = random.normal(random.key(m), options.transposeX ? [batch, k, m] : [batch, m, k]);
        const y = random.normal(random.key(n), options.transposeY ? [batch, n, k] : [batch, k, n]);
        const expected = matmul(x, y, options);
        expectTensorsNear(matmul(on(x), on(y), options), expected, 1e-6 * k * scaleOf(x, y) ** 2, "product");
      }),
      runs(60),
    );
  });

  test("convolutions agree with the reference kernels", () => {
    for (const { name, op, cases } of subjects.filter((subject) => subject.name.startsWith("conv"))) {
      fc.assert(
        fc.property(cases, ({ parameters, inputs }) => {
          const [x, y] = inputs.map((input) => materialize(input, "float32")) as [Tensor, Tensor];
          const expected = bind(op, parameters, x, y);
          const near = 1e-6 * (1 + x.size) * scaleOf(x, y) ** 2;
          expectTensorsNear(bind(op, parameters, on(x), on(y)), expected, near, name);
        }),
        runs(60),
      );
    }
  });

  test("really run: a sum that float32 rounds and double precision does not", () => {
    const x = tensor([[16777216, 1, 1, 1, 1, 1, 1, 1, 1]]);
    const y = tensor(new Float32Array(9).fill(1), { shape: [9, 1] });
    expect(matmul(x, y).item()).toBe(16777224);
    expect(matmul(on(x), on(y)).item()).not.toBe(16777224);
  });

  test("derivatives run on them too, and a larger memory is made when it is needed", () => {
    const [x, w] = [random.normal(random.key(1), [300, 40]), random.normal(random.key(2), [40, 3000])];
    const f = (v: Tensor, u: Tensor): Tensor => sum(tanh(softplus(matmul(u, v))));
    const [plain, fast] = [grad(f)(w, x), grad(f)(on(w), on(x))];
    expect(fast.backend).toBe(always);
    expectTensorsNear(fast, plain, 1e-4 * scaleOf(plain), "gradient");
    const t = random.normal(random.key(3), [300, 40]);
    const push = (u: Tensor): Tensor => exp(matmul(u, on(w)));
    expectTensorsNear(
      jvp(
        push,
        [
          on(
            tensor(
              x.data.map((v) => v / 100),
              { shape: [300, 40] },
            ),
          ),
        ],
        [on(t)],
      )[1],
      jvp(
        (u: Tensor) => exp(matmul(u, w)),
        [
          tensor(
            x.data.map((v) => v / 100),
            { shape: [300, 40] },
          ),
        ],
        [t],
      )[1],
      1e-3,
      "tangent",
    );
  });

  test("small tensors and float64 stay on the reference kernels", () => {
    const x = tensor([0.5, 1], { dtype: "float64", backend: always });
    expect(exp(x).toArray()).toEqual([Math.exp(0.5), Math.E]);
    const few = tensor([0.1, 0.2], { backend: wasmKernels() });
    expect(exp(few).data).toEqual(exp(tensor([0.1, 0.2])).data);
  });

  test("a number and a default tensor join the backend; two backends do not mix", () => {
    expect(add(on(tensor([1])), tensor([2])).backend).toBe(always);
    expect(add(on(tensor([1])), 2).backend).toBe(always);
    expect(() => add(on(tensor([1])), tensor([1], { backend: wasmKernels() }))).toThrow(
      /add: .*two backends/,
    );
  });
});

/** What compiling comes to under a content security policy without wasm-unsafe-eval. */
class Refused {
  constructor() {
    throw new EvalError("Refused to compile or instantiate WebAssembly module");
  }
}

const registered = [...registry.values()];

/** How many arguments an op has in its applications. */
function arityOf(name: string): number {
  const cases = opCases.get(name);
  if (cases === undefined) throw new Error(`${name} has no generator`);
  return fc.sample(cases, { seed: 1, numRuns: 1 })[0]?.inputs.length ?? 0;
}

describe("the default backend", () => {
  const elementwise = registered.flatMap((op) =>
    op.traits.kind === "elementwise" ? [{ op, name: op.name, cost: op.traits.cost }] : [],
  );
  const isPower = ({ name }: { readonly name: string }): boolean => name === "pow" || name === "power";
  const exact = elementwise.filter(({ cost }) => cost !== "heavy");
  const functions = elementwise.filter((one) => one.cost === "heavy" && !isPower(one));
  test("accelerates products, convolutions and elementwise ops, and nothing else", () => {
    const accelerated = registered.filter((op) => op.kernel(eager) !== op.kernel(js)).map(({ name }) => name);
    const others = ["matmul", "conv", "convInput", "convKernel"];
    expect(accelerated.sort()).toEqual([...elementwise.map(({ name }) => name), ...others].sort());
  });

  const plainly = (x: Tensor): Tensor => tensor(x.data, { shape: x.shape, backend: js });

  // Below the threshold and above it, and in more than one chunk, whose last has no whole number of vectors.
  test.each(exact.flatMap((one) => [1000, 1024, 5001, 40_003].map((n) => ({ ...one, n }))))(
    "$name has the bits of the reference, of $n elements of any kind",
    ({ name, op, n }) => {
      const [x, y, z] = [0, 1, 2].map((seed) => {
        const values = sampleFloats(n, seed);
        // At the very end, each beside another of them.
        values.set([Number.NaN, Infinity, -Infinity, 0, -0, 2 ** -149, 3.4e38], n - 9 + seed);
        return tensor(values);
      }) as [Tensor, Tensor, Tensor];
      const inputs = [x, y, z].slice(0, arityOf(name));
      const expected = bind(op, {}, ...inputs.map(plainly)).data;
      const actual = bind(op, {}, ...inputs).data;
      expect(actual).toHaveLength(n);
      expect(actual.findIndex((value, i) => !Object.is(value, expected[i]))).toBe(-1);
    },
  );

  test("powers are within 3 units in the last place; whose exponent float32 rounds is that of the reference", () => {
    const exponents = fc.constantFrom(-7, -2, -1, -0.5, 0, 0.25, 0.5, 1, 2, 3, 4, 5, 33, 0.1, -2.3);
    fc.assert(
      fc.property(exponents, fc.integer({ min: 1, max: 400 }), fc.nat(), (exponent, n, seed) => {
        const positive = exp(random.uniform(random.key(seed), [n], { low: -2, high: 2 }));
        const signs = random.rademacher(random.key(seed), [n]);
        const x = Number.isInteger(exponent) ? mul(positive, signs) : positive;
        const rounded = Math.fround(exponent);
        const errorOf = (power: Tensor, y: number): number =>
          Math.max(...power.data.map((value, i) => ulpError(value, (x.data[i] ?? Number.NaN) ** y)));
        expect(errorOf(pow(x, exponent), exponent)).toBeLessThanOrEqual(rounded === exponent ? 3 : 0.5);
        expect(errorOf(pow(x, full([n], exponent)), rounded)).toBeLessThanOrEqual(1);
      }),
      runs(60),
    );
  });

  test.each(functions)("$name agrees with the reference", ({ name, op }) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), fc.nat(), (n, seed) => {
        // Positive, so that the logarithm is defined; from 0.05 to 12.
        const inputs = random
          .split(random.key(seed), arityOf(name))
          .map((key) => exp(random.uniform(key, [n], { low: -3, high: 2.5 })));
        const expected = bind(op, {}, ...inputs.map(plainly));
        expect(expected.backend).toBe(js);
        const actual = bind(op, {}, ...inputs);
        actual.data.forEach((value, i) => {
          const exact = expected.data[i] ?? Number.NaN;
          expect(Math.abs(value - exact)).toBeLessThanOrEqual(5 * 2 ** -23 * Math.abs(exact) + 1e-37);
        });
      }),
      runs(20),
    );
  });

  test("runs WebAssembly from the threshold on: sums that float32 rounds", () => {
    const x = tensor([[16777216, ...new Array<number>(4095).fill(1)]]);
    const y = tensor(new Float32Array(4096).fill(1), { shape: [4096, 1] });
    expect(matmul(plainly(x), y).item()).toBe(16777216 + 4096);
    expect(matmul(x, y).item()).not.toBe(16777216 + 4096);
    // Below it, double precision.
    expect(matmul(tensor([[16777216, 1, 1, 1, 1]]), tensor([[1], [1], [1], [1], [1]])).item()).toBe(16777220);
  });

  test("any backend that is named wins over it", () => {
    expect(add(tensor([1]), 1).backend).toBe(eager);
    expect(add(plainly(tensor([1])), tensor([1])).backend).toBe(js);
    expect(add(tensor([1]), on(tensor([1]))).backend).toBe(always);
    expect(() => add(plainly(tensor([1])), on(tensor([1])))).toThrow(/add: .*two backends, js and wasm/);
  });

  test.each([
    ["without WebAssembly", undefined],
    ["where a policy forbids to compile it", { Memory: Object, validate: () => true, Module: Refused }],
  ])("runs the reference kernels %s", async (_, replacement) => {
    vi.resetModules();
    vi.stubGlobal("WebAssembly", replacement);
    try {
      const alone = await import("../src/index.ts");
      const values = Float32Array.from({ length: 500 }, (_, i) => (i - 250) / 40);
      expectTensorsEqual(
        alone.tanh(alone.tensor(values)),
        alone.tanh(alone.tensor(values, { backend: alone.js })),
        "tanh",
      );
      expect(alone.matmul(alone.ones([50, 50]), alone.ones([50, 50])).data[0]).toBe(50);
    } finally {
      vi.unstubAllGlobals();
      vi.resetModules();
    }
  });
});
