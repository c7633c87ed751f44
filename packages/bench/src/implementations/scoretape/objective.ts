import type { Tensor } from "@scoretape/autograd";
import { add, dot, matmul, mean, mul, nn, sigmoid, softplus, squeeze, transpose } from "@scoretape/autograd";
import {
  denoisingScoreMatching,
  exactScoreMatching,
  type Score,
  scoreOf,
  slicedScoreMatching,
  slicedScoreMatchingVR,
} from "@scoretape/score";
import type { Training } from "../../workloads/workload.ts";

/** The parameters of a net. */
export type Layers = readonly nn.DenseParams[];

/** The loss of a training at the parameters, on points x [n, d] with probes or noise v [n, d]. */
export function objectiveOf(workload: Training): (layers: Layers, x: Tensor, v: Tensor) => Tensor {
  const net = nn.mlp(workload.widths, { activation: "softplus" });
  const score =
    (layers: Layers): Score =>
    (x) =>
      net.apply(layers, x);
  const model =
    workload.model === "score" ? score : (layers: Layers) => scoreOf((x) => squeeze(net.apply(layers, x), 1));
  switch (workload.objective) {
    case "sliced":
      return (layers, x, v) => slicedScoreMatching(model(layers), x, v);
    case "sliced-vr":
      return (layers, x, v) => slicedScoreMatchingVR(model(layers), x, v);
    case "exact":
      return (layers, x) => exactScoreMatching(model(layers), x, { chunk: x.shape[1] ?? 1 });
    case "exact-closed":
      return closedFormObjective;
    case "denoising":
      return (layers, x, v) => denoisingScoreMatching(model(layers), x, v, workload.sigma);
  }
}

/**
 * ½‖s‖² + tr J of an MLP of three layers, with tr J = σ(y₁)ᵀ(W₁ ∘ (W₂W₀)ᵀ)σ(y₂) for the inputs y of the two
 * softplus layers, whose derivative is the sigmoid σ: the cost does not grow with the dimension.
 */
function closedFormObjective(layers: Layers, x: Tensor): Tensor {
  const [first, second, third] = layers;
  if (first === undefined || second === undefined || third === undefined) {
    throw new RangeError(`the closed form is for three layers, not ${layers.length}`);
  }
  const y1 = add(matmul(x, first.weight), first.bias);
  const y2 = add(matmul(softplus(y1), second.weight), second.bias);
  const s = add(matmul(softplus(y2), third.weight), third.bias);
  const coupling = mul(second.weight, transpose(matmul(third.weight, first.weight)));
  const divergence = dot(matmul(sigmoid(y1), coupling), sigmoid(y2));
  return mean(add(mul(0.5, dot(s, s)), divergence));
}
