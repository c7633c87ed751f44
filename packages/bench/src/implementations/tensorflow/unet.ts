import * as tf from "@tensorflow/tfjs";
import { euclideanNorm, meanSquare, trainingWork, type Work } from "../../worker/work.ts";
import { type Arrays, arrayOf, part, type StoredArray } from "../../workloads/arrays.ts";
import {
  BATCHES,
  type ImageNetwork,
  type ImageSampling,
  type ImageTraining,
} from "../../workloads/workload.ts";

type Parameters = ReadonlyMap<string, tf.Tensor>;
type Layer = (x: tf.Tensor, kernel: tf.Tensor) => tf.Tensor;

const GROUP = 8;
const EPSILON = 1e-5;
const PREFIX = "unet.";

const load = ({ shape, data }: StoredArray): tf.Tensor => tf.tensor(data.slice(), [...shape]);

function at(p: Parameters, name: string): tf.Tensor {
  const value = p.get(name);
  if (value === undefined) throw new RangeError(`no parameter "${name}"`);
  return value;
}

/** A convolution by slices and one product: that of TensorFlow.js has no gradient of the kernel on WebAssembly. */
const byProduct: Layer = (x, kernel) => {
  const [n = 0, h = 0, w = 0, c = 0] = x.shape;
  const [window = 1, , , outputs = 0] = kernel.shape;
  const border = (window - 1) / 2;
  const pair: [number, number] = [border, border];
  const padded = tf.pad(x, [[0, 0], pair, pair, [0, 0]]);
  const taps = Array.from({ length: window * window }, (_, i) =>
    tf.slice(padded, [0, Math.floor(i / window), i % window, 0], [n, h, w, c]),
  );
  const columns = tf.reshape(taps.length === 1 ? x : tf.concat(taps, 3), [n * h * w, window * window * c]);
  return tf.reshape(tf.matMul(columns, tf.reshape(kernel, [window * window * c, outputs])), [
    n,
    h,
    w,
    outputs,
  ]);
};

/** TensorFlow.js's own convolution, for values alone. */
const itsOwn: Layer = (x, kernel) => tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, "same");

const silu = (x: tf.Tensor): tf.Tensor => tf.mul(x, tf.sigmoid(x));

function dense(p: Parameters, name: string, x: tf.Tensor): tf.Tensor {
  const weight = at(p, `${name}.weight`);
  const [inputs = 0, outputs = 0] = weight.shape;
  const rows = tf.matMul(tf.reshape(x, [x.size / inputs, inputs]), weight);
  return tf.add(tf.reshape(rows, [...x.shape.slice(0, -1), outputs]), at(p, `${name}.bias`));
}

function normalized(x: tf.Tensor): tf.Tensor {
  const [n = 0, h = 0, w = 0, c = 0] = x.shape;
  const groups = c % GROUP === 0 ? c / GROUP : 1;
  const grouped = tf.reshape(x, [n, h * w, groups, c / groups]);
  const centred = tf.sub(grouped, tf.mean(grouped, [1, 3], true));
  const spread = tf.mean(tf.square(centred), [1, 3], true);
  return tf.reshape(tf.div(centred, tf.sqrt(tf.add(spread, EPSILON))), x.shape);
}

/** F(y, ln(σ)/4, class) on rows [n, pixels] of one colour; classes as rows of zeros and a one. */
function networkOf({ image, channels, block: b }: ImageNetwork, frequencies: tf.Tensor, layer: Layer) {
  const [height, width, colours] = image;
  if (colours !== 1) throw new RangeError("the order of the channels in a block is that of one colour");
  const conv = (p: Parameters, name: string, x: tf.Tensor): tf.Tensor =>
    tf.add(layer(x, at(p, `${name}.kernel`)), at(p, `${name}.bias`));
  const residual = (p: Parameters, name: string, x: tf.Tensor, told: tf.Tensor): tf.Tensor => {
    const hidden = normalized(conv(p, `${name}.first`, silu(normalized(x))));
    const [scale, shift] = tf.split(
      tf.expandDims(tf.expandDims(dense(p, `${name}.modulation`, told), 1), 1),
      2,
      3,
    );
    if (scale === undefined || shift === undefined) throw new RangeError("no scale and shift");
    const skip = p.has(`${name}.skip.0.kernel`) ? conv(p, `${name}.skip.0`, x) : x;
    return tf.add(skip, conv(p, `${name}.second`, silu(tf.add(tf.mul(hidden, tf.add(scale, 1)), shift))));
  };
  const mix = (p: Parameters, x: tf.Tensor): tf.Tensor => {
    const [n = 0, h = 0, w = 0, c = 0] = x.shape;
    const lines = tf.transpose(tf.reshape(normalized(x), [n, h * w, c]), [0, 2, 1]);
    const mixed = dense(p, "mix.gather", silu(dense(p, "mix.spread", lines)));
    return tf.add(x, tf.reshape(tf.transpose(mixed, [0, 2, 1]), x.shape));
  };
  const halved = (x: tf.Tensor): tf.Tensor => {
    const [n = 0, h = 0, w = 0, c = 0] = x.shape;
    return tf.mean(tf.reshape(x, [n, h / 2, 2, w / 2, 2, c]), [2, 4]);
  };
  const doubled = (x: tf.Tensor): tf.Tensor => {
    const [n = 0, h = 0, w = 0, c = 0] = x.shape;
    const wide = tf.reshape(tf.concat([x, x], 3), [n, h, 2 * w * c]);
    return tf.reshape(tf.concat([wide, wide], 2), [n, 2 * h, 2 * w, c]);
  };
  return (p: Parameters, y: tf.Tensor, noise: tf.Tensor, classes: tf.Tensor): tf.Tensor => {
    const [n = 0] = y.shape;
    const [tall, wide] = [height / b, width / b];
    const phases = tf.mul(tf.mul(2 * Math.PI, tf.expandDims(noise, 1)), frequencies);
    const waves = silu(dense(p, "embedding.first", tf.concat([tf.cos(phases), tf.sin(phases)], 1)));
    const ofClass = tf.matMul(classes, at(p, "embedding.classes.0.table"));
    const told = silu(tf.add(dense(p, "embedding.second", waves), ofClass));
    const blocks = tf.transpose(tf.reshape(y, [n, tall, b, wide, b]), [0, 1, 3, 2, 4]);
    let x = conv(p, "input", tf.reshape(blocks, [n, tall, wide, b * b]));
    const seen: tf.Tensor[] = [];
    for (const i of channels.keys()) {
      if (i > 0) {
        seen.push(x);
        x = halved(x);
      }
      x = residual(p, `down.${i}`, tf.add(x, at(p, `positions.${i}`)), told);
    }
    x = residual(p, "middle", mix(p, x), told);
    for (const [i, skip] of seen.reverse().entries()) {
      x = residual(p, `up.${i}.residual`, tf.add(doubled(conv(p, `up.${i}.narrow`, x)), skip), told);
    }
    const made = conv(p, "output", silu(normalized(x)));
    return tf.reshape(tf.transpose(tf.reshape(made, [n, tall, wide, b, b]), [0, 1, 3, 2, 4]), y.shape);
  };
}

function opened(arrays: Arrays, { classes }: ImageNetwork) {
  const parameters = new Map(
    [...arrays].flatMap(([name, array]) =>
      name.startsWith(PREFIX) ? [[name.slice(PREFIX.length), tf.variable(load(array))] as const] : [],
    ),
  );
  const onehot = ({ data }: StoredArray): tf.Tensor =>
    tf.tensor2d(Array.from(data, (own) => Array.from({ length: classes + 1 }, (_, i) => Number(i === own))));
  return { parameters, onehot };
}

/** c_skip, c_out and c_in of Karras et al. 2022, table 1. */
function scalesOf({ dataDeviation: d }: ImageNetwork, sigma: tf.Tensor) {
  const spread = tf.sqrt(tf.add(tf.square(sigma), d * d));
  return {
    skip: tf.square(tf.div(d, spread)),
    out: tf.div(tf.mul(sigma, d), spread),
    scale: tf.div(1, spread),
  };
}

export function imageTraining(workload: ImageTraining, arrays: Arrays): Work {
  const { network, learningRate, beta2, averageDecay } = workload;
  const { parameters, onehot } = opened(arrays, network);
  const apply = networkOf(network, load(arrayOf(arrays, "frequencies")), byProduct);
  const adam = tf.train.adam(learningRate, 0.9, beta2, 1e-8);
  const variables = [...parameters.values()];
  const average = new Map([...parameters].map(([name, value]) => [name, tf.variable(value.clone())]));
  const batches = Array.from({ length: BATCHES }, (_, i) => {
    const stored = (name: string): StoredArray => part(arrayOf(arrays, name), i);
    const [x, v, sigma] = [load(stored("x")), load(stored("v")), load(stored("sigma"))];
    return { x, v, sigma, classes: onehot(stored("label")) };
  });
  const lossAt = (p: Parameters, i: number): tf.Scalar => {
    const batch = batches[i];
    if (batch === undefined) throw new RangeError(`no batch ${i}`);
    const { x, v, sigma, classes } = batch;
    const level = tf.expandDims(sigma, 1);
    const { skip, out, scale } = scalesOf(network, level);
    const noisy = tf.add(x, tf.mul(level, v));
    const target = tf.div(tf.sub(x, tf.mul(skip, noisy)), out);
    const found = apply(p, tf.mul(scale, noisy), tf.mul(0.25, tf.log(sigma)), classes);
    return tf.mean(tf.square(tf.sub(found, target)));
  };
  let last: tf.Scalar | null = null;
  let firstNorms: number[] | null = null;
  let steps = 0;
  return trainingWork(
    BATCHES,
    {
      step(i) {
        last?.dispose();
        steps += 1;
        last = tf.tidy(() => {
          const { value, grads } = tf.variableGrads(() => lossAt(parameters, i), variables);
          adam.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
          firstNorms ??= variables.map(({ name }) => euclideanNorm(grads[name]?.dataSync() ?? [0]));
          const weight = (1 - averageDecay) / (1 - averageDecay ** steps);
          for (const [name, own] of average) {
            own.assign(tf.add(own, tf.mul(weight, tf.sub(at(parameters, name), own))));
          }
          return value;
        });
      },
      loss: async () => (await last?.data())?.[0] ?? Number.NaN,
      gradientNorms: () => firstNorms ?? [],
      averageLoss: () => tf.tidy(() => lossAt(average, 0).dataSync()[0] ?? Number.NaN),
    },
    ["W9's convolutions by slices and products, as its own have no gradient of the kernel on WebAssembly"],
  );
}

export function imageSampling(workload: ImageSampling, arrays: Arrays): Work {
  const { network, sigmas } = workload;
  const { parameters, onehot } = opened(arrays, network);
  const apply = networkOf(network, load(arrayOf(arrays, "frequencies")), itsOwn);
  const [start, classes] = [load(arrayOf(arrays, "x")), onehot(arrayOf(arrays, "label"))];
  const denoised = (x: tf.Tensor, sigma: number): tf.Tensor => {
    const { skip, out, scale } = scalesOf(network, tf.scalar(sigma));
    const noise = tf.fill([x.shape[0] ?? 0], Math.log(sigma) / 4);
    return tf.add(tf.mul(skip, x), tf.mul(out, apply(parameters, tf.mul(scale, x), noise, classes)));
  };
  const slope = (x: tf.Tensor, sigma: number): tf.Tensor => tf.div(tf.sub(x, denoised(x, sigma)), sigma);
  const heun = (x: tf.Tensor, now: number, then: number): tf.Tensor => {
    const k = slope(x, now);
    const end = tf.add(x, tf.mul(then - now, k));
    return then === 0 ? end : tf.add(x, tf.mul((then - now) / 2, tf.add(k, slope(end, then))));
  };
  const sample = async (): Promise<ArrayLike<number>> => {
    let x = start.clone();
    for (const [i, then] of sigmas.slice(1).entries()) {
      const next = tf.tidy(() => heun(x, sigmas[i] ?? then, then));
      x.dispose();
      x = next;
    }
    const data = await x.data();
    x.dispose();
    return data;
  };
  return {
    async check() {
      const once = tf.tidy(() => denoised(start, sigmas[0] ?? 1).dataSync());
      return { values: [meanSquare(once), meanSquare(await sample())] };
    },
    async run(iterations) {
      for (let i = 0; i < iterations; i++) await sample();
    },
  };
}
