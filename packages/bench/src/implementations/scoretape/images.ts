import {
  add,
  compile,
  mean,
  mul,
  optim,
  random,
  square,
  type Tensor,
  tensor,
  tree,
  valueAndGrad,
} from "@scoretape/autograd";
import {
  denoisingScoreMatching,
  type NoiseConditionalScore,
  type Score,
  stochasticHeun,
} from "@scoretape/score";
import { meanSquare, trainingWork, type Work } from "../../worker/work.ts";
import { type Arrays, arrayOf, part, type StoredArray } from "../../workloads/arrays.ts";
import { parameterName, unetOf } from "../../workloads/images.ts";
import {
  BATCHES,
  type ImageNetwork,
  type ImageSampling,
  type ImageTraining,
} from "../../workloads/workload.ts";
import type { Engine } from "./engine.ts";
import { batchAt, firstGradientNorms, type Load } from "./steps.ts";

type Parameters = ReturnType<ReturnType<typeof unetOf>["init"]>;
/** Images, their noise, its levels, their classes. */
type Batch = readonly [x: Tensor, v: Tensor, sigma: Tensor, label: Tensor];

/** Numbers of classes. */
const labels = ({ shape, data }: StoredArray): Tensor => tensor([...data], { shape, dtype: "uint32" });

/** A workload's parameters, in the structure of its network's. */
function parametersOn(network: ImageNetwork, arrays: Arrays, load: Load): Parameters {
  return tree.map((_, path) => load(arrayOf(arrays, parameterName(path))), unetOf(network).init(UNUSED));
}

/** A key of parameters that are replaced. */
const UNUSED = random.key(0);

/** The loss of each row at points x with noise v of the levels sigma, [n]: see `denoisingScoreMatching`. */
export type ImageLoss = (score: Score, x: Tensor, v: Tensor, sigma: Tensor) => Tensor;

export const noisyDenoising: ImageLoss = (score, x, v, sigma) =>
  denoisingScoreMatching(score, x, v, sigma, { reduction: "none" });

/** The steps of a training on images, as a function of their state; its state at the start; its batches. */
export function imageSteps(workload: ImageTraining, arrays: Arrays, load: Load, rows: ImageLoss) {
  const { network, learningRate, beta2, averageDecay } = workload;
  const loss = weighted(network, rows);
  const adam = optim.adam({ learningRate, beta2 });
  const ema = optim.ema(averageDecay);
  const advance = (
    p: Parameters,
    moments: optim.AdamState,
    average: optim.EmaState<Parameters>,
    batch: Batch,
  ) => {
    const [value, gradient] = valueAndGrad((own: Parameters) => loss(own, batch))(p);
    const [updates, next] = adam.update(gradient, moments, p);
    const moved = optim.applyUpdates(p, updates);
    return [value, moved, next, ema.update(moved, average)[1]] as const;
  };
  const start = () => {
    const parameters = parametersOn(network, arrays, load);
    return { parameters, moments: adam.init(parameters), average: ema.init(parameters) };
  };
  const batches = Array.from({ length: BATCHES }, (_, i): Batch => {
    const stored = (name: string): StoredArray => part(arrayOf(arrays, name), i);
    return [load(stored("x")), load(stored("v")), load(stored("sigma")), labels(stored("label"))];
  });
  return { advance, start, batches, loss };
}

/** A training on images: steps of one program, with its state. */
export function imageTraining(workload: ImageTraining, arrays: Arrays, engine: Engine): Work {
  const { backend, tensor: load } = engine;
  const { advance, start, batches, loss } = imageSteps(workload, arrays, load, noisyDenoising);
  const step = backend === "eager" ? advance : compile(advance, { backend, donate: [0, 1, 2] });
  let { parameters, moments, average } = start();
  let last: Tensor | null = null;
  return trainingWork(BATCHES, {
    step(i) {
      [last, parameters, moments, average] = step(parameters, moments, average, batchAt(batches, i));
    },
    loss: () => last?.item() ?? Number.NaN,
    gradientNorms: () => firstGradientNorms(moments),
    averageLoss() {
      const evaluate = backend === "eager" ? loss : compile(loss, { backend });
      return evaluate(average.average, batchAt(batches, 0)).item();
    },
  });
}

/**
 * The mean over the rows with the weight of `logNormalObjective`; of denoising it is the mean square of the error of D, in
 * units of c_out² = σ²σ_d²/(σ² + σ_d²). Karras et al. 2022, equation 8.
 */
function weighted(network: ImageNetwork, rows: ImageLoss): (parameters: Parameters, batch: Batch) => Tensor {
  const model = unetOf(network);
  const variance = network.dataDeviation ** 2;
  return (parameters, [x, v, sigma, label]) => {
    const values = rows((y) => model.apply(parameters, y, sigma, label), x, v, sigma);
    const [, pixels = 1] = x.shape;
    const weight = mul(square(sigma), mul(1 / variance, add(square(sigma), variance)));
    return mul(2 / pixels, mean(mul(weight, values)));
  };
}

/** Samples by the library's own sampler, which compiles its steps in every call. */
export function imageSampling(workload: ImageSampling, arrays: Arrays, engine: Engine): Work {
  const { network, sigmas } = workload;
  const { backend, tensor: load } = engine;
  const model = unetOf(network);
  const parameters = parametersOn(network, arrays, load);
  const label = labels(arrayOf(arrays, "label"));
  const start = load(arrayOf(arrays, "x"));
  const score: NoiseConditionalScore = (x, sigma) => model.apply(parameters, x, sigma, label);
  const [first = 1] = sigmas;
  const denoise = (x: Tensor): Tensor => add(x, mul(first ** 2, score(x, first)));
  const sample = (): Tensor => stochasticHeun(score, start, { sigmas, backend }).samples;
  return {
    check: () => ({
      values: [(backend === "eager" ? denoise : compile(denoise, { backend }))(start), sample()].map(
        ({ data }) => meanSquare(data),
      ),
    }),
    run(iterations) {
      for (let i = 0; i < iterations; i++) sample();
    },
  };
}
