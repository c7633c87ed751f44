import { checkOptions, type nn, portable, type Tensor } from "@scoretape/autograd";
import { type NormalMoments, normalMoments } from "../data/normalMoments.ts";
import { unetSizes } from "../models/unet/noiseUnet.ts";
import type { Reading } from "../tables/reading.ts";
import type { Schema } from "../tables/schema.ts";
import type { Writing } from "../tables/writing.ts";
import type { Description, Settings, TrainingData } from "./description.ts";
import { hasGaps, sharesOfGaps } from "./filling.ts";
import { widened } from "./images.ts";
import { regressionIn } from "./regression.ts";
import { checkedAs } from "./save.ts";
import { partsOf } from "./target.ts";
import { splitRows } from "./testRows.ts";
import { type Rows, standardized, unitsOf } from "./units.ts";

/** What may be said of a training; what is not follows from the data, or is as {@link trainingDefaults} has it. */
export interface Wishes extends Partial<Settings> {
  /** The widths of the hidden layers. */
  readonly hidden?: readonly number[];
  readonly activation?: nn.ActivationName;
  /** The kind of network: a perceptron, or a U-Net of images; a U-Net where the rows are images unless said. */
  readonly network?: "mlp" | "unet";
  /** What a perceptron is: a network of scores, or an energy, whose gradient the score is; `"score"` unless said. */
  readonly learn?: "score" | "energy";
  /** The columns to learn given others: then the model is p(target | given). */
  readonly target?: readonly string[];
  /** The columns that a target is learned given; all others unless said. */
  readonly given?: readonly string[];
  /** The channels of each stage of a U-Net; [32, 64] unless said. */
  readonly channels?: readonly number[];
  readonly steps?: number;
}

/** Where rows come from, and how they were read. */
export interface Origin extends Rows {
  readonly data: TrainingData;
  /** The unit of each column, where they have any. */
  readonly units?: readonly string[];
  readonly reading?: Reading;
  /** How samples are to be written, where not with commas between cells and decimal points. */
  readonly writing?: Pick<Writing, "delimiter" | "decimal">;
  /** What the columns hold, where the rows are points of it, as `encodedRows` gives them. */
  readonly schema?: Schema;
  /** The names of what the rows may be of, where each is known to be of one. */
  readonly classes?: readonly string[];
}

/** What does not follow from the data: chosen by measurement over many sets; see docs/learning.md. */
export const trainingDefaults = {
  loss: "denoising",
  batch: 256,
  learningRate: 0.01,
  ema: 0.999,
  weightDecay: 0,
  validation: 0.1,
  testFraction: 0.1,
  patience: 0,
  refit: false,
  seed: 0,
  learn: "score",
  activation: "gelu",
  steps: 4000,
} as const satisfies Wishes;

/**
 * What a U-Net is trained with, where nothing is said; see docs/learning.md. The average reaches over a ninth of the steps, and
 * the noise from where no image is seen any more to what the eye does not see.
 */
function unetDefaults(steps = 2500) {
  return {
    batch: 32,
    learningRate: 0.005,
    ema: Number(Math.max(0, 1 - 9 / steps).toPrecision(4)),
    steps,
    levels: 14,
    sigmaMax: 30,
    sigmaMin: 0.015,
  };
}

/** Two hidden layers, twice as wide where there are many columns. */
const [WIDTH, MANY_COLUMNS] = [64, 32];
/** Waves show fine structure, which takes many rows of few columns to be seen: of fewer, a network learns the noise. */
const [WAVES, WAVE_ROWS, WAVE_COLUMNS] = [[1.5, 3], 5000, 4];
/** Finding principal axes takes time with the cube of the columns: of more than so many, those of the columns are taken. */
const MOST_AXES = 1024;
/** The largest noise level: at least 3 deviations, and twice the largest along any axis. */
const [LARGEST, OF_WIDEST] = [3, 2];
/**
 * The smallest: at most a tenth of a deviation, and a quarter of the least along any axis, down to a thousandth; of images a
 * tenth, since what is finer cannot be seen.
 */
const [SMALLEST, OF_NARROWEST, FINEST] = [0.1, 0.25, 0.001];
/** Of a target the smallest, of the least deviation of what its regression leaves: intervals are to be no wider by it. */
const OF_RESIDUAL = 0.03;
/** The ratio of one level to the next: of ten levels from 3 to 0.1. */
const RATIO = portable.pow(30, 1 / 9);

/**
 * The description of a training on rows: standardised, the network in the normal distribution of the rows, and noise
 * levels that follow from it: from twice the largest deviation along any principal axis, so that the noise covers the data,
 * to a quarter of the smallest, so that columns that nearly determine each other are not lost in it. What the settings keep for
 * tests has no part in any of it.
 *
 * A gap of a row is NaN; its columns' shares of gaps are part of the description.
 *
 * @throws RangeError when a column is constant, or a wish is out of its range
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { data, selected, train } from "@scoretape/score";
 * import { describe, fingerprint, modelOf, trainingOf } from "@scoretape/score/model";
 *
 * const set = data.byName("two-modes");
 * const { columns } = set;
 * const values = set.sample(random.key(0), 500);
 * const origin = { kind: "set", name: set.name, rows: 500, sha256: fingerprint({ columns, values }) } as const;
 * const description = describe({ data: origin, columns, values, set }, { steps: 20, hidden: [16] });
 * const state = await train(trainingOf(description, values));
 * const model = modelOf(description, selected(state));
 * console.log(model.sample(random.key(1), 10).shape); // [ 10, 2 ]
 * ```
 */
export function describe(origin: Origin, wishes: Wishes = {}): Description {
  checkOptions("describe", wishes, kinds);
  const { data, columns, units = [], reading = {}, writing = {}, values, image, schema, classes } = origin;
  const kind = wishes.network ?? (image === undefined ? "mlp" : "unet");
  if (kind === "unet" && image === undefined) {
    throw new RangeError(
      "describe: network unet is for images; give the origin their shape, image: [height, width, channels]",
    );
  }
  const { learn = trainingDefaults.learn } = wishes;
  if (learn !== "score" && learn !== "energy") {
    throw new RangeError(`describe: learn is "${learn}"; it is "score" or "energy"`);
  }
  if (kind === "unet" && learn === "energy") {
    throw new RangeError('describe: learn "energy" is for perceptrons; ask for network "mlp" too');
  }
  const parts = partsOf(origin, wishes, kind);
  const { training } = splitRows({ ...trainingDefaults, ...wishes }, values);
  const basis = isVaried(training) || image !== undefined ? training : values;
  const standardization = unitsOf({
    columns,
    values: basis,
    set: origin.set,
    ...(image === undefined ? {} : { image }),
  });
  const known = {
    data,
    ...(Object.keys(reading).length === 0 ? {} : { reading }),
    ...(Object.keys(writing).length === 0 ? {} : { writing }),
    columns,
    units,
    ...(hasGaps(values) ? { gaps: sharesOfGaps(values) } : {}),
    ...(image === undefined ? {} : { image }),
    ...(schema === undefined ? {} : { schema }),
    ...(classes === undefined ? {} : { classes }),
    ...parts,
    standardization,
  };
  const own =
    kind === "unet"
      ? unetFor(image ?? [], wishes)
      : perceptronFor(
          values,
          standardized(standardization, hasGaps(values) ? basis : training),
          known,
          wishes,
        );
  return checkedAs("describe", { ...known, ...own });
}

/** What is known of a description without its network. */
type Known = Omit<Description, keyof OfNetwork>;

/** What the kind of network decides of a description. */
type OfNetwork = Pick<Description, "network" | "settings" | "steps" | "moments">;

/** A U-Net, and what it is trained with where nothing is said: the recipe that docs/learning.md measures. */
function unetFor(image: readonly number[], wishes: Wishes): OfNetwork {
  const {
    steps,
    activation: _,
    hidden: __,
    network: ___,
    learn: ____,
    target: _____,
    given: ______,
    channels,
    ...settings
  } = {
    ...trainingDefaults,
    ...unetDefaults(wishes.steps),
    ...wishes,
  };
  const sizes = unetSizes(image);
  return { network: { kind: "unet", ...sizes, channels: channels ?? sizes.channels }, settings, steps };
}

/** A perceptron in the normal distribution of the rows. */
function perceptronFor(values: Tensor, rows: Tensor, known: Known, wishes: Wishes): OfNetwork {
  const [n = 0, d = 0] = values.shape;
  const { target, given, columns } = known;
  const areImages = known.image !== undefined;
  const seen = target === undefined || given === undefined ? d : target.length + given.length;
  const {
    activation,
    hidden = hiddenFor(d),
    steps,
    levels,
    sigmaMax,
    sigmaMin,
    network: _,
    channels: __,
    learn,
    target: ___,
    given: ____,
    ...rest
  } = { ...trainingDefaults, ...wishes };
  const found = d > MOST_AXES ? undefined : momentsOf(rows);
  const moments = found === undefined || !areImages ? found : widened(found);
  const isFine = n >= WAVE_ROWS && seen <= WAVE_COLUMNS;
  const deviations = moments?.deviation.data ?? [1];
  const ends =
    target === undefined || given === undefined || moments === undefined
      ? endsFor(deviations, areImages ? SMALLEST : FINEST)
      : endsOfTarget(regressionIn({ columns, target, given, moments }).residuals.deviation.data);
  return {
    network: {
      kind: learn === "energy" ? "energy-mlp" : "preconditioned-mlp",
      hidden,
      activation,
      waves: isFine ? WAVES : [],
    },
    ...(moments === undefined ? {} : { moments }),
    settings: { ...rest, ...levelsFor(ends, { levels, sigmaMax, sigmaMin }) },
    steps,
  };
}

const kinds = {
  loss: "string",
  batch: "number",
  levels: "number",
  sigmaMax: "number",
  sigmaMin: "number",
  learningRate: "number",
  ema: "number",
  weightDecay: "number",
  validation: "number",
  testFraction: "number",
  patience: "number",
  refit: "boolean",
  seed: "number",
  hidden: "any",
  activation: "string",
  network: "string",
  learn: "string",
  target: "any",
  given: "any",
  channels: "any",
  steps: "number",
} as const satisfies { readonly [W in keyof Wishes]-?: unknown };

/**
 * The widths of the hidden layers that {@link describe} takes for so many columns, where they are not said.
 *
 * @example
 * ```ts
 * import { hiddenFor } from "@scoretape/score/model";
 *
 * console.log(hiddenFor(2), hiddenFor(100)); // [ 64, 64 ] [ 128, 128 ]
 * ```
 */
export function hiddenFor(columns: number): number[] {
  const width = columns < MANY_COLUMNS ? WIDTH : 2 * WIDTH;
  return [width, width];
}

/** Whether there are two values at least in each column, gaps apart: else all rows have to tell its unit. */
function isVaried({ data, shape: [, d = 0] }: Tensor): boolean {
  return Array.from({ length: d }, (_, j) => j).every((j) => {
    let first = Number.NaN;
    for (let at = j; at < data.length; at += d) {
      const x = data[at] ?? Number.NaN;
      if (Number.isNaN(first)) first = x;
      else if (!Number.isNaN(x) && x !== first) return true;
    }
    return false;
  });
}

function momentsOf(rows: Tensor): NormalMoments {
  const [, d = 0] = rows.shape;
  return normalMoments(rows, {
    shrinkage: "nonlinear",
    keepVariances: d >= MANY_COLUMNS,
    gaps: hasGaps(rows),
  });
}

/** The largest and the smallest noise level where nothing is said. */
interface Ends {
  readonly largest: number;
  readonly smallest: number;
}

const short = (sigma: number): number => Number(sigma.toPrecision(2));

/** By the deviations along the principal axes, from the largest. */
function endsFor(deviations: ArrayLike<number>, finest: number): Ends {
  const [widest = 1, narrowest = 1] = [deviations[0], deviations[deviations.length - 1]];
  return {
    largest: short(Math.max(LARGEST, OF_WIDEST * widest)),
    smallest: short(Math.min(SMALLEST, Math.max(finest, OF_NARROWEST * narrowest))),
  };
}

/** Of a target by those of its residuals, which may be far narrower in some places than in others. */
function endsOfTarget(deviations: ArrayLike<number>): Ends {
  const [widest = 1, narrowest = 1] = [deviations[0], deviations[deviations.length - 1]];
  return { largest: short(LARGEST * widest), smallest: short(OF_RESIDUAL * narrowest) };
}

/** Noise levels by what is said of them, and else between these ends. */
function levelsFor(
  { largest, smallest }: Ends,
  said: { readonly [L in "levels" | "sigmaMax" | "sigmaMin"]: number | undefined },
): Pick<Settings, "levels" | "sigmaMax" | "sigmaMin"> {
  if (said.levels === 1) {
    const { sigmaMax = said.sigmaMin ?? smallest, sigmaMin = sigmaMax } = said;
    if (sigmaMax !== sigmaMin) {
      throw new RangeError(
        `describe: levels is 1, and sigmaMax ${sigmaMax} and sigmaMin ${sigmaMin} are two; give one of them, or more levels`,
      );
    }
    return { levels: 1, sigmaMax, sigmaMin };
  }
  const sigmaMax = said.sigmaMax ?? Math.max(largest, RATIO * (said.sigmaMin ?? 0));
  const sigmaMin = said.sigmaMin ?? Math.min(smallest, sigmaMax / RATIO);
  if (!(sigmaMax > sigmaMin)) {
    throw new RangeError(
      `describe: sigmaMax is ${sigmaMax} and sigmaMin ${sigmaMin}; levels go down, give a sigmaMin below sigmaMax`,
    );
  }
  const steps = portable.log(sigmaMax / sigmaMin) / portable.log(RATIO);
  return { levels: said.levels ?? 1 + Math.max(1, Math.ceil(steps - 1e-9)), sigmaMax, sigmaMin };
}
