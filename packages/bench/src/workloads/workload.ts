import { karrasSchedule } from "@scoretape/score";

/** What a training step minimises. `exact-closed` is `exact` by the closed form of the divergence of an MLP. */
export type Objective = "sliced" | "sliced-vr" | "exact" | "exact-closed" | "denoising";

interface Common {
  /** Such as `W3-d8`: the name of its folder, too. */
  readonly id: string;
  readonly title: string;
  /** Whether a quick run measures it. */
  readonly quick: boolean;
}

/** Steps of Adam on a multilayer perceptron with softplus between its layers. */
export interface Training extends Common {
  readonly kind: "training";
  readonly objective: Objective;
  /** A score has as many outputs as inputs; an energy has one, and its score is −∇E. */
  readonly model: "score" | "energy";
  readonly widths: readonly number[];
  readonly batch: number;
  readonly learningRate: number;
  /** The standard deviation of the noise, for denoising. */
  readonly sigma: number;
}

/** Unadjusted Langevin steps, x + (ε/2)·s(x) + √ε·z, with the noise z drawn on the way. */
export interface Sampling extends Common {
  readonly kind: "sampling";
  readonly widths: readonly number[];
  readonly particles: number;
  readonly steps: number;
  readonly stepSize: number;
}

/** The product of an m×k and a k×n matrix. */
export interface Product extends Common {
  readonly kind: "product";
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/** The U-Net of images: `noiseConditionalUnet`, told the class of each image. */
export interface ImageNetwork {
  /** [height, width, channels]; the sides halve evenly in each stage. */
  readonly image: readonly [number, number, number];
  readonly classes: number;
  /** Channels of each stage. */
  readonly channels: readonly number[];
  readonly block: number;
  readonly features: number;
  readonly dataDeviation: number;
}

/** Steps of denoising at noise levels of each image's own: loss, gradient, Adam, moving average of the parameters. */
export interface ImageTraining extends Common {
  readonly kind: "image-training";
  readonly network: ImageNetwork;
  readonly batch: number;
  readonly learningRate: number;
  readonly beta2: number;
  /** δ of the moving average, a ← a + (p − a)·(1 − δ)/(1 − δᵗ). */
  readonly averageDecay: number;
}

/** Images by class, without guidance: Heun's method from the first noise level to the last, 0. */
export interface ImageSampling extends Common {
  readonly kind: "image-sampling";
  readonly network: ImageNetwork;
  readonly count: number;
  readonly sigmas: readonly number[];
}

/** One piece of work that every implementation does. */
export type Workload = Training | Sampling | Product | ImageTraining | ImageSampling;

/** Whether it is work on images. */
export function isOfImages(workload: Workload): workload is ImageTraining | ImageSampling {
  return workload.kind === "image-training" || workload.kind === "image-sampling";
}

/** The batches of a training, taken in turn, so that every step reads other numbers. */
export const BATCHES = 4;

const mlp = (d: number, hidden: number): number[] => [d, hidden, hidden, d];

function training(
  id: string,
  title: string,
  objective: Objective,
  widths: readonly number[],
  batch: number,
  more: Partial<Pick<Training, "model" | "quick">> = {},
): Training {
  return {
    kind: "training",
    id,
    title,
    objective,
    widths,
    batch,
    model: "score",
    quick: false,
    learningRate: 1e-3,
    sigma: 0.5,
    ...more,
  };
}

function exact(d: number, objective: "exact" | "exact-closed", quick: boolean): Training {
  const how = objective === "exact" ? "the exact divergence" : "the exact divergence in closed form";
  const id = `${objective === "exact" ? "W3" : "W3c"}-d${d}`;
  return training(id, `step with ${how}, MLP ${d}-128-128-${d}, batch 128`, objective, mlp(d, 128), 128, {
    quick,
  });
}

function product(m: number, k: number, n: number, quick = false): Product {
  const size = m === k && k === n ? `${m}` : `${m}x${k}x${n}`;
  return { kind: "product", id: `W7-${size}`, title: `matrix product ${m}×${k}×${n}`, quick, m, k, n };
}

/** The network that learns 28×28 digits in minutes; 0.617 is the deviation of their pixels in [−1, 1]. */
const digits: ImageNetwork = {
  image: [28, 28, 1],
  classes: 10,
  channels: [32, 64],
  block: 2,
  features: 64,
  dataDeviation: 0.617,
};

/** All of them, in the order of the report. */
export const workloads: readonly Workload[] = [
  training("W1", "sliced step, MLP 2-128-128-2, batch 256", "sliced", mlp(2, 128), 256, { quick: true }),
  training("W1s", "sliced step of a small net, MLP 2-32-32-2, batch 64", "sliced", mlp(2, 32), 64),
  training("W2", "sliced-VR step, MLP 100-256-256-100, batch 128", "sliced-vr", mlp(100, 256), 128, {
    quick: true,
  }),
  exact(2, "exact", true),
  exact(8, "exact", true),
  exact(32, "exact", false),
  exact(100, "exact", false),
  exact(8, "exact-closed", true),
  exact(100, "exact-closed", false),
  training("W4", "denoising step, MLP 784-512-512-784, batch 128", "denoising", mlp(784, 512), 128, {
    quick: true,
  }),
  training("W5", "energy, sliced-VR step, MLP 2-128-128-1, batch 256", "sliced-vr", [2, 128, 128, 1], 256, {
    model: "energy",
    quick: true,
  }),
  {
    kind: "sampling",
    id: "W6",
    title: "1,000 Langevin steps of 1,024 particles, MLP 2-128-128-2",
    quick: true,
    widths: mlp(2, 128),
    particles: 1024,
    steps: 1000,
    stepSize: 0.01,
  },
  product(64, 64, 64),
  product(256, 256, 256, true),
  product(512, 512, 512),
  product(1024, 1024, 1024),
  product(256, 128, 128),
  {
    kind: "image-training",
    id: "W9",
    title: "denoising step of a U-Net by class, 28×28, batch 32, with a moving average",
    quick: false,
    network: digits,
    batch: 32,
    learningRate: 4e-3,
    beta2: 0.99,
    averageDecay: 0.999,
  },
  {
    kind: "image-sampling",
    id: "W10",
    title: "64 samples of a U-Net by class, 28×28, Heun from 14 levels, 27 evaluations",
    quick: false,
    network: digits,
    count: 64,
    sigmas: [...karrasSchedule({ sigmaMin: 0.01, sigmaMax: 20, steps: 14 })],
  },
];

/**
 * The workloads that one of the names asks for: a whole id, or an id up to a hyphen (`W3` is all its dimensions).
 * No names ask for all.
 */
export function chosenWorkloads(names: readonly string[]): Workload[] {
  if (names.length === 0) return [...workloads];
  return workloads.filter(({ id }) => names.some((name) => id === name || id.startsWith(`${name}-`)));
}

/** The same work in less time, for a quick run: a tenth of the sampling steps. */
export function shortened(workload: Workload): Workload {
  if (workload.kind !== "sampling") return workload;
  const steps = workload.steps / 10;
  return { ...workload, steps, title: workload.title.replace("1,000", `${steps}`) };
}
