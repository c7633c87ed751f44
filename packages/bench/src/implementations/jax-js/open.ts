import { blockUntilReady, init, jit, numpy as np, random, tree } from "@jax-js/jax";
import { columnVariances, meanSquare, productValues, type Work } from "../../worker/work.ts";
import { type Arrays, arrayOf, layersIn, part } from "../../workloads/arrays.ts";
import type { LoadedWorkload } from "../../workloads/files.ts";
import { BATCHES, type Product, type Sampling, type Training } from "../../workloads/workload.ts";
import { adamWork, type Loss } from "./adam.ts";
import { imageSampling, imageTraining } from "./images.ts";
import { load } from "./load.ts";
import { applyNet, type Layer, lossOf } from "./net.ts";

/**
 * A workload on jax-js, on its WebAssembly backend. The variants: `jit`, the whole step as one; `jit-threads`, the same
 * where jax-js has found workers; `eager`; and for energies `jit-grad`, with their score by a gradient inside.
 */
export async function open({ workload, arrays }: LoadedWorkload, variant: string): Promise<Work> {
  if (!isVariant(variant)) throw new RangeError(`jax-js has no variant "${variant}"`);
  const available = await init("wasm");
  if (!available.includes("wasm")) throw new Error("jax-js has no WebAssembly backend here");
  switch (workload.kind) {
    case "image-training":
      return imageTraining(workload, arrays);
    case "image-sampling":
      return imageSampling(workload, arrays);
    case "training":
      return training(workload, arrays, variant);
    case "sampling":
      return sampling(workload, arrays, variant);
    case "product":
      return product(workload, arrays, variant);
  }
}

const variants = ["jit", "jit-threads", "jit-grad", "eager"] as const;
type Variant = (typeof variants)[number];

function isVariant(name: string): name is Variant {
  return variants.some((variant) => variant === name);
}

function layersOn(arrays: Arrays): Layer[] {
  return layersIn(arrays).map(({ weight, bias }) => ({ weight: load(weight), bias: load(bias) }));
}

function training(workload: Training, arrays: Arrays, variant: Variant): Work {
  const loss = lossOf(workload, variant === "jit-grad" ? "reverse" : "forward");
  const lossAt: Loss = (parameters, ...batch) => {
    const [x, v] = batch as [np.Array, np.Array];
    const layers = parameters.flatMap((bias, i) => {
      const weight = parameters[i + 1];
      return i % 2 === 0 && weight !== undefined ? [{ weight, bias }] : [];
    });
    return loss(layers, x, v);
  };
  const batch = (name: string, i: number): np.Array => load(part(arrayOf(arrays, name), i));
  const batches = Array.from({ length: BATCHES }, (_, i) => [batch("x", i), batch("v", i)]);
  const parameters = layersOn(arrays).flatMap(({ weight, bias }) => [bias, weight]);
  const { learningRate } = workload;
  return adamWork(lossAt, parameters, batches, {
    learningRate,
    beta2: 0.999,
    isCompiled: variant !== "eager",
  });
}

/** Steps that one compiled program makes: more of them compile longer and run no faster. */
const STEPS_PER_PROGRAM = 10;

function sampling({ widths, steps, stepSize }: Sampling, arrays: Arrays, variant: Variant): Work {
  const layers = layersOn(arrays);
  const [x0, noise] = [load(arrayOf(arrays, "x")), load(arrayOf(arrays, "v"))];
  const score = (x: np.Array): np.Array => applyNet(tree.ref(layers), x);
  const move = (x: np.Array, s: np.Array, z: np.Array): np.Array =>
    x.add(s.mul(stepSize / 2)).add(z.mul(Math.sqrt(stepSize)));
  const walk = (start: np.Array, key: np.Array): [np.Array, np.Array] => {
    let [x, next] = [start, key];
    for (let i = 0; i < STEPS_PER_PROGRAM; i++) {
      const [own, rest] = random.split(next, 2) as unknown as Iterable<np.Array>;
      if (own === undefined || rest === undefined) throw new Error("a key that does not split");
      x = move(x.ref, score(x), random.normal(own, [...x0.shape]));
      next = rest;
    }
    return [x, next];
  };
  const several = variant !== "eager" ? jit(walk) : walk;
  let key = random.key(1);
  const sample = async (): Promise<ArrayLike<number>> => {
    let x = x0.ref;
    for (let i = 0; i < steps / STEPS_PER_PROGRAM; i++) [x, key] = several(x, key);
    return x.data();
  };
  return {
    async check() {
      const s = score(x0.ref);
      const next = move(x0.ref, s.ref, noise);
      const values = [meanSquare(await s.data()), meanSquare(await next.data())];
      return { values, variances: columnVariances(await sample(), widths[0] ?? 1) };
    },
    async run(iterations) {
      for (let i = 0; i < iterations; i++) await sample();
    },
  };
}

function product({ n }: Product, arrays: Arrays, variant: Variant): Work {
  const [a, b] = [load(arrayOf(arrays, "a")), load(arrayOf(arrays, "b"))];
  const multiply = (x: np.Array, y: np.Array): np.Array => np.matmul(x, y);
  const times = variant !== "eager" ? jit(multiply) : multiply;
  return {
    check: async () => ({ values: productValues(await times(a.ref, b.ref).data(), n) }),
    async run(iterations) {
      for (let i = 0; i < iterations; i++) {
        const c = times(a.ref, b.ref);
        await blockUntilReady(c);
        c.dispose();
      }
    },
  };
}
