import { blockUntilReady, init, jit, numpy as np, random, tree, valueAndGrad } from "@jax-js/jax";
import {
  columnVariances,
  euclideanNorm,
  meanSquare,
  productValues,
  trainingWork,
  type Work,
} from "../../worker/work.ts";
import { type Arrays, arrayOf, layersIn, part, type StoredArray } from "../../workloads/arrays.ts";
import type { LoadedWorkload } from "../../workloads/files.ts";
import { BATCHES, type Product, type Sampling, type Training } from "../../workloads/workload.ts";
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
    case "image-sampling":
      throw new RangeError(`${workload.id}: the U-Net is not written for jax-js yet`);
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

const load = ({ shape, data }: StoredArray): np.Array => np.array(data.slice()).reshape([...shape]);

function layersOn(arrays: Arrays): Layer[] {
  return layersIn(arrays).map(({ weight, bias }) => ({ weight: load(weight), bias: load(bias) }));
}

const BETA1 = 0.9;
const BETA2 = 0.999;

function training(workload: Training, arrays: Arrays, variant: Variant): Work {
  const gradient = valueAndGrad(lossOf(workload, variant === "jit-grad" ? "reverse" : "forward"));
  // Adam: Kingma & Ba 2015, algorithm 1; the decay of the averages comes as two scalars.
  const advance = (
    layers: Layer[],
    mean: Layer[],
    meanSquared: Layer[],
    decay1: np.Array,
    decay2: np.Array,
    x: np.Array,
    v: np.Array,
  ) => {
    const [loss, g] = gradient(tree.ref(layers), x, v);
    const nextMean = tree.map(
      (m: np.Array, gi: np.Array) => m.mul(BETA1).add(gi.mul(1 - BETA1)),
      mean,
      tree.ref(g),
    );
    const nextSquared = tree.map(
      (m: np.Array, gi: np.Array) => m.mul(BETA2).add(np.square(gi).mul(1 - BETA2)),
      meanSquared,
      g,
    );
    const next = tree.map(
      (p: np.Array, m: np.Array, s: np.Array) => {
        const unbiased = m.div(decay1.ref);
        return p.sub(unbiased.div(np.sqrt(s.div(decay2.ref)).add(1e-8)).mul(workload.learningRate));
      },
      layers,
      tree.ref(nextMean),
      tree.ref(nextSquared),
    );
    decay1.dispose();
    decay2.dispose();
    return [loss, next, nextMean, nextSquared] as [np.Array, Layer[], Layer[], Layer[]];
  };
  const step = variant !== "eager" ? jit(advance) : advance;
  const batch = (name: string, i: number): np.Array => load(part(arrayOf(arrays, name), i));
  const batches = Array.from({ length: BATCHES }, (_, i) => [batch("x", i), batch("v", i)] as const);
  const zeros = (): Layer[] => tree.map((p: np.Array) => np.zerosLike(p), tree.ref(layers)) as Layer[];
  let layers = layersOn(arrays);
  let [mean, squared] = [zeros(), zeros()];
  let loss: np.Array | null = null;
  let t = 0;
  return trainingWork(BATCHES, {
    async step(i) {
      const [x, v] = batches[i] ?? [];
      if (x === undefined || v === undefined) throw new RangeError(`no batch ${i}`);
      t += 1;
      loss?.dispose();
      const [decay1, decay2] = [np.array(1 - BETA1 ** t), np.array(1 - BETA2 ** t)];
      [loss, layers, mean, squared] = step(layers, mean, squared, decay1, decay2, x.ref, v.ref);
      // As its documentation recommends for iterations.
      await blockUntilReady([loss, layers]);
    },
    async loss() {
      const [value = Number.NaN] = await (loss?.ref.data() ?? []);
      return value;
    },
    gradientNorms: async () => {
      const inOrder = mean.flatMap(({ weight, bias }) => [bias, weight]);
      return Promise.all(inOrder.map(async (m) => 10 * euclideanNorm(await m.ref.data())));
    },
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
