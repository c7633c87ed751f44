import type { GpuProgramBackend } from "../../../src/gpu.ts";
import {
  add,
  compile,
  concat,
  cumsum,
  logSoftmax,
  matmul,
  nn,
  optim,
  pad,
  random,
  read,
  slice,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  take,
  tanh,
  transpose,
  valueAndGrad,
  wasm,
} from "../../../src/index.ts";
import { observed } from "./observe.ts";

const key = random.key(7);
const x = random.normal(random.foldIn(key, 1), [37, 12]);
const y = random.normal(random.foldIn(key, 2), [12, 20]);
const long = random.normal(random.foldIn(key, 3), [3000, 5]);

const functions: Readonly<Record<string, (k: Tensor, x: Tensor, y: Tensor, long: Tensor) => Tensor>> = {
  matmul: (_, x, y) => matmul(x, y),
  "matmul of great depth": (_, _x, _y, long) => matmul(long, long, { transposeX: true }),
  chain: (_, x) => tanh(add(square(x), sum(x, { axis: 0 }))),
  "sum of many": (_, _x, _y, long) => sum(long, { axis: 0 }),
  "sum of all": (_, _x, _y, long) => sum(square(long)),
  softmax: (_, x) => softmax(x, { axis: 1 }),
  logSoftmax: (_, x) => logSoftmax(x, { axis: 0 }),
  cumsum: (_, x) => cumsum(x, { axis: 1 }),
  movement: (_, x) =>
    concat(
      [
        transpose(slice(x, [1, 2], [30, 12])),
        pad(take(x, [3, 1, 2], 0), [
          [0, 7],
          [8, 9],
        ]),
      ],
      1,
    ),
  uniform: (k) => random.uniform(k, [1001]),
  normal: (k) => random.normal(k, [33, 31]),
  rademacher: (k) => random.rademacher(k, [33, 31]),
};

/** The largest difference of each function's elements from those of eager ops, relative and at least absolute. */
export async function differences(backend: GpuProgramBackend): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [name, f] of Object.entries(functions)) {
    const compiled = compile(f, { backend });
    const actual = await read(await compiled(key, x, y, long));
    const expected = f(key, x, y, long);
    compiled.dispose();
    let worst = 0;
    expected.data.forEach((value, i) => {
      const difference = Math.abs(value - (actual.data[i] ?? Number.NaN)) / Math.max(1, Math.abs(value));
      worst = difference <= worst ? worst : difference;
    });
    found[name] = worst;
  }
  return found;
}

/** What a training did. */
export interface Training {
  /** The losses here and in WebAssembly. */
  readonly losses: readonly (readonly [here: number, wasm: number])[];
  /** The GPU arrays that were made and not freed, after the fifth step and after the last. */
  readonly alive: readonly [early: number, late: number];
}

/** A regression, on a backend and in WebAssembly. */
export async function train(backend: GpuProgramBackend): Promise<Training> {
  const net = nn.mlp([12, 16, 20], { activation: "tanh" });
  const adam = optim.adam({ learningRate: 5e-2 });
  type Parameters = ReturnType<typeof net.init>;
  const advance = (parameters: Parameters, state: ReturnType<typeof adam.init>, inputs: Tensor) => {
    const [loss, gradient] = valueAndGrad((p: Parameters) =>
      sum(square(sub(net.apply(p, inputs), matmul(inputs, y)))),
    )(parameters);
    const [updates, next] = adam.update(gradient, state, parameters);
    return [loss, optim.applyUpdates(parameters, updates), next] as const;
  };
  const there = compile(advance, { backend, donate: [0, 1] });
  const here = compile(advance, { backend: wasm(), donate: [0, 1] });
  let [a, s] = [net.init(key), adam.init(net.init(key))];
  let [b, t] = [a, s];
  const losses: [number, number][] = [];
  let early = 0;
  for (let step = 0; step < 20; step++) {
    if (step === 5) early = observed.living();
    const first = await there(a, s, x);
    const second = here(b, t, x);
    losses.push([(await read(first[0])).item(), second[0].item()]);
    [a, s] = [first[1], first[2]];
    [b, t] = [second[1], second[2]];
  }
  const late = observed.living();
  there.dispose();
  return { losses, alive: [early, late] };
}
