import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type GpuProgramBackend, gpu } from "../../src/gpu.ts";
import { compile, matmul, mul, random, read, repeat, sub, type Tensor, tanh } from "../../src/index.ts";
import { modes } from "../support/gpu.ts";
import { observe } from "../support/observe.ts";

describe.skipIf(modes.length === 1)("submissions to WebGPU's queue", () => {
  let backend: GpuProgramBackend;
  let submissions = 0;
  let stop = (): void => {};

  beforeAll(async () => {
    backend = await gpu({ mode: "webgpu", allowSoftware: true });
    stop = observe("GPUQueue", "submit", () => {
      submissions++;
    });
  });

  afterAll(async () => {
    stop();
    await backend.dispose();
  });

  const key = random.key(4);
  const start = random.normal(key, [4, 4]);
  const x = random.normal(random.foldIn(key, 1), [4, 4]);
  const once = (w: Tensor, y: Tensor): Tensor => sub(w, mul(0.1, tanh(matmul(y, w))));
  const steps = (count: number) => (w: Tensor, y: Tensor) => {
    let next = w;
    for (let step = 0; step < count; step++) next = once(next, y);
    return next;
  };

  /** How many submissions some work makes. */
  async function submitted(work: () => Promise<unknown>): Promise<number> {
    const before = submissions;
    await work();
    return submissions - before;
  }

  test("a call of a loop is one, whose runs share their kernels", async () => {
    const single = compile(once, { backend, donate: [0] });
    const looped = compile((w: Tensor, y: Tensor) => repeat(8, (v: Tensor) => once(v, y), w), {
      backend,
      donate: [0],
    });
    let w = await single(start, x);
    const kernels = backend.stats().kernels;
    const v = await looped(start, x);
    expect(backend.stats().kernels).toBe(kernels);
    for (let step = 1; step < 8; step++) w = await single(w, x);
    expect([...(await read(w)).data]).toEqual([...(await read(v)).data]);
    expect(await submitted(() => looped(v, x))).toBe(1);
  });

  test("a call is one, however many kernels and steps it has, and a read is another", async () => {
    const single = compile(once, { backend, donate: [0] });
    const many = compile(steps(8), { backend, donate: [0] });
    let w = await single(start, x);
    const kernels = backend.stats().kernels;
    let v = await many(start, x);
    // The steps share their kernels with one another and with the single one.
    expect(backend.stats().kernels).toBe(kernels);
    for (let step = 1; step < 8; step++) {
      expect(
        await submitted(async () => {
          w = await single(w, x);
        }),
      ).toBe(1);
    }
    expect([...(await read(w)).data]).toEqual([...(await read(v)).data]);
    const runs = backend.stats().runs;
    expect(
      await submitted(async () => {
        v = await many(v, x);
      }),
    ).toBe(1);
    expect(backend.stats().runs - runs).toBeGreaterThanOrEqual(2 * 8);
    expect(await submitted(() => read(v))).toBe(1);
    single.dispose();
    many.dispose();
  });
});
