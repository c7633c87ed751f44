import { nn, squeeze, type Tensor } from "@scoretape/autograd";
import {
  denoisingScoreMatching,
  exactScoreMatching,
  slicedEnergyScoreMatchingVR,
  slicedScoreMatching,
  slicedScoreMatchingVR,
} from "@scoretape/score";
import type { Training } from "../../workloads/workload.ts";

/** The parameters of a net. */
export type Layers = readonly nn.DenseParams[];

/** The loss of a training at the parameters, on points x [n, d] with probes or noise v [n, d]. */
export type ObjectiveAt = (layers: Layers, x: Tensor, v: Tensor) => Tensor;

/** @throws RangeError for an objective of energies that no workload has */
export function objectiveOf({ widths, model, objective, sigma }: Training): ObjectiveAt {
  const net = nn.mlp(widths, { activation: "softplus" });
  if (model === "energy") {
    if (objective !== "sliced-vr") throw new RangeError(`no workload has an energy with ${objective}`);
    return (layers, x, v) => slicedEnergyScoreMatchingVR((y) => squeeze(net.apply(layers, y), 1), x, v);
  }
  switch (objective) {
    case "sliced":
      return (layers, x, v) => slicedScoreMatching((y) => net.apply(layers, y), x, v);
    case "sliced-vr":
      return (layers, x, v) => slicedScoreMatchingVR((y) => net.apply(layers, y), x, v);
    case "exact":
      return (layers, x) => exactScoreMatching((y) => net.apply(layers, y), x, { chunk: x.shape[1] ?? 1 });
    case "exact-closed":
      return (layers, x) => exactScoreMatching((y) => net.applyWithDivergence(layers, y), x);
    case "denoising":
      return (layers, x, v) => denoisingScoreMatching((y) => net.apply(layers, y), x, v, sigma);
  }
}
