import { add, mul, nn, optim, type Tensor, tree, valueAndGrad } from "@scoretape/autograd";
import { euclideanNorm } from "../../worker/work.ts";
import { type Arrays, arrayOf, layersIn, part, type StoredArray } from "../../workloads/arrays.ts";
import { BATCHES, type Sampling, type Training } from "../../workloads/workload.ts";
import { type Layers, objectiveOf } from "./objective.ts";

/** How stored numbers become a tensor. */
export type Load = (array: StoredArray) => Tensor;

/** The net of a workload. */
export function layersOn(arrays: Arrays, load: Load): Layers {
  return layersIn(arrays).map(({ weight, bias }) => ({ weight: load(weight), bias: load(bias) }));
}

/** The points and the probes of each batch. */
export function batchesOf(arrays: Arrays, load: Load): (readonly [x: Tensor, v: Tensor])[] {
  const batch = (name: string, i: number): Tensor => load(part(arrayOf(arrays, name), i));
  return Array.from({ length: BATCHES }, (_, i) => [batch("x", i), batch("v", i)]);
}

export function batchAt<B>(batches: readonly B[], i: number): B {
  const batch = batches[i];
  if (batch === undefined) throw new RangeError(`no batch ${i}`);
  return batch;
}

/** A training as a function of its state, and the state before its first step. */
export function stepsOf(workload: Training, arrays: Arrays, load: Load) {
  const objective = objectiveOf(workload);
  const adam = optim.adam({ learningRate: workload.learningRate });
  const advance = (layers: Layers, state: optim.AdamState, x: Tensor, v: Tensor) => {
    const [loss, gradient] = valueAndGrad((p: Layers) => objective(p, x, v))(layers);
    const [updates, next] = adam.update(gradient, state, layers);
    return [loss, optim.applyUpdates(layers, updates), next] as const;
  };
  const start = (): { layers: Layers; state: optim.AdamState } => {
    const layers = layersOn(arrays, load);
    return { layers, state: adam.init(layers) };
  };
  return { advance, start };
}

/** A sampling: its score, its step x + (ε/2)·s(x) + √ε·z, and the states before its first one. */
export function walkOf({ widths, stepSize }: Sampling, arrays: Arrays, load: Load) {
  const net = nn.mlp(widths, { activation: "softplus" });
  const layers = layersOn(arrays, load);
  const score = (x: Tensor): Tensor => net.apply(layers, x);
  const move = (x: Tensor, s: Tensor, z: Tensor): Tensor =>
    add(x, add(mul(stepSize / 2, s), mul(Math.sqrt(stepSize), z)));
  const noise = load(arrayOf(arrays, "v"));
  /** The scores at x, and x after a step with the workload's noise. */
  const checked = (x: Tensor): readonly [Tensor, Tensor] => {
    const s = score(x);
    return [s, move(x, s, noise)];
  };
  return { score, move, checked, x0: load(arrayOf(arrays, "x")) };
}

/** The norms of the first gradient, after the first step: the mean of the gradients is a tenth of it. */
export function firstGradientNorms({ mean }: Pick<optim.AdamState, "mean">): number[] {
  return tree.leaves(mean).map(({ data }) => 10 * euclideanNorm(data));
}
