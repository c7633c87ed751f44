import {
  type AsyncProgramBackend,
  compile,
  matmul,
  mul,
  nn,
  optim,
  type ProgramBackend,
  random,
  read,
  type Tensor,
  valueAndGrad,
  wasm,
} from "@scoretape/autograd";
import { gpu } from "@scoretape/autograd/gpu";
import { data, probes, slicedScoreMatchingVR } from "@scoretape/score";
import type { Case, MicroEffort, Suite } from "./suite.ts";

/** Sizes of square matrices; the largest are for a GPU only. */
const matrices = [
  { size: 256, wasm: true },
  { size: 512, wasm: true },
  { size: 1024, wasm: true },
  { size: 2048, wasm: true },
  { size: 4096, wasm: false },
];

/** Hidden width and batch size of the networks. */
const trainings = [
  { hidden: 128, batch: 256, wasm: true },
  { hidden: 128, batch: 4096, wasm: true },
  { hidden: 128, batch: 65_536, wasm: true },
  { hidden: 1024, batch: 256, wasm: true },
  { hidden: 1024, batch: 4096, wasm: true },
  { hidden: 1024, batch: 65_536, wasm: false },
];

/** What a backend runs until all of its results are there. */
type Run = (times: number) => Promise<void>;

/** Programs on a GPU and in WebAssembly on the same machine. A GPU in software is taken where SCORETAPE_SOFTWARE is set. */
export const gpuPrograms: Suite = {
  name: "gpu",
  seconds: 200,
  title:
    "Compiled programs on a GPU by WebGPU, and in WebAssembly with two threads: products of square matrices, and whole\n" +
    "training steps (MLP with softplus, variance-reduced sliced score matching, Adam). Only the last loss is read",
  needsGpu: true,
  cases: () => {
    const device = once(() =>
      gpu({ mode: "webgpu", allowSoftware: process.env.SCORETAPE_SOFTWARE !== undefined }),
    );
    const here = once(async () => wasm({ threads: 2 }));
    const both = (
      row: string,
      inWasm: boolean,
      unit: string,
      make: (backend: AsyncProgramBackend | ProgramBackend) => Run,
      quantity: (seconds: number) => number,
    ): Case[] => [
      timed({ row, column: "gpu", unit }, device, make, quantity),
      ...(inWasm ? [timed({ row, column: "wasm, 2 threads", unit }, here, make, quantity)] : []),
    ];
    return [
      ...matrices.flatMap(({ size, wasm: inWasm }) =>
        both(
          `matmul ${size}³`,
          inWasm,
          "GFLOP/s",
          product(size),
          (seconds) => (2 * size ** 3) / seconds / 1e9,
        ),
      ),
      ...trainings.flatMap(({ hidden, batch, wasm: inWasm }) =>
        both(
          `step 2-${hidden}-${hidden}-2, batch ${batch}`,
          inWasm,
          "",
          trainer(hidden, batch),
          (s) => 1 / s,
        ),
      ),
    ];
  },
};

/** A case that measures a run on a backend, compiled in the first round. */
function timed<Backend>(
  { row, column, unit }: Omit<Case, "measure">,
  backend: () => Promise<Backend>,
  make: (backend: Backend) => Run,
  quantity: (seconds: number) => number,
): Case {
  const run = once(async () => make(await backend()));
  return {
    row,
    column,
    unit: unit === "" ? "steps/s" : unit,
    measure: async (effort) => quantity(await secondsOf(await run(), effort)),
  };
}

/** The time of one of many runs in a row. */
async function secondsOf(run: Run, { time, samples }: MicroEffort): Promise<number> {
  const start = performance.now();
  await run(1);
  const first = performance.now() - start;
  const times = Math.max(samples, Math.min(1000, Math.ceil(time / 1e6 / first)));
  const again = performance.now();
  await run(times);
  return (performance.now() - again) / 1e3 / times;
}

/** y ← x·y, again and again: the result of a product is the next one's operand. */
function product(size: number): (backend: AsyncProgramBackend | ProgramBackend) => Run {
  return (backend) => {
    // By this factor the numbers keep their size, however often they are multiplied.
    const x = mul(1 / Math.sqrt(size), random.normal(random.key(1), [size, size]));
    const step = compiled((a: Tensor, b: Tensor) => matmul(a, b), backend, [1]);
    let y: Tensor = x;
    return async (times) => {
      for (let i = 0; i < times; i++) y = await step(x, y);
      await read(y);
      y = x;
    };
  };
}

function trainer(hidden: number, batch: number): (backend: AsyncProgramBackend | ProgramBackend) => Run {
  return (backend) => {
    const net = nn.mlp([2, hidden, hidden, 2], { activation: "softplus" });
    const adam = optim.adam({ learningRate: 1e-3 });
    let params = net.init(random.key(3));
    let state = adam.init(params);
    const x = data.eightGaussians.sample(random.key(1), batch);
    const advance = (p: typeof params, s: typeof state, y: Tensor, key: Tensor) => {
      const v = probes.rademacher(key, y.shape);
      const loss = (q: typeof params): Tensor => slicedScoreMatchingVR((z) => net.apply(q, z), y, v);
      const [value, gradient] = valueAndGrad(loss)(p);
      const [updates, next] = adam.update(gradient, s, p);
      return [value, optim.applyUpdates(p, updates), next] as const;
    };
    const step = compiled(advance, backend, [0, 1]);
    let count = 0;
    return async (times) => {
      let value: Tensor | null = null;
      for (let i = 0; i < times; i++) {
        [value, params, state] = await step(params, state, x, random.foldIn(random.key(2), count++));
      }
      const loss = value === null ? 0 : (await read(value)).item();
      if (!Number.isFinite(loss)) throw new RangeError(`gpu: the loss is ${loss} at step ${count}`);
    };
  };
}

/** A function compiled for a device or for here. */
function compiled<A extends readonly Parameters<typeof read>[0][], R extends Parameters<typeof read>[0]>(
  f: (...primals: A) => R,
  backend: AsyncProgramBackend | ProgramBackend,
  donate: readonly number[],
): (...primals: A) => R | Promise<R> {
  return "asynchronous" in backend ? compile(f, { backend, donate }) : compile(f, { backend, donate });
}

/** Makes a value when it is first asked for. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
