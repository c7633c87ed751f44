import { grad, jvp, linearize, nn, numpy as np, tree } from "@jax-js/jax";
import type { Training } from "../../workloads/workload.ts";

// jax-js counts references: a function owns its arguments, and uses one up at each mention without `.ref`.

export type Layer = { weight: np.Array; bias: np.Array };

/** The net's outputs [n, outputs] at x [n, d]; uses up both. */
export function applyNet(layers: Layer[], x: np.Array): np.Array {
  return layers.reduce((values, { weight, bias }, i) => {
    const output = np.matmul(values, weight).add(bias);
    return i === layers.length - 1 ? output : nn.softplus(output);
  }, x);
}

/** The value of each row's product, [n]; uses up both. */
const dot = (x: np.Array, y: np.Array): np.Array => np.sum(x.mul(y), 1);
const half = (x: np.Array): np.Array => x.mul(0.5);

/** A score and its derivative along v: s(x) and J(x)v, [n, d] each. Uses up the layers and x, not v. */
type Push = (layers: Layer[], x: np.Array, v: np.Array) => [np.Array, np.Array];

const pushScore: Push = (layers, x, v) => {
  const pair = jvp((y: np.Array) => applyNet(tree.ref(layers), y), [x], [v.ref]);
  tree.dispose(layers);
  return pair;
};

/** −∇E and −∇²E·v, by a gradient inside the derivative along v. */
const pushGradient: Push = (layers, x, v) => {
  const total = (y: np.Array): np.Array => np.sum(applyNet(tree.ref(layers), y));
  const score = (y: np.Array): np.Array => np.negative(grad(total)(y));
  const pair = jvp(score, [x], [v.ref]);
  tree.dispose(layers);
  return pair;
};

/** The same in forward mode alone: the gradient one dimension at a time. */
const pushForward: Push = (layers, x, v) => {
  const [n = 0, d = 0] = x.shape;
  const slope = (i: number) => (y: np.Array) => {
    const unit = np.broadcastTo(np.eye(d).slice(i), [n, d]);
    return np.squeeze(jvp((z: np.Array) => applyNet(tree.ref(layers), z), [y], [unit])[1], 1);
  };
  const score = (y: np.Array): np.Array =>
    np.negative(
      np.stack(
        Array.from({ length: d }, (_, i) => slope(i)(y.ref)),
        1,
      ),
    );
  const pair = jvp(score, [x.ref], [v.ref]);
  x.dispose();
  tree.dispose(layers);
  return pair;
};

/**
 * The loss of a training: uses up the layers, the points x [n, d] and the probes or noise v. `inner` is how the
 * score of an energy is made.
 */
export function lossOf(
  { objective, model, sigma }: Training,
  inner: "forward" | "reverse",
): (layers: Layer[], x: np.Array, v: np.Array) => np.Array {
  const push = model === "score" ? pushScore : inner === "reverse" ? pushGradient : pushForward;
  switch (objective) {
    case "sliced":
      return (layers, x, v) => {
        const [s, Jv] = push(layers, x, v);
        return np.mean(dot(v.ref, Jv).add(half(np.square(dot(v, s)))));
      };
    case "sliced-vr":
      return (layers, x, v) => {
        const [s, Jv] = push(layers, x, v);
        return np.mean(dot(v, Jv).add(half(np.sum(np.square(s), 1))));
      };
    case "denoising":
      return (layers, x, v) => {
        const noisy = x.add(v.ref.mul(sigma));
        const residual = applyNet(layers, noisy).add(v.mul(1 / sigma));
        return np.mean(half(np.sum(np.square(residual), 1)));
      };
    case "exact":
      return exactLoss;
    case "exact-closed":
      return closedFormLoss;
  }
}

/** The trace by one Jacobian-vector product a dimension, on one primal pass. */
function exactLoss(layers: Layer[], x: np.Array, v: np.Array): np.Array {
  v.dispose();
  const [n = 0, d = 0] = x.shape;
  const [s, push] = linearize((y: np.Array) => applyNet(tree.ref(layers), y), [x]);
  tree.dispose(layers);
  let value = half(np.sum(np.square(s), 1));
  for (let i = 0; i < d; i++) {
    const unit = np.broadcastTo(np.eye(d).slice(i), [n, d]);
    value = value.add(dot(push(unit.ref), unit));
  }
  push.dispose();
  return np.mean(value);
}

/** σ(y₁)ᵀ(W₁ ∘ (W₂W₀)ᵀ)σ(y₂) for the inputs y of the two softplus layers. */
function closedFormLoss(layers: Layer[], x: np.Array, v: np.Array): np.Array {
  v.dispose();
  const [first, second, third] = layers;
  if (first === undefined || second === undefined || third === undefined)
    throw new RangeError("not three layers");
  const y1 = np.matmul(x, first.weight.ref).add(first.bias);
  const y2 = np.matmul(nn.softplus(y1.ref), second.weight.ref).add(second.bias);
  const s = np.matmul(nn.softplus(y2.ref), third.weight.ref).add(third.bias);
  const coupling = second.weight.mul(np.transpose(np.matmul(third.weight, first.weight)));
  const divergence = dot(np.matmul(nn.sigmoid(y1), coupling), nn.sigmoid(y2));
  return np.mean(half(np.sum(np.square(s), 1)).add(divergence));
}
