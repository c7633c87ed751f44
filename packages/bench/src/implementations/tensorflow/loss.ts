import * as tf from "@tensorflow/tfjs";
import type { Training } from "../../workloads/workload.ts";
import { affine, applyNet, type Layer, softplus } from "./net.ts";

type Matrix = tf.Tensor2D;
type Vector = tf.Tensor1D;

/** How the derivatives inside a loss are made: by TensorFlow.js, in reverse mode as it has no other, or written down. */
export type Derivatives = "autodiff" | "by-hand";

/** The loss at points x [n, d] with probes or noise v [n, d]. */
export type Loss = (layers: readonly Layer[], x: Matrix, v: Matrix) => tf.Scalar;

export function lossOf({ objective, model, sigma }: Training, derivatives: Derivatives): Loss {
  const push = pushOf(model, derivatives);
  switch (objective) {
    case "sliced":
      return (layers, x, v) => {
        const [s, Jv] = push(layers, x, v);
        return tf.mean(tf.add(dot(v, Jv), tf.mul(0.5, tf.square(dot(v, s)))));
      };
    case "sliced-vr":
      return (layers, x, v) => {
        const [s, Jv] = push(layers, x, v);
        return tf.mean(tf.add(dot(v, Jv), tf.mul(0.5, dot(s, s))));
      };
    case "denoising":
      return (layers, x, v) => {
        const noisy = tf.add<Matrix>(x, tf.mul(sigma, v));
        const residual = tf.add<Matrix>(applyNet(layers, noisy), tf.mul(1 / sigma, v));
        return tf.mean(tf.mul(0.5, dot(residual, residual)));
      };
    case "exact":
      return derivatives === "autodiff" ? exactByGradients : exactByHand;
    case "exact-closed":
      return closedForm;
  }
}

const dot = (x: Matrix, y: Matrix): Vector => tf.sum(tf.mul(x, y), 1);

/** s(x) and a matrix whose rows have the products vᵀJ(x)v with v: Jv or Jᵀv, [n, d] each. */
type Push = (layers: readonly Layer[], x: Matrix, v: Matrix) => [Matrix, Matrix];

function pushOf(model: Training["model"], derivatives: Derivatives): Push {
  if (model === "score") return derivatives === "autodiff" ? pullScore : pushScore;
  return derivatives === "autodiff" ? pullGradient : pushGradient;
}

const pullScore: Push = (layers, x, v) => {
  const projected = (y: tf.Tensor): tf.Tensor => tf.sum(tf.mul(applyNet(layers, y as Matrix), v));
  return [applyNet(layers, x), tf.grad(projected)(x) as Matrix];
};

const pullGradient: Push = (layers, x, v) => {
  const energy = (y: tf.Tensor): tf.Tensor => tf.sum(applyNet(layers, y as Matrix, softplus));
  const score = (y: tf.Tensor): Matrix => tf.neg(tf.grad(energy)(y)) as Matrix;
  return [score(x), tf.grad((y) => tf.sum(tf.mul(score(y), v)))(x) as Matrix];
};

/** Values and tangents side by side through the layers. */
const pushScore: Push = (layers, x, v) => {
  let value: Matrix = x;
  let tangent: Matrix = v;
  layers.forEach((layer, i) => {
    const y = affine(value, layer);
    const dy: Matrix = tf.matMul(tangent, layer.weight);
    const last = i === layers.length - 1;
    value = last ? y : tf.softplus(y);
    const slope: Matrix = tf.sigmoid(y);
    tangent = last ? dy : tf.mul<Matrix>(slope, dy);
  });
  return [value, tangent];
};

/** Forward with tangents, then back with tangents: −∇E and −∇²E·v. */
const pushGradient: Push = (layers, x, v) => {
  const hidden = layers.slice(0, -1);
  const top = layers.at(-1);
  if (top === undefined) throw new RangeError("a net without layers");
  let value: Matrix = x;
  let tangent: Matrix = v;
  const passed = hidden.map((layer) => {
    const y = affine(value, layer);
    const dy: Matrix = tf.matMul(tangent, layer.weight);
    const slope = tf.sigmoid(y);
    value = tf.softplus(y);
    tangent = tf.mul<Matrix>(dy, slope);
    return { layer, slope, bend: tf.mul<Matrix>(tf.mul(slope, tf.sub(1, slope)), dy) };
  });
  let gradient = tf.transpose(top.weight);
  let change: Matrix | null = null;
  for (const { layer, slope, bend } of passed.reverse()) {
    const curved = tf.mul<Matrix>(gradient, bend);
    const moved: Matrix = change === null ? curved : tf.add<Matrix>(curved, tf.mul(change, slope));
    gradient = tf.matMul(tf.mul<Matrix>(gradient, slope), layer.weight, false, true);
    change = tf.matMul(moved, layer.weight, false, true);
  }
  return [tf.neg(gradient), tf.neg(change ?? tf.zerosLike(x))];
};

/** One gradient for each dimension. */
const exactByGradients: Loss = (layers, x) => {
  const [n, d] = x.shape;
  const s = applyNet(layers, x);
  let value = tf.mul<Vector>(0.5, dot(s, s));
  for (let i = 0; i < d; i++) {
    const component = (y: tf.Tensor): tf.Tensor =>
      tf.sum(tf.slice2d(applyNet(layers, y as Matrix), [0, i], [n, 1]));
    const gradient = tf.grad(component)(x) as Matrix;
    value = tf.add(value, tf.reshape(tf.slice2d(gradient, [0, i], [n, 1]), [n]));
  }
  return tf.mean(value);
};

/** The tangents of all dimensions in one product, [n·d, hidden]; three layers. */
const exactByHand: Loss = (layers, x) => {
  const [first, second, third] = threeLayers(layers);
  const [n, d] = x.shape;
  const y1 = affine(x, first);
  const y2 = affine(tf.softplus(y1), second);
  const s = affine(tf.softplus(y2), third);
  const hidden = y1.shape[1];
  const dh1 = tf.mul(tf.expandDims(tf.sigmoid(y1), 1), tf.expandDims(first.weight, 0));
  const dy2 = tf.matMul(tf.reshape(dh1, [n * d, hidden]) as Matrix, second.weight);
  const dh2 = tf.mul(tf.reshape(dy2, [n, d, second.weight.shape[1]]), tf.expandDims(tf.sigmoid(y2), 1));
  const trace = tf.sum(tf.mul(dh2, tf.expandDims(tf.transpose(third.weight), 0)), [1, 2]);
  return tf.mean(tf.add(tf.mul(0.5, dot(s, s)), trace));
};

/** σ(y₁)ᵀ(W₁ ∘ (W₂W₀)ᵀ)σ(y₂) for the inputs y of the two softplus layers. */
const closedForm: Loss = (layers, x) => {
  const [first, second, third] = threeLayers(layers);
  const y1 = affine(x, first);
  const y2 = affine(tf.softplus(y1), second);
  const s = affine(tf.softplus(y2), third);
  const coupling = tf.mul<Matrix>(second.weight, tf.transpose(tf.matMul(third.weight, first.weight)));
  const divergence = dot(tf.matMul(tf.sigmoid(y1), coupling), tf.sigmoid(y2));
  return tf.mean(tf.add(tf.mul(0.5, dot(s, s)), divergence));
};

function threeLayers(layers: readonly Layer[]): [Layer, Layer, Layer] {
  const [first, second, third] = layers;
  if (first === undefined || second === undefined || third === undefined || layers.length > 3) {
    throw new RangeError(`this form is for three layers, not ${layers.length}`);
  }
  return [first, second, third];
}
