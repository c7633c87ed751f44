import { blockUntilReady, jit, nn, numpy as np, tree } from "@jax-js/jax";
import { meanSquare, type Work } from "../../worker/work.ts";
import { type Arrays, arrayOf, part, type StoredArray } from "../../workloads/arrays.ts";
import {
  BATCHES,
  type ImageNetwork,
  type ImageSampling,
  type ImageTraining,
} from "../../workloads/workload.ts";
import { adamWork } from "./adam.ts";
import { load } from "./load.ts";
import { networkOf, type Parameters } from "./unet.ts";

const PREFIX = "unet.";

function opened(arrays: Arrays, network: ImageNetwork) {
  const names = [...arrays.keys()].filter((name) => name.startsWith(PREFIX));
  return {
    apply: networkOf(network, load(arrayOf(arrays, "frequencies"))),
    /** The parameters in order, and by their names. */
    parameters: names.map((name) => load(arrayOf(arrays, name))),
    named: (values: np.Array[]): Parameters =>
      Object.fromEntries(values.map((value, i) => [names[i]?.slice(PREFIX.length), value])),
    onehot: (labels: StoredArray): np.Array =>
      nn.oneHot(load(labels).astype(np.int32), network.classes + 1).astype(np.float32),
  };
}

/** c_skip, c_out and c_in of Karras et al. 2022, table 1. */
function scalesOf({ dataDeviation: d }: ImageNetwork, sigma: np.Array) {
  const spread = np.sqrt(np.square(sigma.ref).add(d * d));
  const inverse = np.reciprocal(spread);
  return {
    skip: np.square(inverse.ref.mul(d)),
    out: sigma.mul(inverse.ref).mul(d),
    scale: inverse,
  };
}

const NOTE =
  "its U-Net's convolutions by products of neighbours side by side, as its own take tens of times as long in WebAssembly";

export function imageTraining(workload: ImageTraining, arrays: Arrays): Work {
  const { network, learningRate, beta2, averageDecay } = workload;
  const { apply, parameters, named, onehot } = opened(arrays, network);
  const lossAt = (values: np.Array[], ...batch: np.Array[]): np.Array => {
    const [x, v, sigma, classes] = batch as [np.Array, np.Array, np.Array, np.Array];
    const level = np.expandDims(sigma.ref, 1);
    const { skip, out, scale } = scalesOf(network, level.ref);
    const noisy = x.ref.add(level.mul(v));
    const target = x.sub(skip.mul(noisy.ref)).div(out);
    const found = apply(named(values), scale.mul(noisy), np.log(sigma).mul(0.25), classes);
    return np.mean(np.square(found.sub(target)));
  };
  const batches = Array.from({ length: BATCHES }, (_, i) => {
    const stored = (name: string): StoredArray => part(arrayOf(arrays, name), i);
    return [load(stored("x")), load(stored("v")), load(stored("sigma")), onehot(stored("label"))];
  });
  const course = { learningRate, beta2, averageDecay, isCompiled: true, notes: [NOTE] };
  return adamWork(lossAt, parameters, batches, course);
}

export function imageSampling({ network, sigmas }: ImageSampling, arrays: Arrays): Work {
  const { apply, parameters, named, onehot } = opened(arrays, network);
  const [start, classes] = [load(arrayOf(arrays, "x")), onehot(arrayOf(arrays, "label"))];
  const [n = 0] = start.shape;
  const denoised = (values: np.Array[], own: np.Array, x: np.Array, sigma: np.Array): np.Array => {
    const { skip, out, scale } = scalesOf(network, sigma.ref);
    const noise = np.broadcastTo(np.log(sigma).mul(0.25), [n]);
    return skip.mul(x.ref).add(out.mul(apply(named(values), scale.mul(x), noise, own)));
  };
  const heun = (values: np.Array[], own: np.Array, x: np.Array, now: np.Array, then: np.Array): np.Array => {
    const slope = (y: np.Array, sigma: np.Array): np.Array =>
      y.ref.sub(denoised(tree.ref(values), own.ref, y, sigma.ref)).div(sigma);
    const [k, step] = [slope(x.ref, now.ref), then.ref.sub(now)];
    const end = x.ref.add(step.ref.mul(k.ref));
    const next = x.add(step.mul(0.5).mul(k.add(slope(end, then))));
    tree.dispose([values, own]);
    return next;
  };
  const [stepped, ended] = [jit(heun), jit(denoised)];
  const told = (): [np.Array[], np.Array] => [tree.ref(parameters), classes.ref];
  const sample = async (): Promise<ArrayLike<number>> => {
    let x = start.ref;
    for (const [i, then] of sigmas.slice(1).entries()) {
      const now = sigmas[i] ?? then;
      // The step to 0 ends at what it denoises.
      x =
        then === 0
          ? ended(...told(), x, np.array(now))
          : stepped(...told(), x, np.array(now), np.array(then));
      await blockUntilReady(x);
    }
    return x.data();
  };
  return {
    notes: [NOTE],
    async check() {
      const once = ended(...told(), start.ref, np.array(sigmas[0] ?? 1));
      return { values: [meanSquare(await once.data()), meanSquare(await sample())] };
    },
    async run(iterations) {
      for (let i = 0; i < iterations; i++) await sample();
    },
  };
}
