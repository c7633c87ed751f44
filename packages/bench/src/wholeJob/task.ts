import { expandDims, matmul, mul, random, type Tensor, take, tensor } from "@scoretape/autograd";
import { data } from "@scoretape/score";
import {
  type Description,
  describe,
  fingerprint,
  keysOf,
  noiseLevels,
  samplingDefaults,
  trainingOf,
} from "@scoretape/score/model";
import { clipNorm } from "../witness/firstSteps.ts";

/** The training of `npm start`, from its data on. */
export interface Job {
  readonly description: Description;
  /** All rows, [n, d], in their own units. */
  readonly values: Tensor;
}

/** What the command does with `train old-faithful --loss sliced-vr`, for so many steps. */
export function jobOf(seed: number, steps: number): Job {
  const set = data.byName("old-faithful");
  if (!data.isRows(set)) throw new TypeError(`jobOf: ${set.name} has no rows of its own`);
  const { columns } = set;
  const values = set.rows();
  const origin = {
    kind: "set",
    name: set.name,
    rows: values.shape[0] ?? 0,
    sha256: fingerprint({ columns, values }),
  } as const;
  return {
    description: describe({ data: origin, columns, values, set }, { loss: "sliced-vr", seed, steps }),
    values,
  };
}

/** Steps from one validation to the next, and how many draws a validation has: as `train` has them. */
const [VALIDATE_EVERY, VALIDATION_DRAWS] = [100, 8192];
/** What the library does not export: the check tells if one of them is another. */
const [REACH, FREQUENCIES] = [2, 4];
/** The learning rate of the last step, as a share of the first's. */
const LAST_RATE = 0.002;
/** As many as the command draws. */
const SAMPLES = 2000;
/** Points of the check. */
const POINTS = 64;
/** One step of Heun's method between two levels divides the noise by at most so much. */
const LONGEST_STEP = 1.5;

/** A job as another program is told of it: numbers and rows, all in one file. */
export type TaskFile = ReturnType<typeof taskFile>;

/**
 * The file of a job, for all that carry it out: the rows to learn from along their principal axes, sizes, rates, levels,
 * and points at which everyone tells the loss of the network that it has learned.
 *
 * @throws RangeError unless the steps are a whole number of validations: a program of a hundred steps makes them all
 */
export function taskFile({ description, values }: Job) {
  const { settings, steps, network, moments, standardization } = description;
  if (network.kind !== "preconditioned-mlp" || moments === undefined) {
    throw new TypeError("taskFile: the job has another network than those that are compared");
  }
  if (steps % VALIDATE_EVERY !== 0) {
    throw new RangeError(`taskFile: ${steps} steps; give a multiple of ${VALIDATE_EVERY}`);
  }
  const sigmas = noiseLevels(settings);
  const [largest = 1, second = 1] = sigmas;
  if (largest / second > LONGEST_STEP) throw new RangeError("taskFile: the levels need steps between them");
  const { stepsPerLevel, stepSize } = samplingDefaults({ flows: true });
  return {
    seed: settings.seed,
    steps,
    rows: trainingOf(description, values).data.toArray(),
    deviation: [...moments.deviation.data],
    axes: moments.axes.toArray(),
    center: [...matmul(expandDims(moments.mean, 0), moments.axes).data],
    standardization,
    hidden: network.hidden,
    waves: network.waves,
    frequencies: FREQUENCIES,
    reach: REACH,
    sigmas,
    batch: settings.batch,
    rates: { first: settings.learningRate, last: settings.learningRate * LAST_RATE },
    clipNorm,
    ema: settings.ema,
    validation: settings.validation,
    validateEvery: VALIDATE_EVERY,
    validationDraws: VALIDATION_DRAWS,
    sampling: { count: SAMPLES, stepsPerLevel, stepSize },
    check: arraysOf(checkPoints(description)),
  };
}

/** Points, their probes and their noise levels. */
export interface CheckPoints {
  readonly x: Tensor;
  readonly probe: Tensor;
  readonly sigma: Tensor;
}

/** Points of every level, some of them far from all data. */
export function checkPoints({ settings, columns }: Description): CheckPoints {
  const key = (i: number): random.Key => random.foldIn(keysOf(settings.seed).measurements, i);
  const sigmas = noiseLevels(settings);
  const numbers = Array.from({ length: POINTS }, (_, i) => i % sigmas.length);
  const shape = [POINTS, columns.length];
  return {
    x: mul(2, random.normal(key(0), shape)),
    probe: random.rademacher(key(1), shape),
    sigma: take(tensor(sigmas), numbers),
  };
}

function arraysOf({ x, probe, sigma }: CheckPoints) {
  return { x: x.toArray(), probe: probe.toArray(), sigma: sigma.toArray() };
}
