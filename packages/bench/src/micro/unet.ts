import { compile, conv, grad, mul, random, slice, square, sum, type Tensor, wasm } from "@scoretape/autograd";
import { noisySlicedScoreMatchingVR } from "@scoretape/score";
import { engineOf } from "../implementations/scoretape/engine.ts";
import { type ImageLoss, imageSteps, noisyDenoising } from "../implementations/scoretape/images.ts";
import { batchAt } from "../implementations/scoretape/steps.ts";
import { type Arrays, arraysOf } from "../workloads/arrays.ts";
import { type ImageTraining, workloads } from "../workloads/workload.ts";
import type { Case, MicroEffort, Suite } from "./suite.ts";
import { timeOf } from "./time.ts";

interface Sizes {
  readonly side: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly window: 1 | 3;
}

/** The convolutions of the network of W9, from the first to the last. */
const convolutions: readonly Sizes[] = [
  { side: 14, inputs: 4, outputs: 32, window: 3 },
  { side: 14, inputs: 32, outputs: 32, window: 3 },
  { side: 14, inputs: 32, outputs: 32, window: 3 },
  { side: 7, inputs: 32, outputs: 64, window: 3 },
  { side: 7, inputs: 64, outputs: 64, window: 3 },
  { side: 7, inputs: 32, outputs: 64, window: 1 },
  { side: 7, inputs: 64, outputs: 64, window: 3 },
  { side: 7, inputs: 64, outputs: 64, window: 3 },
  { side: 7, inputs: 64, outputs: 32, window: 1 },
  { side: 14, inputs: 32, outputs: 32, window: 3 },
  { side: 14, inputs: 32, outputs: 32, window: 3 },
  { side: 14, inputs: 32, outputs: 4, window: 3 },
];

/** Sliced score matching with reduced variance, by probes that are the same in every step. */
const noisySlicedVR: ImageLoss = (score, x, v, sigma) =>
  noisySlicedScoreMatchingVR(score, x, v, sigma, random.rademacher(PROBES, x.shape), { reduction: "none" });

const PROBES = random.key(9);

/** How many numbers the kernels of {@link convolutions} have: those of the network, as a test sees to. */
export const kernelSizes = convolutions.map(
  ({ inputs, outputs, window }) => inputs * outputs * window * window,
);

/** A training step of the U-Net of W9: beside its convolutions alone, and by sliced score matching. */
export const unetSteps: Suite = {
  name: "unet",
  seconds: 60,
  title: "a training step of the U-Net of W9, compiled; its convolutions with their gradients; quotients",
  cases: () => [1, 2].flatMap(casesOn),
};

function casesOn(threads: number): Case[] {
  const workload = workloads.find((one): one is ImageTraining => one.kind === "image-training");
  if (workload === undefined) throw new RangeError("no workload trains on images");
  const arrays = arraysOf(workload);
  const denoising = stepOf(workload, arrays, noisyDenoising, threads);
  const sliced = stepOf(workload, arrays, noisySlicedVR, threads);
  const alone = convolutionsOf(workload.batch, threads);
  const where = threads === 1 ? "1 thread" : `${threads} threads`;
  const time = (what: string, run: () => unknown): Case => ({
    row: `${what}, ${where}`,
    column: "time",
    unit: "ms",
    measure: async (effort) => (await timeOf(run, effort)) / 1e6,
  });
  // Both are timed one right after the other, so that they meet the same machine.
  const over = (what: string, column: string, run: () => unknown, base: () => unknown): Case => ({
    row: `${what}, ${where}`,
    column,
    unit: "times",
    measure: async (effort: MicroEffort) => (await timeOf(run, effort)) / (await timeOf(base, effort)),
  });
  return [
    time("convolutions", alone),
    time("denoising step", denoising),
    time("sliced-VR step", sliced),
    over("denoising step", "over its convolutions", denoising, alone),
    over("sliced-VR step", "over the denoising step", sliced, denoising),
  ];
}

function stepOf(workload: ImageTraining, arrays: Arrays, loss: ImageLoss, threads: number): () => unknown {
  const load = engineOf(threads === 1 ? "wasm-1" : "wasm-2").tensor;
  const { advance, start, batches } = imageSteps(workload, arrays, load, loss);
  const step = compile(advance, { backend: wasm({ threads }), donate: [0, 1, 2] });
  let { parameters, moments, average } = start();
  const batch = batchAt(batches, 0);
  return () => {
    [, parameters, moments, average] = step(parameters, moments, average, batch);
  };
}

/** All convolutions of a step in one program: forward, and both gradients but for that of the images themselves. */
function convolutionsOf(images: number, threads: number): () => unknown {
  const layers = convolutions.map(({ side, inputs, outputs, window }, i) => ({
    x: random.normal(random.key(i), [images, side, side, inputs]),
    kernel: random.normal(random.key(100 + i), [window, window, inputs, outputs]),
  }));
  const one = (x: Tensor): Tensor => slice(x, [0, 0, 0, 0], [1, 1, 1, 1]);
  const program = compile(
    (kernels: readonly Tensor[]) =>
      layers.map(({ x, kernel: unused }, i) => {
        const gradient = grad((layer: { x: Tensor; kernel: Tensor }) =>
          mul(0.5, sum(square(conv(layer.x, layer.kernel)))),
        )({ x, kernel: kernels[i] ?? unused });
        return i === 0 ? [one(gradient.kernel)] : [one(gradient.kernel), one(gradient.x)];
      }),
    { backend: wasm({ threads }) },
  );
  const kernels = layers.map(({ kernel }) => kernel);
  return () => program(kernels);
}
