import { cast, type Key, mul, type nn, random, type Tensor, take, tensor } from "@scoretape/autograd";
import { write } from "@scoretape/autograd/safetensors";
import { data, type TrainOptions } from "@scoretape/score";
import {
  type Description,
  describe,
  fingerprint,
  keysOf,
  noiseLevels,
  type Parameters,
  type Rows,
  trainingOf,
} from "@scoretape/score/model";
import { clipNorm, drawnSteps, type FirstSteps, ratesOf } from "./firstSteps.ts";

/** The sets that both sides learn: their exact scores are known. */
export const sets = ["8gaussians", "2spirals", "checkerboard", "pinwheel", "moons"] as const;

/** A training that both sides carry out, on the same rows. */
export interface Task {
  readonly description: Description;
  readonly source: Rows;
  /** What `train` is given here; its data are the rows along their principal axes. */
  readonly training: TrainOptions<Parameters>;
  /** What both sides begin with, to see that their steps are the same. */
  readonly first: FirstSteps;
  /** Where both sides tell the scores of the network that the other side trained, [m, d] and [m]. */
  readonly points: Tensor;
  readonly levels: Tensor;
  /** How many points of each level the scores are compared on with the exact one. */
  readonly measured: number;
}

/** How much is drawn and learned. */
export interface Effort {
  readonly rows: number;
  readonly steps: number;
  /** Points of each noise level on which both sides are measured. */
  readonly points: number;
}

const POINTS = 64;
const HIDDEN = [64, 64];
/** What the library does not export: the network tells if one of them is another, as then the scores differ. */
const [REACH, FREQUENCIES] = [2, 4];

/** The training of `scoretape train` on a set, all but two hidden layers of 64 as the defaults are. */
export function taskOf(name: string, seed: number, { rows, steps, points }: Effort): Task {
  const set = data.byName(name);
  const { columns } = set;
  const source = { columns, values: set.sample(keysOf(seed).rows, rows), set };
  const sha256 = fingerprint(source);
  const description = describe(
    { ...source, data: { kind: "set", name, rows, sha256 } },
    { seed, steps, hidden: HIDDEN },
  );
  const training = trainingOf(description, source.values);
  const key = (i: number): Key => random.foldIn(keysOf(seed).measurements, i);
  const { settings } = description;
  const first = drawnSteps(key(2), training, noiseLevels(settings), settings.batch);
  return { description, source, training, first, measured: points, ...pointsOf(key(0), description) };
}

/** Points of every noise level, some of them far from all data. */
function pointsOf(key: Key, { settings, columns }: Description): Pick<Task, "points" | "levels"> {
  const sigmas = noiseLevels(settings);
  const levels = take(
    tensor(sigmas),
    Array.from({ length: POINTS }, (_, i) => i % sigmas.length),
  );
  return { points: mul(2, random.normal(key, [POINTS, columns.length])), levels };
}

/** The task as a file, for another program: arrays, and what is to be known of them as a text. */
export function taskFile({ description, training, first, points, levels }: Task): Uint8Array {
  const { settings, network, moments } = description;
  if (network.kind !== "preconditioned-mlp" || network.activation !== "gelu" || moments === undefined) {
    throw new TypeError("taskFile: the witness knows the default network alone");
  }
  const about = {
    seed: settings.seed,
    sigmas: noiseLevels(settings),
    hidden: network.hidden,
    waves: network.waves,
    frequencies: FREQUENCIES,
    reach: REACH,
    batch: settings.batch,
    ema: settings.ema,
    validation: settings.validation,
    clipNorm,
  };
  return write({
    tensors: {
      rows: training.data,
      deviation: cast(moments.deviation, "float32"),
      axes: cast(moments.axes, "float32"),
      rates: ratesOf(training.learningRate, training.steps),
      points,
      levels,
      batches: first.batches,
      noise: first.noise,
      batchLevels: first.levels,
      firstRates: first.rates,
      ...named("start", first.start),
    },
    metadata: { about: JSON.stringify(about) },
  });
}

/** The arrays of each layer by their names: `start.weight0`, `start.bias0`, … */
export function named(name: string, parameters: Parameters): Record<string, Tensor> {
  return Object.fromEntries(
    layersOf(parameters).flatMap(({ weight, bias }, i) => [
      [`${name}.weight${i}`, weight],
      [`${name}.bias${i}`, bias],
    ]),
  );
}

/** The layers of a perceptron. @throws RangeError for those of another network */
export function layersOf(parameters: Parameters): readonly nn.DenseParams[] {
  if (isLayers(parameters)) return parameters;
  throw new RangeError("witness: the network is no perceptron");
}

function isLayers(parameters: Parameters): parameters is readonly nn.DenseParams[] {
  return Array.isArray(parameters);
}
