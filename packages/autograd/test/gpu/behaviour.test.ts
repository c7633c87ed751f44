import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { gpuJs } from "../../src/backends/gpu/library.ts";
import { type GpuProgramBackend, gpu } from "../../src/gpu.ts";
import {
  add,
  compile,
  concat,
  exp,
  full,
  grad,
  greater,
  logSoftmax,
  logSumExp,
  matmul,
  mul,
  neg,
  norm,
  ones,
  random,
  read,
  relu,
  reshape,
  softmax,
  softplus,
  square,
  sub,
  sum,
  type Tensor,
  take,
  tensor,
} from "../../src/index.ts";
import { expectTensorsNear } from "../support/closeness.ts";
import { scaleOf } from "../support/distance.ts";
import { modes } from "../support/gpu.ts";

const { WebGPUContext } = gpuJs();

const key = random.key(5);
const normal = (i: number, shape: readonly number[]): Tensor => random.normal(random.foldIn(key, i), shape);

describe.each(modes)("on $mode", ({ mode }) => {
  let backend: GpuProgramBackend;

  beforeAll(async () => {
    backend = await gpu({ mode, allowSoftware: true });
  });

  afterAll(async () => {
    await backend.dispose();
  });

  /** Fails unless f gives on the device what it gives here. */
  async function agrees(f: (...x: Tensor[]) => Tensor, ...x: Tensor[]): Promise<void> {
    const compiled = compile(f, { backend });
    const expected = f(...x);
    expectTensorsNear(await read(await compiled(...x)), expected, 1e-5 * scaleOf(expected), "result");
    compiled.dispose();
  }

  test("runs kernels of its class in float32, without a warning", async () => {
    const warn = vi.spyOn(console, "warn");
    const before = backend.stats().runs;
    // 2²⁴ + 1 + 1 is 2²⁴ in float32, and 2²⁴ + 2 in the double precision of plain JavaScript.
    const fingerprint = compile((x: Tensor, y: Tensor) => sum(mul(x, y)), { backend });
    const y = await read(await fingerprint(tensor([16777216, 1, 1]), ones([3])));
    expect(y.item()).toBe(16777216);
    expect(backend.kernelClass).toBe(mode === "webgpu" ? "WebGPUKernel" : "WebAssemblyKernel");
    expect(backend.stats().runs).toBe(before + 1);
    expect(warn).not.toHaveBeenCalled();
    fingerprint.dispose();
    warn.mockRestore();
  });

  test("what leaves a loop is computed once: what comes later reads it", async () => {
    const steps = (...x: Tensor[]): Tensor[] => {
      let y = tensor([0, 0]);
      return x.map((next) => {
        y = softplus(add(y, next));
        return y;
      });
    };
    const x = Array.from({ length: 20 }, (_, i) => normal(i, [2]));
    const compiled = compile(steps, { backend });
    const before = backend.stats().runs;
    const results = await read(await compiled(...x));
    expect(backend.stats().runs - before).toBe(20);
    for (const [i, expected] of steps(...x).entries()) {
      expectTensorsNear(results[i] ?? expected, expected, 1e-5 * scaleOf(expected), `step ${i}`);
    }
    compiled.dispose();
  });

  test("sums of many elements, over rows, columns and all", async () => {
    const x = normal(1, [1100, 3]);
    await agrees((a) => sum(mul(a, a), { axis: 0 }), x);
    await agrees((a) => sum(mul(a, a), { axis: 1 }), reshape(x, [3, 1100]));
    await agrees((a) => sum(mul(a, a)), x);
    await agrees((a) => sum(a), normal(2, [20_011]));
    await agrees((a) => sum(a), normal(3, [1, 1]));
    await agrees((a) => sum(a, { axis: 1 }), normal(4, [2, 700, 3]));
  });

  test("loops run past 1000 rounds, and past the depth at which a product is summed in shares", async () => {
    for (const depth of [255, 512, 2500]) {
      const product = compile((x: Tensor, y: Tensor) => matmul(x, y), { backend });
      const result = await read(await product(full([3, depth], 1), full([depth, 4], 1)));
      expect(result.data.every((value) => value === depth)).toBe(true);
      product.dispose();
    }
  });

  test("matrix products of every transposition, thin, wide, in batches and of great depth", async () => {
    for (const [m, k, n] of [
      [5, 7, 3],
      [4, 8, 8],
      [1, 600, 12],
      [6, 1500, 5],
    ] as const) {
      for (const transposeX of [false, true]) {
        for (const transposeY of [false, true]) {
          for (const batch of [[], [3]]) {
            const x = normal(m, [...batch, ...(transposeX ? [k, m] : [m, k])]);
            const y = normal(n, [...batch, ...(transposeY ? [n, k] : [k, n])]);
            await agrees((a, b) => matmul(a, b, { transposeX, transposeY }), x, y);
          }
        }
      }
    }
  });

  test("a chain of more arrays than a kernel can read, and as many joined", async () => {
    const x = Array.from({ length: 20 }, (_, i) => normal(i, [4, 5]));
    const chain = (...a: Tensor[]): Tensor =>
      a.reduce((total, next, i) =>
        i % 2 === 0 ? add(total, exp(mul(0.1, next))) : sub(mul(total, 0.5), next),
      );
    await agrees(chain, ...x);
    await agrees((...a) => sum(chain(...a), { axis: 0 }), ...x);
    await agrees((...a) => concat(a, 1), ...x);
  });

  test("draws more numbers than one row of blocks has", async () => {
    if (mode === "webasm") return;
    const draw = compile((k: Tensor) => random.uniform(k, [262_144 + 5]), { backend });
    const [found, expected] = [await read(await draw(key)), random.uniform(key, [262_144 + 5])];
    expect(found.data.findIndex((value, i) => value !== expected.data[i])).toBe(-1);
    draw.dispose();
  });

  test("state stays on the device, and only what is read comes back", async () => {
    const step = compile((w: Tensor, x: Tensor) => [sum(mul(w, x)), sub(w, mul(0.5, x))] as const, {
      backend,
      donate: [0],
    });
    const x = tensor([1, 2, 4]);
    let w: Tensor = tensor([8, 8, 8]);
    let last = w;
    const values: number[] = [];
    for (let i = 0; i < 4; i++) {
      const [value, next] = await step(w, x);
      expect(() => value.data).toThrow(/await read/);
      values.push((await read(value)).item());
      [last, w] = [w, next];
    }
    expect(values).toEqual([56, 45.5, 35, 24.5]);
    await expect(read(last)).rejects.toThrow(/is gone: it was donated/);
    const here = await read(w);
    expect([...here.data]).toEqual([6, 4, 0]);
    await step(w, x);
    // What was read stays, and so does a tensor that has been asked for.
    expect([...w.data]).toEqual([6, 4, 0]);
    step.dispose();
  });

  test("infinities and what is not a number come through", async () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const x = tensor([1, bad, 2, -1]);
      for (const f of [softplus, relu, (y: Tensor) => sum(square(y)), (y: Tensor) => sub(y, y)]) {
        const compiled = compile((y: Tensor) => f(y), { backend });
        const actual = await read(await compiled(x));
        expect([...actual.data].map(Number.isFinite)).toEqual([...f(x).data].map(Number.isFinite));
        compiled.dispose();
      }
    }
  });

  test("disposing of the backend ends its programs", async () => {
    const own = await gpu({ mode, allowSoftware: true });
    const f = compile((x: Tensor) => neg(x), { backend: own });
    const y = await f(tensor([1]));
    await own.dispose();
    await expect(read(y)).rejects.toThrow(/the GPU was lost \(the backend was disposed of\)/);
    await expect(f(tensor([1]))).rejects.toThrow(/the backend was disposed of/);
  });

  test("a result is gone when its function has run again, and says so", async () => {
    const f = compile((x: Tensor) => neg(x), { backend });
    const first = await f(tensor([1]));
    const kept = read(first);
    const second = await f(tensor([2]));
    expect((await kept).item()).toBe(-1);
    expect(first.item()).toBe(-1);
    await f(tensor([3]));
    await expect(read(second)).rejects.toThrow(/is gone: the function that computed it has run again/);
    const third = await f(tensor([4]));
    f.dispose();
    await new Promise((resolve) => setTimeout(resolve, 0));
    await expect(read(third)).rejects.toThrow(/was disposed of/);
    // It compiles again.
    expect((await read(await f(tensor([5])))).item()).toBe(-5);
    f.dispose();
  });

  test("results are arguments of other functions, of the same one, and in one another's places", async () => {
    const double = compile((x: Tensor) => mul(2, x), { backend });
    const swap = compile((a: Tensor, b: Tensor) => [add(a, 1), sub(b, 1)] as const, {
      backend,
      donate: [0, 1],
    });
    let x: Tensor = tensor([1, 2]);
    for (let i = 0; i < 3; i++) x = await double(x);
    const [a, b] = await swap(x, tensor([0, 0]));
    const [c, d] = await swap(b, a);
    expect([...(await read(c)).data, ...(await read(d)).data]).toEqual([0, 0, 8, 16]);
    double.dispose();
    swap.dispose();
  });

  test("calls that were not waited for run in their order", async () => {
    const f = compile((x: Tensor) => mul(3, x), { backend });
    const all = await Promise.all([1, 2, 3].map(async (i) => read(await f(tensor([i])))));
    expect(all.map((y) => y.item())).toEqual([3, 6, 9]);
    f.dispose();
  });

  test("ops without a kernel run on the host, and explain says which", async () => {
    const f = compile((k: Tensor, x: Tensor) => take(x, random.permutation(k, 4)), { backend });
    const x = tensor([1, 2, 3, 4]);
    expect(f.explain(key, x)).toMatch(/on the host: randomPermutation$/);
    const expected = take(x, random.permutation(key, 4));
    expect([...(await read(await f(key, x))).data]).toEqual([...expected.data]);
    const g = compile((logits: Tensor, k: Tensor) => random.categorical(k, mul(2, logits), [5]), { backend });
    expect(g.explain(x, key)).toMatch(/on the host: randomCategorical; waits for the device once a run$/);
    expect((await read(await g(x, key))).dtype).toBe("uint32");
    f.dispose();
    g.dispose();
  });

  test("indices are checked, and the state survives a call that failed", async () => {
    const f = compile((w: Tensor, rows: Tensor) => add(w, take(w, rows)), { backend, donate: [0] });
    let w: Tensor = tensor([1, 2]);
    w = await f(w, tensor([1, 0]));
    await expect(f(w, tensor([0, 2]))).rejects.toThrow(
      "take: index 2 at position 1 is outside axis 0 of size 2",
    );
    expect([...(await read(w)).data]).toEqual([3, 3]);
    expect([...(await read(await f(w, tensor([0, 0])))).data]).toEqual([6, 6]);
    const last = await f(tensor([1, 1]), tensor([0, 0]));
    await expect(f(tensor([7, 7]), tensor([2, 2]))).rejects.toThrow("take: index 2");
    // Another argument is in its place now.
    await expect(read(last)).rejects.toThrow(/is gone: its place was given to another argument/);
    f.dispose();
  });

  test("row numbers come from the host: what is drawn need not be waited for, what is computed is", async () => {
    const x = tensor([1, 2, 4, 8]);
    const drawn = compile((k: Tensor, values: Tensor) => take(values, greater(random.uniform(k, [6]), 0.5)), {
      backend,
    });
    expect(drawn.explain(key, x)).not.toContain("waits for the device");
    const expected = take(x, greater(random.uniform(key, [6]), 0.5));
    expect([...(await read(await drawn(key, x))).data]).toEqual([...expected.data]);
    const computed = compile((values: Tensor) => take(values, sub(mul(0.5, values), 0.5)), { backend });
    const odd = tensor([1, 3, 5, 7]);
    expect(computed.explain(odd)).toMatch(/; waits for the device once a run$/);
    expect([...(await read(await computed(odd))).data]).toEqual([1, 3, 5, 7]);
    await expect(computed(tensor([1, 3, 5, 9]))).rejects.toThrow("take: index 4 at position 3");
    drawn.dispose();
    computed.dispose();
  });

  test("the largest element of a line counts as often as it is there", async () => {
    const ties = tensor([
      [50, 50, 50],
      [-1, 200, 200],
    ]);
    for (const axis of [0, 1]) {
      await agrees((x) => logSumExp(x, { axis }), ties);
      await agrees((x) => logSoftmax(x, { axis }), ties);
      await agrees((x) => softmax(x, { axis }), ties);
    }
    await agrees((x) => norm(x, { axis: 1 }), mul(ties, 1e18));
  });

  test("inside of another transform it says what to do instead", async () => {
    const f = compile((x: Tensor) => sum(mul(x, x)), { backend });
    let reason: unknown = null;
    grad((x: Tensor) => {
      f(x).catch((error: unknown) => {
        reason = error;
      });
      return sum(x);
    })(tensor([1]));
    await Promise.resolve();
    expect(String(reason)).toMatch(/inside of another transform/);
  });

  test("300 steps leave no memory behind", async () => {
    const step = compile(
      (w: Tensor, x: Tensor, k: Tensor) => {
        const noisy = add(x, mul(0.1, random.normal(k, x.shape)));
        return [sum(matmul(noisy, w)), mul(0.999, w)] as const;
      },
      { backend, donate: [0] },
    );
    let w = normal(1, [4, 4]);
    const x = normal(2, [6, 4]);
    const run = async (steps: number): Promise<void> => {
      for (let i = 0; i < steps; i++) {
        const [value, next] = await step(w, x, random.foldIn(key, i));
        if (i % 10 === 0) await read(value);
        w = next;
      }
    };
    await run(20);
    const made = mode === "webgpu" ? vi.spyOn((await WebGPUContext.acquire()).device, "createBuffer") : null;
    const kernels = backend.stats().kernels;
    const before = process.memoryUsage().arrayBuffers;
    await run(300);
    expect(backend.stats().kernels).toBe(kernels);
    expect(made?.mock.calls.length ?? 0).toBe(0);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
    made?.mockRestore();
    step.dispose();
  });
});

describe.skipIf(modes.length === 1)("WebGPU in software", () => {
  test("is refused unless it is allowed", async () => {
    await expect(gpu({ mode: "webgpu" })).rejects.toThrow(
      /works in software, .*SwiftShader.*allowSoftware: true/,
    );
    const backend = await gpu();
    expect(backend).toMatchObject({ mode: "webasm" });
    expect(backend.refusals[0]).toMatch(/webgpu: .*software/);
    await backend.dispose();
  });

  test("dispatches one compute shader for each kernel", async () => {
    const backend = await gpu({ mode: "webgpu", allowSoftware: true });
    const encoder: unknown = Reflect.get(globalThis, "GPUComputePassEncoder");
    if (typeof encoder !== "function") throw new Error("there is no GPUComputePassEncoder");
    const dispatched = vi.spyOn(encoder.prototype, "dispatchWorkgroups");
    const before = backend.stats().runs;
    const f = compile((x: Tensor) => matmul(exp(x), x), { backend });
    await read(await f(normal(0, [8, 8])));
    expect(dispatched.mock.calls.length).toBe(2);
    expect(backend.stats().runs - before).toBe(2);
    dispatched.mockRestore();
    await backend.dispose();
  });

  test("a lost device is an error, and what was read remains", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const backend = await gpu({ mode: "webgpu", allowSoftware: true });
    const step = compile((w: Tensor) => mul(2, w), { backend, donate: [0] });
    const w = await step(tensor([1, 2]));
    await read(w);
    const next = await step(w);
    const { device } = await WebGPUContext.acquire();
    Reflect.apply(Reflect.get(device, "destroy"), device, []);
    await device.lost;
    await expect(read(next)).rejects.toThrow(/the GPU was lost \(.*what has been read from it remains/);
    await expect(step(w)).rejects.toThrow(/the GPU was lost/);
    expect(backend.lost()).not.toBeNull();
    const another = await gpu({ mode: "webgpu", allowSoftware: true });
    const again = compile((x: Tensor) => mul(2, x), { backend: another });
    expect([...(await read(await again(w))).data]).toEqual([4, 8]);
    await another.dispose();
    error.mockRestore();
  });
});
