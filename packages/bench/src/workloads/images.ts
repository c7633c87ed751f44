import { add, exp, type Key, mul, random, type Tensor, tensor, tree } from "@scoretape/autograd";
import { noiseConditionalUnet } from "@scoretape/score";
import { BATCHES, type ImageNetwork, type ImageSampling, type ImageTraining } from "./workload.ts";

/** The U-Net of a workload. */
export function unetOf({ image, classes, channels, block, features, dataDeviation }: ImageNetwork) {
  return noiseConditionalUnet({ image, classes, channels, block, features, dataDeviation });
}

/** A parameter's name among the arrays, by its place in the tree of all. */
export const parameterName = (path: string): string => `unet.${path}`;

/** log σ ~ N(MEAN, DEVIATION²). */
const MEAN = -0.4;
const DEVIATION = 1.3;
/** Layers that start at 0 would hide the gradients of those before them. */
const SPREAD = 0.02;

/**
 * Work on images: the parameters `unet.input.kernel`, ... in the order of the tree; the fixed `frequencies` that embed a
 * noise level, [1, 16]. Trainings: the images `x` and their noise `v`, [batches, n, pixels], the levels `sigma` and the
 * classes `label`, [batches, n]. Samplings: the starts `x`, [n, pixels], the classes `label`, [n], and the levels `sigma`.
 */
export function imageArrays(
  workload: ImageTraining | ImageSampling,
  key: (i: number) => Key,
): Record<string, Tensor> {
  const { network } = workload;
  const pixels = network.image.reduce((product, length) => product * length, 1);
  const parameters: Record<string, Tensor> = {};
  let count = 0;
  tree.map(
    (leaf, path) => {
      count += 1;
      const drawn = mul(SPREAD, random.normal(random.foldIn(key(3), count), leaf.shape));
      parameters[parameterName(path)] = add(leaf, drawn);
      return leaf;
    },
    unetOf(network).init(key(2)),
  );
  // Those of the library's network, which are the same in all; another would be told apart by the check.
  const frequencies = random.normal(random.key(7), [1, 16]);
  const classesOf = (rows: number): number[] => Array.from({ length: rows }, (_, i) => i % network.classes);
  if (workload.kind === "image-sampling") {
    const { count: rows, sigmas } = workload;
    const start = mul(sigmas[0] ?? 1, random.normal(key(0), [rows, pixels]));
    const label = tensor(classesOf(rows));
    return { ...parameters, frequencies, x: start, label, sigma: tensor([...sigmas]) };
  }
  const { batch } = workload;
  const shape = [BATCHES, batch, pixels];
  return {
    ...parameters,
    frequencies,
    x: mul(network.dataDeviation, random.normal(key(0), shape)),
    v: random.normal(key(1), shape),
    sigma: exp(add(MEAN, mul(DEVIATION, random.normal(key(4), [BATCHES, batch])))),
    label: tensor(classesOf(BATCHES * batch), { shape: [BATCHES, batch] }),
  };
}
