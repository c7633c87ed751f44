import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
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
import { type Derivatives, lossOf } from "./loss.ts";
import { applyNet, secondDerivativeNotes } from "./net.ts";
import { imageSampling, imageTraining } from "./unet.ts";

/**
 * A workload on TensorFlow.js, on its WebAssembly backend. The variants: `autodiff`, the derivatives inside a loss by
 * tf.grad; `by-hand`, written down.
 */
export async function open({ workload, arrays }: LoadedWorkload, variant: string): Promise<Work> {
  if (variant !== "autodiff" && variant !== "by-hand") {
    throw new RangeError(`TensorFlow.js has no variant "${variant}"`);
  }
  if (!(await tf.setBackend("wasm"))) throw new Error("TensorFlow.js has no WebAssembly backend here");
  switch (workload.kind) {
    case "image-training":
      return imageTraining(workload, arrays);
    case "image-sampling":
      return imageSampling(workload, arrays);
    case "training":
      return training(workload, arrays, variant);
    case "sampling":
      return sampling(workload, arrays);
    case "product":
      return product(workload, arrays);
  }
}

function load({ shape, data }: StoredArray): tf.Tensor2D {
  const [rows = 0, columns = 0] = shape;
  return tf.tensor2d(data.slice(), [rows, columns]);
}

function training(workload: Training, arrays: Arrays, derivatives: Derivatives): Work {
  const layers = layersIn(arrays).map(({ weight, bias }) => ({
    weight: tf.variable(load(weight)),
    bias: tf.variable(tf.tensor1d(bias.data.slice())),
  }));
  const variables = layers.flatMap(({ weight, bias }) => [bias as tf.Variable, weight as tf.Variable]);
  const loss = lossOf(workload, derivatives);
  const adam = tf.train.adam(workload.learningRate, 0.9, 0.999, 1e-8);
  const batch = (name: string, i: number): tf.Tensor2D => load(part(arrayOf(arrays, name), i));
  const batches = Array.from({ length: BATCHES }, (_, i) => [batch("x", i), batch("v", i)] as const);
  let last: tf.Scalar | null = null;
  let firstNorms: number[] | null = null;
  const step = (i: number): void => {
    const [x, v] = batches[i] ?? [];
    if (x === undefined || v === undefined) throw new RangeError(`no batch ${i}`);
    last?.dispose();
    last = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => loss(layers, x, v), variables);
      adam.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
      firstNorms ??= variables.map(({ name }) => euclideanNorm(grads[name]?.dataSync() ?? [0]));
      return value;
    });
  };
  const notes = derivatives === "autodiff" ? secondDerivativeNotes() : [];
  return trainingWork(
    BATCHES,
    {
      step,
      loss: async () => (await last?.data())?.[0] ?? Number.NaN,
      gradientNorms: () => firstNorms ?? [],
    },
    notes,
  );
}

function sampling({ widths, steps, stepSize }: Sampling, arrays: Arrays): Work {
  const layers = layersIn(arrays).map(({ weight, bias }) => ({
    weight: load(weight),
    bias: tf.tensor1d(bias.data.slice()),
  }));
  const [x0, noise] = [load(arrayOf(arrays, "x")), load(arrayOf(arrays, "v"))];
  const move = (x: tf.Tensor2D, z: tf.Tensor2D): tf.Tensor2D =>
    tf.tidy(() => {
      const drift = tf.mul(stepSize / 2, applyNet(layers, x));
      return tf.add<tf.Tensor2D>(tf.add(x, drift), tf.mul(Math.sqrt(stepSize), z));
    });
  const sample = (): Promise<ArrayLike<number>> => {
    let x = x0.clone();
    for (let i = 0; i < steps; i++) {
      const next = tf.tidy(() => move(x, tf.randomNormal(x0.shape)));
      x.dispose();
      x = next;
    }
    const data = x.data();
    x.dispose();
    return data;
  };
  return {
    async check() {
      const values = [applyNet(layers, x0), move(x0, noise)].map((result) => meanSquare(result.dataSync()));
      return { values, variances: columnVariances(await sample(), widths[0] ?? 1) };
    },
    async run(iterations) {
      for (let i = 0; i < iterations; i++) await sample();
    },
  };
}

function product({ n }: Product, arrays: Arrays): Work {
  const [a, b] = [load(arrayOf(arrays, "a")), load(arrayOf(arrays, "b"))];
  return {
    check: () => ({ values: productValues(tf.matMul(a, b).dataSync(), n) }),
    run(iterations) {
      // The products are made at once; their numbers need no waiting for.
      for (let i = 0; i < iterations; i++) tf.matMul(a, b).dispose();
    },
  };
}
