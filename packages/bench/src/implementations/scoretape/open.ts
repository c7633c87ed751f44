import {
  add,
  compile,
  matmul,
  mean,
  mul,
  nn,
  optim,
  random,
  square,
  type Tensor,
  tree,
  valueAndGrad,
} from "@scoretape/autograd";
import { langevin } from "@scoretape/score";
import {
  columnVariances,
  euclideanNorm,
  meanSquare,
  productValues,
  trainingWork,
  type Work,
} from "../../worker/work.ts";
import { type Arrays, arrayOf, layersIn, part } from "../../workloads/arrays.ts";
import type { LoadedWorkload } from "../../workloads/files.ts";
import { BATCHES, type Product, type Sampling, type Training } from "../../workloads/workload.ts";
import { type Engine, engineOf, gpuEngineOf } from "./engine.ts";
import { type Layers, objectiveOf } from "./objective.ts";

/** A product's variant ends with this where ten products make one program. */
const PROGRAM = "-program";

/** A workload on scoretape. The variants: see `engineOf` and `gpuEngineOf`; for products with `-program` behind, ten in one program. */
export async function open(loaded: LoadedWorkload, variant: string): Promise<Work> {
  const inProgram = variant.endsWith(PROGRAM);
  const name = inProgram ? variant.slice(0, -PROGRAM.length) : variant;
  const engine = (await gpuEngineOf(name)) ?? engineOf(name);
  const { workload, arrays } = loaded;
  return inProgram && workload.kind === "product"
    ? programOfProducts(workload, arrays, engine)
    : openOn(loaded, engine);
}

export function openOn({ workload, arrays }: LoadedWorkload, engine: Engine): Work {
  switch (workload.kind) {
    case "training":
      return training(workload, arrays, engine);
    case "sampling":
      return sampling(workload, arrays, engine);
    case "product":
      return product(workload, arrays, engine);
  }
}

function layersOn(arrays: Arrays, engine: Engine): Layers {
  return layersIn(arrays).map(({ weight, bias }) => ({
    weight: engine.tensor(weight),
    bias: engine.tensor(bias),
  }));
}

function training(workload: Training, arrays: Arrays, engine: Engine): Work {
  const objective = objectiveOf(workload);
  const adam = optim.adam({ learningRate: workload.learningRate });
  const advance = (layers: Layers, state: optim.AdamState, x: Tensor, v: Tensor) => {
    const [loss, gradient] = valueAndGrad((p: Layers) => objective(p, x, v))(layers);
    const [updates, next] = adam.update(gradient, state, layers);
    return [loss, optim.applyUpdates(layers, updates), next] as const;
  };
  const { backend } = engine;
  const step = backend === "eager" ? advance : compile(advance, { backend, donate: [0, 1] });
  const batch = (name: string, i: number): Tensor => engine.tensor(part(arrayOf(arrays, name), i));
  const batches = Array.from({ length: BATCHES }, (_, i) => [batch("x", i), batch("v", i)] as const);
  let layers = layersOn(arrays, engine);
  let state = adam.init(layers);
  let loss: Tensor | null = null;
  return trainingWork(BATCHES, {
    step(i) {
      const [x, v] = batches[i] ?? [];
      if (x === undefined || v === undefined) throw new RangeError(`no batch ${i}`);
      [loss, layers, state] = step(layers, state, x, v);
    },
    loss: () => loss?.item() ?? Number.NaN,
    // The mean of the gradients after the first step is a tenth of the gradient.
    gradientNorms: () => tree.leaves(state.mean).map(({ data }) => 10 * euclideanNorm(data)),
  });
}

function sampling({ widths, steps, stepSize }: Sampling, arrays: Arrays, engine: Engine): Work {
  const net = nn.mlp(widths, { activation: "softplus" });
  const layers = layersOn(arrays, engine);
  const score = (x: Tensor): Tensor => net.apply(layers, x);
  const [x0, noise] = [engine.tensor(arrayOf(arrays, "x")), engine.tensor(arrayOf(arrays, "v"))];
  let runs = 0;
  const sample = (): Tensor => {
    runs += 1;
    const { backend } = engine;
    return langevin(score, x0, { stepSize, steps, key: random.key(runs), backend }).samples;
  };
  return {
    check() {
      const atStart = (x: Tensor): readonly [Tensor, Tensor] => {
        const s = score(x);
        return [s, add(x, add(mul(stepSize / 2, s), mul(Math.sqrt(stepSize), noise)))];
      };
      const { backend } = engine;
      const [s, next] = (backend === "eager" ? atStart : compile(atStart, { backend }))(x0);
      const variances = columnVariances(sample().data, widths[0] ?? 1);
      return { values: [meanSquare(s.data), meanSquare(next.data)], variances };
    },
    run(iterations) {
      for (let i = 0; i < iterations; i++) sample();
    },
  };
}

function product({ n }: Product, arrays: Arrays, { tensor, backend }: Engine): Work {
  const [a, b] = [tensor(arrayOf(arrays, "a")), tensor(arrayOf(arrays, "b"))];
  const multiply = (x: Tensor, y: Tensor): Tensor => matmul(x, y);
  const times = backend === "eager" ? multiply : compile(multiply, { backend });
  return {
    check: () => ({ values: productValues(times(a, b).data, n) }),
    run(iterations) {
      for (let i = 0; i < iterations; i++) times(a, b);
    },
  };
}

const PRODUCTS = 10;

/** Ten products inside one program, as in a network: the factors and the products stay in its memory. */
function programOfProducts(workload: Product, arrays: Arrays, engine: Engine): Work {
  const { tensor, backend } = engine;
  if (backend === "eager") throw new RangeError("only a compiled variant has a program");
  const [a, b] = [arrayOf(arrays, "a"), arrayOf(arrays, "b")];
  const scales = Array.from({ length: PRODUCTS }, (_, i) => 1 + i / PRODUCTS);
  const lefts = scales.map((scale) => tensor({ shape: a.shape, data: a.data.map((value) => scale * value) }));
  // The left factors are constants of the program; each product is different, and none is known in advance.
  const program = compile((y: Tensor) => lefts.map((x) => mean(square(matmul(x, y)))), { backend });
  const right = tensor(b);
  const single = product(workload, arrays, engine);
  return {
    perIteration: PRODUCTS,
    async check() {
      const outcome = await single.check();
      program(right).forEach((value, i) => {
        const ratio = value.item() / ((scales[i] as number) ** 2 * (outcome.values[0] as number));
        if (!(Math.abs(ratio - 1) < 1e-4))
          throw new Error(`product ${i} of the program is ${ratio} times as large`);
      });
      return outcome;
    },
    run(iterations) {
      for (let i = 0; i < iterations; i++) program(right);
    },
  };
}
