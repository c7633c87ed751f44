import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  exp,
  grad,
  jvp,
  matmul,
  random,
  softplus,
  sum,
  type Tensor,
  tanh,
  tensor,
  wasmKernels,
} from "../src/index.ts";
import { expectTensorsNear, scaleOf } from "./support/closeness.ts";
import { runs } from "./support/runs.ts";

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

  test("a number and a reference tensor join the backend; two backends do not mix", () => {
    expect(add(on(tensor([1])), tensor([2])).backend).toBe(always);
    expect(add(on(tensor([1])), 2).backend).toBe(always);
    expect(() => add(on(tensor([1])), tensor([1], { backend: wasmKernels() }))).toThrow(
      /add: .*two backends/,
    );
  });
});
