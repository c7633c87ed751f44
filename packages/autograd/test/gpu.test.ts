import fc from "fast-check";
import { CPUKernel, WebAssemblyKernel } from "gpu.js";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { MatmulParameters, Operand } from "../src/backend.ts";
import { LeastRecentlyUsed } from "../src/backends/gpu/eager/cache.ts";
import { readResult } from "../src/backends/gpu/eager/readout.ts";
import { matmul as reference } from "../src/backends/js/matmul.ts";
import { type GpuBackend, gpuBackend } from "../src/gpu.ts";
import {
  add,
  type Backend,
  grad,
  js,
  jvp,
  matmul,
  mean,
  mul,
  type Shape,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  tree,
  valueAndGrad,
} from "../src/index.ts";
import { settledMemory } from "./support/heap.ts";

const numRuns = Number(process.env.SCORETAPE_RUNS ?? 80);
const plain: MatmulParameters = { transposeX: false, transposeY: false };

afterEach(() => {
  vi.restoreAllMocks();
});

/** Numbers between −1 and 1 that depend on the seed alone (a linear congruential generator). */
function uniform(seed: number, size: number): Float32Array {
  let state = (seed * 2654435761) >>> 0;
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function operand(shape: Shape, seed: number): Operand {
  const size = shape.reduce((product, n) => product * n, 1);
  return { shape, dtype: "float32", data: uniform(seed, size) };
}

/** Two operands of a product, from the sizes that the product has, and a place for the result. */
function productOf(
  batch: Shape,
  [m, k, n]: readonly [number, number, number],
  p: MatmulParameters,
  seed = 1,
) {
  return {
    x: operand([...batch, ...(p.transposeX ? [k, m] : [m, k])], seed),
    y: operand([...batch, ...(p.transposeY ? [n, k] : [k, n])], seed + 1),
    output: operand([...batch, m, n], seed + 2),
  };
}

/** The largest |gpu − reference| / Σ|a||b|, the reference in double precision. */
function error(
  gpu: GpuBackend,
  parameters: MatmulParameters,
  x: Operand,
  y: Operand,
  output: Operand,
): number {
  const absolute = (a: Operand): Operand => ({ ...a, data: a.data.map(Math.abs) });
  const exact = { ...output, dtype: "float64" as const, data: new Float64Array(output.data.length) };
  const scale = { ...exact, data: new Float64Array(output.data.length) };
  gpu.matmul(output, parameters, x, y);
  reference(exact, parameters, x, y);
  reference(scale, parameters, absolute(x), absolute(y));
  let worst = 0;
  output.data.forEach((c, i) => {
    const relative = Math.abs(c - (exact.data[i] ?? Number.NaN)) / (scale.data[i] || 1);
    // A NaN is the worst there is.
    worst = relative <= worst ? worst : relative;
  });
  return worst;
}

const modes = [
  { mode: "webasm", kernelClass: WebAssemblyKernel, fingerprint: 16777216 },
  { mode: "cpu", kernelClass: CPUKernel, fingerprint: 16777218 },
] as const;

describe.each(modes)("gpuBackend in $mode mode", ({ mode, kernelClass, fingerprint }) => {
  test("agrees with the reference kernel for every transposition, batch and shape", async () => {
    const gpu = gpuBackend({ mode, strict: true, threshold: 0, cacheSize: 16 });
    const size = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 70 }));
    const batch = fc.constantFrom([], [1], [3], [2, 2]);
    fc.assert(
      fc.property(
        batch,
        fc.tuple(size, size, size),
        fc.boolean(),
        fc.boolean(),
        fc.nat(),
        (b, mkn, tx, ty, seed) => {
          const parameters = { transposeX: tx, transposeY: ty };
          const { x, y, output } = productOf(b, mkn, parameters, seed);
          // Twice: the second result of a kernel may be read in another way.
          expect(error(gpu, parameters, x, y, output)).toBeLessThanOrEqual(1e-6);
          expect(error(gpu, parameters, x, y, output)).toBeLessThanOrEqual(1e-6);
        },
      ),
      { numRuns, seed: 20 },
    );
    expect(gpu.stats()).toMatchObject({ gpuCalls: 2 * numRuns, plainCalls: 0, failures: 0 });
    await gpu.dispose();
  });

  test.each([
    [7, 2500, 5],
    [3, 2500, 2],
    [1, 5000, 1],
    // Four rows a thread would here read far past the end of x.
    [5, 600_000, 1],
  ] as const)("loops past 1000 rounds: %i×%i×%i", async (...sizes) => {
    const gpu = gpuBackend({ mode, strict: true, threshold: 0 });
    for (const transposeX of [false, true]) {
      const parameters = { transposeX, transposeY: !transposeX };
      const { x, y, output } = productOf([], sizes, parameters);
      x.data.fill(1);
      y.data.fill(1);
      gpu.matmul(output, parameters, x, y);
      expect(output.data.every((c) => c === sizes[1])).toBe(true);
    }
    await gpu.dispose();
  });

  test("tells the transpositions of square matrices apart", async () => {
    const gpu = gpuBackend({ mode, strict: true, threshold: 0 });
    for (const transposeX of [false, true]) {
      for (const transposeY of [false, true]) {
        const { x, y, output } = productOf([], [12, 12, 12], plain);
        expect(error(gpu, { transposeX, transposeY }, x, y, output)).toBeLessThanOrEqual(1e-6);
      }
    }
    expect(gpu.stats().kernels).toBe(4);
    await gpu.dispose();
  });

  test("runs GPU.js kernels of the mode's class, in its arithmetic", async () => {
    // GPU.js calls it at every run, and builds at the first.
    const build = vi.spyOn(kernelClass.prototype, "build");
    const gpu = gpuBackend({ mode, strict: true, threshold: 0 });
    expect(gpu.stats()).toMatchObject({ asked: mode, mode, kernelClass: kernelClass.name, tuned: true });
    expect(gpu.name).toBe(`gpu.js ${mode}`);
    build.mockClear();
    // In float32, 2²⁴ + 1 is 2²⁴.
    const x = tensor([[16777216, 1, 1]], { backend: gpu });
    expect(matmul(x, tensor([[1], [1], [1]])).item()).toBe(fingerprint);
    const wide = tensor(Float32Array.from([2 ** 24, 1, 1, 1, 1, 1, 1, 1]), { shape: [1, 8], backend: gpu });
    const quads = matmul(tensor(new Float32Array(32).fill(1), { shape: [4, 8] }), wide, { transposeY: true });
    expect(quads.shape).toEqual([4, 1]);
    matmul(
      tensor(uniform(1, 60), { shape: [3, 4, 5], backend: gpu }),
      tensor(uniform(2, 60), { shape: [3, 5, 4] }),
    );
    expect(build).toHaveBeenCalledTimes(5);
    expect(gpu.stats()).toMatchObject({ gpuCalls: 3, launches: 5, plainCalls: 0, kernels: 3 });
    await gpu.dispose();
  });

  test("10,000 calls leave no memory behind", {
    timeout: 120_000,
  }, async () => {
    const used = async (): Promise<number> => {
      const { objects, external } = await settledMemory();
      return objects + external;
    };
    const gpu = gpuBackend({ mode, strict: true, threshold: 0, cacheSize: 8 });
    let width = 0;
    const calls = (count: number): void => {
      for (let call = 0; call < count; call++) {
        // Mostly the same four shapes, and a new one every fiftieth time.
        const columns = call % 50 === 0 ? 20 + (width++ % 200) : 4 + (call % 4);
        const { x, y, output } = productOf([], [9, 16, columns], plain, call);
        gpu.matmul(output, plain, x, y);
      }
    };
    calls(2000);
    const before = await used();
    calls(8000);
    const growth = (await used()) - before;
    expect(gpu.stats()).toMatchObject({
      gpuCalls: 10_000,
      plainCalls: 0,
      kernels: 8,
      evictions: 200 + 4 - 8,
    });
    // 160 kernels came and went in between; one that is kept holds 0.1 to 1 MB.
    expect(growth).toBeLessThan(2 * 2 ** 20);
    await gpu.dispose();
  });

  test("destroys the kernel unused for longest to make room, and all in the end", async () => {
    const gpu = gpuBackend({ mode, strict: true, threshold: 0, cacheSize: 2 });
    const destroy = vi.spyOn(kernelClass.prototype, "destroy");
    const call = (columns: number): void => {
      const { x, y, output } = productOf([], [9, 16, columns], plain);
      gpu.matmul(output, plain, x, y);
    };
    for (const columns of [1, 2, 1, 3]) call(columns);
    expect(destroy).toHaveBeenCalledTimes(1);
    call(1);
    expect(gpu.stats()).toMatchObject({ kernels: 2, evictions: 1 });
    call(2);
    expect(destroy).toHaveBeenCalledTimes(2);
    await gpu.dispose();
    // The two that were left, and the one that the mode was tried with.
    expect(destroy).toHaveBeenCalledTimes(5);
    expect(gpu.stats()).toMatchObject({ kernels: 0, evictions: 2 });
  });

  test("empty sizes give zeros of the right shape, on the reference kernel", async () => {
    const gpu = gpuBackend({ mode, strict: true, threshold: 0 });
    for (const [batch, m, k, n] of [
      [2, 0, 3, 4],
      [2, 3, 0, 4],
      [2, 3, 4, 0],
      [0, 3, 4, 5],
    ] as const) {
      const x = tensor(uniform(1, batch * m * k), { shape: [batch, m, k], backend: gpu });
      const product = matmul(x, tensor(uniform(2, batch * k * n), { shape: [batch, k, n] }));
      expect(product.shape).toEqual([batch, m, n]);
      expect(product.data.every((c) => c === 0)).toBe(true);
    }
    expect(gpu.stats()).toMatchObject({ gpuCalls: 0, plainCalls: 4, failures: 0 });
    await gpu.dispose();
  });

  test("keeps infinities and NaN", async () => {
    const gpu = gpuBackend({ mode, strict: true, threshold: 0 });
    const { x, y, output } = productOf([], [5, 9, 6], plain);
    // In rows 2 and 4, which a kernel's first result is checked in.
    x.data[18] = Number.POSITIVE_INFINITY;
    x.data[36] = Number.NaN;
    y.data.fill(1);
    gpu.matmul(output, plain, x, y);
    expect([0, 6, 12, 18, 24].map((at) => Number.isFinite(output.data[at]))).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
    expect(output.data[12]).toBe(Number.POSITIVE_INFINITY);
    expect(output.data[24]).toBeNaN();
    await gpu.dispose();
  });
});

describe("gpuBackend", () => {
  test("leaves what is small, or double precision, to the reference kernel", async () => {
    const gpu = gpuBackend({ mode: "webasm", threshold: 1000 });
    const on = (shape: Shape, dtype: "float32" | "float64" = "float32"): Tensor =>
      tensor(
        uniform(
          3,
          shape.reduce((a, b) => a * b, 1),
        ),
        { shape, dtype, backend: gpu },
      );
    matmul(on([9, 11]), on([11, 10]));
    expect(gpu.stats()).toMatchObject({ gpuCalls: 0, plainCalls: 1 });
    matmul(on([10, 10]), on([10, 10]));
    expect(gpu.stats()).toMatchObject({ gpuCalls: 1, plainCalls: 1 });
    // It is each matrix of a batch that must be worth a call.
    matmul(on([20, 5, 10]), on([20, 10, 10]));
    expect(gpu.stats()).toMatchObject({ gpuCalls: 1, plainCalls: 2 });
    expect(matmul(on([10, 10], "float64"), on([10, 10], "float64")).dtype).toBe("float64");
    expect(gpu.stats()).toMatchObject({ gpuCalls: 1, plainCalls: 3, failures: 0 });
    const automatic = gpuBackend({ mode: "webasm" });
    const small = productOf([], [16, 16, 16], plain);
    automatic.matmul(small.output, plain, small.x, small.y);
    const large = productOf([], [48, 48, 48], plain);
    automatic.matmul(large.output, plain, large.x, large.y);
    expect(automatic.stats()).toMatchObject({ gpuCalls: 1, plainCalls: 1 });
    await gpu.dispose();
    await automatic.dispose();
  });

  test("in strict mode refuses what cannot run here, and otherwise says what runs in its place", () => {
    expect(() => gpuBackend({ mode: "webgl2", strict: true })).toThrow(
      /gpuBackend: mode "webgl2" cannot run here \(webgl2: it needs a browser/,
    );
    const instead = gpuBackend({ mode: "webgl2" }).stats();
    expect(instead).toMatchObject({ asked: "webgl2", mode: "webasm", kernelClass: "WebAssemblyKernel" });
    expect(instead.refusals).toEqual(["webgl2: it needs a browser with WebGL2"]);
    expect(gpuBackend().stats()).toMatchObject({ asked: "auto", mode: "webasm" });
  });

  test("notices when GPU.js falls back to another kernel without a sign", async () => {
    const strict = gpuBackend({ mode: "webasm", strict: true, threshold: 0 });
    const lenient = gpuBackend({ mode: "webasm", threshold: 0 });
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    // What GPU.js does when its WebAssembly kernel meets a return type that it does not know.
    const translate: unknown = Reflect.get(WebAssemblyKernel.prototype, "translateSource");
    Reflect.set(WebAssemblyKernel.prototype, "translateSource", () => false);
    const { x, y, output } = productOf([], [5, 9, 6], plain);
    try {
      expect(() => strict.matmul(output, plain, x, y)).toThrow(
        /ran a CPUKernel in place of a WebAssemblyKernel/,
      );
      expect(error(lenient, plain, x, y, output)).toBeLessThanOrEqual(1e-6);
    } finally {
      Reflect.set(WebAssemblyKernel.prototype, "translateSource", translate);
    }
    expect(lenient.stats()).toMatchObject({ gpuCalls: 0, plainCalls: 1, failures: 1, kernels: 0 });
    await strict.dispose();
    await lenient.dispose();
  });

  test("keeps the first reason of a size that failed, and computes it on the reference kernel", async () => {
    const gpu = gpuBackend({ mode: "webasm", threshold: 0 });
    const { x, y, output } = productOf([], [5, 9, 6], plain);
    const run = vi.spyOn(WebAssemblyKernel.prototype, "run").mockImplementation(() => new Float32Array(48));
    expect(error(gpu, plain, x, y, output)).toBeLessThanOrEqual(1e-6);
    run.mockRestore();
    expect(error(gpu, plain, x, y, output)).toBeLessThanOrEqual(1e-6);
    const { gpuCalls, plainCalls, failures, lastFailure, kernels } = gpu.stats();
    expect({ gpuCalls, plainCalls, failures, kernels }).toEqual({
      gpuCalls: 0,
      plainCalls: 2,
      failures: 2,
      kernels: 0,
    });
    expect(lastFailure).toMatch(/GPU.js computed 0 for element \[4, 5\]/);
    await gpu.dispose();
  });

  test("refuses options out of range, and work after dispose", async () => {
    expect(() => gpuBackend({ threshold: -1 })).toThrow(/threshold -1/);
    expect(() => gpuBackend({ threshold: Number.NaN })).toThrow(/threshold NaN/);
    expect(() => gpuBackend({ cacheSize: 0 })).toThrow(/cacheSize 0/);
    // @ts-expect-error: no such mode
    expect(() => gpuBackend({ mode: "webgpu" })).toThrow(/no mode "webgpu"; there are auto, webgl2/);
    const gpu = gpuBackend({ mode: "cpu", threshold: 0 });
    await gpu.dispose();
    await gpu.dispose();
    const { x, y, output } = productOf([], [2, 2, 2], plain);
    expect(() => gpu.matmul(output, plain, x, y)).toThrow(/was disposed of/);
  });
});

test("readResult reads nested and flat results alike, and refuses any other", () => {
  const [rows, columns] = [6, 3];
  const wanted = uniform(1, rows * columns);
  const at = (m: number, n: number): number => (m < rows ? (wanted[m * columns + n] ?? 0) : Number.NaN);
  const quad = (y: number, n: number) => Float32Array.from([0, 1, 2, 3], (c) => at(4 * y + c, n));
  const quads = [0, 1].map((y) => [0, 1, 2].map((n) => quad(y, n)));
  const padded = Float32Array.from([...quads.flat().flatMap((values) => [...values]), 9, 9, 9, 9]);
  const singles = Array.from({ length: rows }, (_, m) => wanted.subarray(m * columns, (m + 1) * columns));
  for (const [result, perThread] of [
    [quads, 4],
    [padded, 4],
    [singles, 1],
    [wanted, 1],
  ] as const) {
    const data = new Float32Array(2 + rows * columns + 1);
    readResult({ data, offset: 2, rows, columns }, result, perThread);
    expect([...data]).toEqual([0, 0, ...wanted, 0]);
  }
  const to = { data: new Float32Array(18), offset: 0, rows, columns };
  for (const wrong of [undefined, [], wanted.subarray(1), [wanted], singles.map(() => [1, 2, 3])]) {
    expect(() => readResult(to, wrong, 1)).toThrow(/GPU.js returned/);
    expect(() => readResult(to, wrong, 4)).toThrow(/GPU.js returned/);
  }
});

test("LeastRecentlyUsed drops the entry unused for longest", () => {
  const evicted: number[] = [];
  const cache = new LeastRecentlyUsed<number>(2, (value) => evicted.push(value));
  cache.set("one", 1);
  cache.set("two", 2);
  expect(cache.get("one")).toBe(1);
  cache.set("three", 3);
  expect(evicted).toEqual([2]);
  expect(cache.get("two")).toBeUndefined();
  cache.set("one", 10);
  expect(evicted).toEqual([2, 1]);
  expect([...cache.values()]).toEqual([3, 10]);
  cache.clear();
  expect(evicted).toEqual([2, 1, 3, 10]);
});

/** The weights of a network of three layers, [d, h], [h, h] and [h, d], on a backend. */
function weights(backend: Backend, dtype: "float32" | "float64" = "float32") {
  const layer = (from: number, to: number, seed: number): Tensor =>
    tensor(
      uniform(seed, from * to).map((w) => w / Math.sqrt(from)),
      { shape: [from, to], dtype, backend },
    );
  return { first: layer(6, 24, 1), second: layer(24, 24, 2), last: layer(24, 6, 3) };
}
type Weights = ReturnType<typeof weights>;

const apply = ({ first, second, last }: Weights, x: Tensor): Tensor =>
  matmul(tanh(matmul(tanh(matmul(x, first)), second)), last);

/** Sliced score matching with reduced variance: the mean over rows of vᵀJv + ½‖s‖². */
function slicedLoss(params: Weights, x: Tensor, v: Tensor): Tensor {
  const [s, jacobianTimesV] = jvp((y: Tensor) => apply(params, y), [x], [v]);
  return mean(sum(add(mul(v, jacobianTimesV), mul(0.5, square(s))), { axis: -1 }));
}

function batch(backend: Backend, dtype: "float32" | "float64" = "float32"): { x: Tensor; v: Tensor } {
  const shape = [33, 6];
  return {
    x: tensor(uniform(4, 198), { shape, dtype, backend }),
    v: tensor(uniform(5, 198).map(Math.sign), { shape, dtype, backend }),
  };
}

/** The largest difference between two trees, in units of the second one's largest element. */
function distance(a: tree.Tree, b: tree.Tree): number {
  const expected = tree.leaves(b).flatMap((leaf) => [...leaf.data]);
  const found = tree.leaves(a).flatMap((leaf) => [...leaf.data]);
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - (found[i] ?? Number.NaN)))) / scale;
}

describe.each(["webasm", "cpu"] as const)("derivatives through gpuBackend in %s mode", (mode) => {
  test("gradients, JVPs and the gradient of a JVP agree with double precision", async () => {
    const gpu = gpuBackend({ mode, strict: true, threshold: 0 });
    const exact = weights(js, "float64");
    const [at, on] = [batch(js, "float64"), batch(gpu)];
    const params = weights(gpu);
    const energy = (p: Weights, x: Tensor): Tensor => mean(square(apply(p, x)));
    expect(distance(grad(energy)(params, on.x), grad(energy)(exact, at.x))).toBeLessThan(1e-5);
    const push = (p: Weights, { x, v }: typeof at) => jvp((y: Tensor) => apply(p, y), [x], [v]);
    expect(distance(push(params, on), push(exact, at))).toBeLessThan(1e-5);
    const slope = grad(slicedLoss)(params, on.x, on.v);
    expect(distance(slope, grad(slicedLoss)(exact, at.x, at.v))).toBeLessThan(1e-5);
    expect(tree.leaves(slope).every((leaf) => leaf.backend === gpu)).toBe(true);
    const { gpuCalls, plainCalls } = gpu.stats();
    // Forward, tangent and backward products of three layers, and no other.
    expect(gpuCalls).toBeGreaterThan(20);
    expect(plainCalls).toBe(0);
    await gpu.dispose();
  });

  test("training steps agree with the reference backend", async () => {
    const train = (backend: Backend): { losses: number[]; params: Weights } => {
      const { x, v } = batch(backend);
      let params = weights(backend);
      const losses = Array.from({ length: 10 }, () => {
        const [loss, slope] = valueAndGrad(slicedLoss)(params, x, v);
        params = tree.zip((p, g) => sub(p, mul(0.1, g)), params, slope);
        return loss.item();
      });
      return { losses, params };
    };
    const gpu = gpuBackend({ mode, strict: true, threshold: 0 });
    const [found, expected] = [train(gpu), train(js)];
    found.losses.forEach((loss, step) => {
      const wanted = expected.losses[step] ?? Number.NaN;
      expect(Math.abs(loss - wanted)).toBeLessThan(1e-5 * Math.max(1, Math.abs(wanted)));
    });
    expect(found.losses.at(-1)).toBeLessThan((found.losses[0] ?? 0) - 0.1);
    expect(distance(found.params, expected.params)).toBeLessThan(1e-4);
    expect(gpu.stats().plainCalls).toBe(0);
    await gpu.dispose();
  });
});
