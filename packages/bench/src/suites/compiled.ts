import {
  add,
  compile,
  exp,
  js,
  matmul,
  nn,
  optim,
  type ProgramBackend,
  random,
  sigmoid,
  softplus,
  sum,
  type Tensor,
  tanh,
  tensor,
  valueAndGrad,
  wasm,
} from "@scoretape/autograd";
import { exactScoreMatching, langevin, probes, type Score, slicedScoreMatching } from "@scoretape/score";
import type { Case, Suite } from "../suite.ts";
import { timeOf } from "../time.ts";

/** What compiled programs run on. The name is a column of the table. */
const backends: readonly { readonly name: string; readonly backend: ProgramBackend }[] = [
  { name: "wasm", backend: wasm() },
  { name: "wasm, 2 threads", backend: wasm({ threads: 2 }) },
];

/** An objective of a score, with its own randomness. */
type Objective = (score: Score, x: Tensor, key: Tensor) => Tensor;

const sliced: Objective = (score, x, key) => slicedScoreMatching(score, x, probes.rademacher(key, x.shape));
const exact: Objective = (score, x) => exactScoreMatching(score, x, { chunk: x.shape[1] ?? 1 });

/** Compiled training steps and samplers: everything that they draw is drawn inside. */
export const compiled: Suite = {
  name: "compiled",
  title: "Compiled steps of MLPs with softplus (probes, loss, gradient, Adam), state kept in place",
  cases: () => [
    ...backends.flatMap(({ name, backend }) => [
      stepCase("sliced 2-128-128-2, batch 256", name, trainer(2, 128, 256, sliced, backend)),
      stepCase("sliced 2-32-32-2, batch 64", name, trainer(2, 32, 64, sliced, backend)),
      ...[2, 8, 32].map((d) =>
        stepCase(`exact ${d}-128-128-${d}, batch 128`, name, trainer(d, 128, 128, exact, backend)),
      ),
      stepCase("100 Langevin steps, 1,024 particles", name, sampler(backend)),
    ]),
    stepCase("sliced 2-128-128-2, batch 256", "js", trainer(2, 128, 256, sliced, js)),
  ],
};

function stepCase(row: string, column: string, step: () => void): Case {
  return { row, column, unit: "ms", measure: async (effort) => (await timeOf(step, effort)) / 1e6 };
}

/** A compiled training as a function that makes its next step. Throws when the loss is not finite. */
function trainer(
  d: number,
  hidden: number,
  batch: number,
  objective: Objective,
  backend: ProgramBackend | typeof js,
): () => void {
  const net = nn.mlp([d, hidden, hidden, d], { activation: "softplus" });
  const adam = optim.adam({ learningRate: 1e-3 });
  type Parameters = ReturnType<typeof net.init>;
  const advance = compile(
    (params: Parameters, state: ReturnType<typeof adam.init>, x: Tensor, key: Tensor) => {
      const loss = (p: Parameters): Tensor => objective((y) => net.apply(p, y), x, key);
      const [value, gradient] = valueAndGrad(loss)(params);
      const [updates, next] = adam.update(gradient, state, params);
      return [value, optim.applyUpdates(params, updates), next] as const;
    },
    { backend, donate: [0, 1] },
  );
  const x = random.normal(random.key(1), [batch, d]);
  const key = random.key(2);
  let params = net.init(random.key(3));
  let state = adam.init(params);
  let step = 0;
  return () => {
    const [loss, nextParams, nextState] = advance(params, state, x, random.foldIn(key, step));
    if (!Number.isFinite(loss.item()))
      throw new RangeError(`compiled: the loss is ${loss.item()} at step ${step}`);
    params = nextParams;
    state = nextState;
    step += 1;
  };
}

/** A hundred steps of 1,024 particles through an MLP 2-128-128-2, noise drawn inside. */
function sampler(backend: ProgramBackend): () => void {
  const net = nn.mlp([2, 128, 128, 2], { activation: "softplus" });
  const params = net.init(random.key(3));
  const x0 = random.normal(random.key(4), [1024, 2]);
  const options = { stepSize: 0.01, steps: 100, backend };
  let run = 0;
  return () => {
    run += 1;
    langevin((x) => net.apply(params, x), x0, { ...options, key: random.key(run) });
  };
}

/** Products of one program: enough of them for the call itself not to count. */
const PRODUCTS = 10;

const shapes: readonly (readonly [number, number, number])[] = [
  [64, 64, 64],
  [256, 256, 256],
  [512, 512, 512],
  [1024, 1024, 1024],
  [256, 128, 128],
  [256, 2, 128],
  [256, 128, 2],
];

/** Kernels of the WebAssembly backend, inside a program. */
export const kernels: Suite = {
  name: "kernels",
  title: "Kernels of compiled programs: matrix products M×K×N, functions of 32,768 elements, normals",
  cases: () => [
    ...backends.flatMap(({ name, backend }) => [
      ...shapes.map(([m, k, n]) => productCase(name, backend, m, k, n)),
      ...Object.entries({ exp, tanh, sigmoid, softplus }).map(([f, op]) => elementCase(f, name, backend, op)),
      normalCase(name, backend),
    ]),
  ],
};

function productCase(name: string, backend: ProgramBackend, m: number, k: number, n: number): Case {
  const inputs = Array.from({ length: PRODUCTS }, (_, i) => random.normal(random.key(i), [m, k]));
  const w = random.normal(random.key(99), [k, n]);
  // The inputs are constants of the program, and depend on an argument so that nothing is computed in advance.
  const products = compile((y: Tensor) => inputs.map((x) => sum(matmul(x, y))), { backend });
  return {
    row: `${m}×${k}×${n}`,
    column: name,
    unit: "GFLOP/s",
    measure: async (effort) => (2 * m * k * n * PRODUCTS) / (await timeOf(() => products(w), effort)),
  };
}

function elementCase(row: string, name: string, backend: ProgramBackend, f: (x: Tensor) => Tensor): Case {
  const x = random.normal(random.key(5), [32768]);
  const total = compile((shift: Tensor) => sum(f(add(x, shift))), { backend });
  const shift = tensor(0.5);
  return {
    row,
    column: `${name}, ns an element`,
    unit: "ns",
    measure: async (effort) => (await timeOf(() => total(shift), effort)) / 32768,
  };
}

function normalCase(name: string, backend: ProgramBackend): Case {
  const draw = compile((key: Tensor) => sum(random.normal(key, [32768])), { backend });
  const key = random.key(6);
  return {
    row: "normal",
    column: `${name}, ns an element`,
    unit: "ns",
    measure: async (effort) => (await timeOf(() => draw(key), effort)) / 32768,
  };
}
