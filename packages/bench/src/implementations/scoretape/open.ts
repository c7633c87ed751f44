import { compile, matmul, mean, random, square, type Tensor } from "@scoretape/autograd";
import { langevin } from "@scoretape/score";
import { columnVariances, meanSquare, productValues, trainingWork, type Work } from "../../worker/work.ts";
import { type Arrays, arrayOf } from "../../workloads/arrays.ts";
import type { LoadedWorkload } from "../../workloads/files.ts";
import { BATCHES, type Product, type Sampling, type Training } from "../../workloads/workload.ts";
import { type Engine, engineOf, gpuEngineOf } from "./engine.ts";
import { openOnGpu, programMode } from "./gpuProgram.ts";
import { imageSampling, imageTraining } from "./images.ts";
import { batchAt, batchesOf, firstGradientNorms, stepsOf, walkOf } from "./steps.ts";

/** How a product's variant may end: one a call, copied in and out, or several in one program, resident in its memory. */
const PLACE = /-(copied|resident)$/;

/**
 * A workload on scoretape. The variants: see `engineOf`, `gpuEngineOf` and `programMode`; of products with `-copied` or
 * `-resident` behind.
 */
export async function open(loaded: LoadedWorkload, variant: string): Promise<Work> {
  const mode = programMode(variant);
  if (mode !== null) return openOnGpu(loaded, mode);
  const name = variant.replace(PLACE, "");
  const engine = (await gpuEngineOf(name)) ?? engineOf(name);
  const { workload, arrays } = loaded;
  return variant.endsWith("-resident") && workload.kind === "product"
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
    case "image-training":
      return imageTraining(workload, arrays, engine);
    case "image-sampling":
      return imageSampling(workload, arrays, engine);
  }
}

function training(workload: Training, arrays: Arrays, engine: Engine): Work {
  const { backend, tensor } = engine;
  const { advance, start } = stepsOf(workload, arrays, tensor);
  const step = backend === "eager" ? advance : compile(advance, { backend, donate: [0, 1] });
  const batches = batchesOf(arrays, tensor);
  let { layers, state } = start();
  let loss: Tensor | null = null;
  return trainingWork(BATCHES, {
    step(i) {
      [loss, layers, state] = step(layers, state, ...batchAt(batches, i));
    },
    loss: () => loss?.item() ?? Number.NaN,
    gradientNorms: () => firstGradientNorms(state),
  });
}

function sampling(workload: Sampling, arrays: Arrays, { backend, tensor }: Engine): Work {
  const { widths, steps, stepSize } = workload;
  const { score, checked, x0 } = walkOf(workload, arrays, tensor);
  let runs = 0;
  const sample = (): Tensor => {
    runs += 1;
    return langevin(score, x0, { stepSize, steps, key: random.key(runs), backend }).samples;
  };
  return {
    check() {
      const [s, next] = (backend === "eager" ? checked : compile(checked, { backend }))(x0);
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

/** Products of one program, so many that the call itself does not count: few of them where one takes long. */
const PRODUCTS = 10;
const LARGE = { terms: 1e8, products: 2 } as const;

/** Products inside one program, as in a network: the factors and the products stay in its memory. */
function programOfProducts(workload: Product, arrays: Arrays, engine: Engine): Work {
  const { tensor, backend } = engine;
  if (backend === "eager") throw new RangeError("only a compiled variant has a program");
  const [a, b] = [arrayOf(arrays, "a"), arrayOf(arrays, "b")];
  const { m, k, n } = workload;
  const count = m * k * n >= LARGE.terms ? LARGE.products : PRODUCTS;
  const scales = Array.from({ length: count }, (_, i) => 1 + i / count);
  const lefts = scales.map((scale) => tensor({ shape: a.shape, data: a.data.map((value) => scale * value) }));
  // The left factors are constants of the program; each product is different, and none is known in advance.
  const program = compile((y: Tensor) => lefts.map((x) => mean(square(matmul(x, y)))), { backend });
  const right = tensor(b);
  const single = product(workload, arrays, engine);
  return {
    perIteration: count,
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
