import type { nn } from "@scoretape/autograd";
import * as v from "valibot";
import type { NormalMoments } from "../data/normalMoments.ts";
import { type Reading, readingRules } from "../tables/reading.ts";
import type { Schema } from "../tables/schema.ts";
import { schemaFault } from "../tables/schemaRules.ts";
import type { Writing } from "../tables/writing.ts";
import { type ObjectiveName, objectiveNames } from "../train/objectives.ts";
import { classesSchema, type ImageShape, imageSchema, pixelsOf } from "./images.ts";
import { bounded, finite, fraction, list, noiseLevel, positive, sha256, text, whole } from "./rules.ts";
import type { Units } from "./units.ts";

/** What a model was trained on. */
export type TrainingData = {
  /** What tells the rows from others; see {@link fingerprint}. */
  readonly sha256: string;
  readonly rows: number;
  /** Where each row is told to be of a class: what tells these labels from others, the {@link fingerprint} of classes and numbers. */
  readonly labels?: string;
} & (
  | {
      readonly kind: "set";
      /** The data set's name. */
      readonly name: string;
    }
  | {
      readonly kind: "file";
      /** The file's name, without the folders that it lies in. */
      readonly name: string;
      /** The way to it from the folder of the model's file, with / between folders, where there is one. */
      readonly path?: string;
    }
);

/** The kind and the size of a model's network. */
export type Network =
  | {
      /** `noiseConditionalMlp` */
      readonly kind: "mlp";
      /** The widths of the hidden layers. */
      readonly hidden: readonly number[];
    }
  | {
      /** `preconditioned(noiseMlp(…))`, along the principal axes of the data. */
      readonly kind: "preconditioned-mlp";
      readonly hidden: readonly number[];
      readonly activation: nn.ActivationName;
      /** The frequencies of the waves of each coordinate, in radians per deviation. */
      readonly waves: readonly number[];
    }
  | {
      /** `noiseEnergy(noiseMlp(…))`, along the principal axes of the data. */
      readonly kind: "energy-mlp";
      readonly hidden: readonly number[];
      readonly activation: nn.ActivationName;
      readonly waves: readonly number[];
    }
  | {
      /** `noiseConditionalUnet`, of images and their classes. */
      readonly kind: "unet";
      /** The channels of each stage. */
      readonly channels: readonly number[];
      /** Blocks of so many pixels each way are channels. */
      readonly block: number;
      /** Numbers that tell the noise level and the class. */
      readonly features: number;
    };

/** A description's kind of network by name. */
export type NetworkKind = Network["kind"];

/** What decides a training, apart from its data, its network and how long it goes on. */
export interface Settings {
  readonly loss: ObjectiveName;
  /** The rows of a mini-batch. */
  readonly batch: number;
  /** How many noise levels there are, falling geometrically. */
  readonly levels: number;
  /** The largest noise level, in units of the data's standard deviation. */
  readonly sigmaMax: number;
  /** The smallest one. */
  readonly sigmaMin: number;
  /** The step size of Adam at the start; it falls along half a cosine. */
  readonly learningRate: number;
  /** The decay of the moving average of the parameters. */
  readonly ema: number;
  /** What of each parameter a step takes away, in units of the learning rate. */
  readonly weightDecay: number;
  /** The share of the rows kept aside to choose the best parameters by. */
  readonly validation: number;
  /** The share of the rows that training and choice never see, kept for reports. */
  readonly testFraction: number;
  /** The training ends when so many steps have brought nothing better; 0 where it never does. */
  readonly patience: number;
  /** Whether the model is trained anew on all rows, those for validation too, once the number of steps is chosen. */
  readonly refit: boolean;
  readonly seed: number;
}

/** All that a model is besides its arrays. */
export interface Description {
  readonly data: TrainingData;
  /** How the data's file was read, where that was not left to the reader. */
  readonly reading?: Reading;
  /** How samples are written, as the data's file was: with a comma between cells and a decimal point unless said. */
  readonly writing?: Pick<Writing, "delimiter" | "decimal">;
  /** The name of each column. */
  readonly columns: readonly string[];
  /** The unit of each column; empty where they have none. */
  readonly units: readonly string[];
  /** Of rows with gaps: the share of each column's cells that are. */
  readonly gaps?: readonly number[];
  /** Of rows that are images: their shape. */
  readonly image?: ImageShape;
  /** What the columns of a table hold, of which the rows are points; the numbers themselves unless said. */
  readonly schema?: Schema;
  /** What the rows were told to be of, where that was known. */
  readonly classes?: readonly string[];
  /** Of a model of some columns given others: the names of those, at least one. */
  readonly target?: readonly string[];
  /** The names of the others, at least one. */
  readonly given?: readonly string[];
  readonly standardization: Units;
  readonly network: Network;
  /** The normal distribution of the standardised rows, which a preconditioned network or an energy starts from; N(0, I) unless said. */
  readonly moments?: NormalMoments;
  readonly settings: Settings;
  /** The step at which the training is to end. */
  readonly steps: number;
  /** Of a model that is trained anew on all rows: the step at which that ends, the best one of the training before. */
  readonly refitSteps?: number;
}

// The bounds are far from anything that trains; they keep a forged number from asking for all the memory.
export const MOST_COLUMNS = 100_000;
const MOST_LAYERS = 1000;
const WIDEST = 2 ** 20;
const MOST_LEVELS = 100_000;
const MOST_WAVES = 1000;
const [MOST_STAGES, MOST_PIXELS] = [16, 2 ** 15];

/** The rule of each of the {@link Settings}. */
export const settingsEntries = {
  loss: v.picklist(objectiveNames, `one of ${objectiveNames.join(", ")}`),
  batch: whole(1, 2 ** 31 - 1),
  levels: whole(1, MOST_LEVELS),
  sigmaMax: noiseLevel,
  sigmaMin: noiseLevel,
  learningRate: positive,
  ema: fraction,
  validation: fraction,
  seed: whole(0),
};

/** The rules of the settings that version 1 did not have. */
const laterEntries = {
  weightDecay: bounded("a finite number from 0", (value) => value >= 0),
  testFraction: fraction,
  patience: whole(0),
  refit: v.boolean("true or false"),
};

const share = bounded("a share from 0 to 1", (value) => value >= 0 && value <= 1);

const activations: readonly nn.ActivationName[] = [
  "softplus",
  "tanh",
  "relu",
  "silu",
  "gelu",
  "sigmoid",
  "sin",
];

/** The rules of the widths of an MLP's hidden layers. */
export const hiddenSchema = list(whole(1, WIDEST), "widths", MOST_LAYERS);

/** The rules of a perceptron that starts from a normal distribution. */
const perceptronEntries = {
  hidden: hiddenSchema,
  activation: v.picklist(activations, `one of ${activations.join(", ")}`),
  waves: list(positive, "frequencies", MOST_WAVES),
};

/** The rules of the channels of a U-Net's stages. */
const channelsSchema = v.pipe(
  list(whole(1, WIDEST), "channels", MOST_STAGES),
  v.nonEmpty("a list of the channels of one stage at least"),
);

/** The rules of a {@link Reading}, which are the reader's own. */
const readingEntries = {
  delimiter: ruled("delimiter"),
  decimal: ruled("decimal"),
  header: ruled("header"),
  comment: ruled("comment"),
  missing: ruled("missing"),
  columns: ruled("columns"),
  drop: ruled("drop"),
  ignore: ruled("ignore"),
  gaps: ruled("gaps"),
  encoding: ruled("encoding"),
} satisfies { readonly [O in keyof Reading]-?: unknown };

function ruled<O extends keyof Reading>(option: O) {
  const [holds, rule] = readingRules[option];
  return v.exactOptional(v.custom<NonNullable<Reading[O]>>(holds, rule));
}

const baseName = v.pipe(text, v.regex(/^[^/\\]*$/, "a file's name, without folders"));
const relativePath = v.pipe(
  text,
  v.check((path) => !isAbsolute(path), "a path from the model's folder"),
);
const rows = { rows: whole(1), sha256, labels: v.exactOptional(sha256) };

/** The rules of the names of some columns. */
const namesSchema = v.pipe(
  list(text, "columns' names", MOST_COLUMNS),
  v.nonEmpty("a list of at least one column's name"),
  v.check((names) => new Set(names).size === names.length, "a list in which no name stands twice"),
);

/** The fields of a description that its first version had in the same form. */
export const shared = {
  columns: namesSchema,
  units: list(v.string("a text"), "units", MOST_COLUMNS),
  standardization: v.strictObject({
    mean: list(finite, "numbers", MOST_COLUMNS),
    deviation: list(positive, "numbers", MOST_COLUMNS),
  }),
  steps: whole(1),
};

/** Whether the columns of a target and those given for it are there together, and are others. */
function areApart(
  columns: readonly string[],
  target: readonly string[] | undefined,
  given: readonly string[] | undefined,
): boolean {
  if (target === undefined || given === undefined) return target === given;
  return (
    [...target, ...given].every((name) => columns.includes(name)) &&
    !target.some((name) => given.includes(name))
  );
}

/** A {@link Description} as far as it is text: its moments are arrays. */
export type Told = Omit<Description, "moments">;

/** The rules of a {@link Description}, but for its arrays. A new field gets its rule here; a test then asks for forgeries of it. */
export const descriptionSchema = v.pipe(
  v.strictObject({
    data: v.variant(
      "kind",
      [
        v.strictObject({ kind: v.literal("set"), name: text, ...rows }),
        v.strictObject({
          kind: v.literal("file"),
          name: baseName,
          path: v.exactOptional(relativePath),
          ...rows,
        }),
      ],
      '"set" or "file"',
    ),
    reading: v.exactOptional(v.strictObject(readingEntries)),
    writing: v.exactOptional(v.strictObject({ delimiter: ruled("delimiter"), decimal: ruled("decimal") })),
    network: v.variant(
      "kind",
      [
        v.strictObject({ kind: v.literal("mlp"), hidden: hiddenSchema }),
        v.strictObject({ kind: v.literal("preconditioned-mlp"), ...perceptronEntries }),
        v.strictObject({ kind: v.literal("energy-mlp"), ...perceptronEntries }),
        v.strictObject({
          kind: v.literal("unet"),
          channels: channelsSchema,
          block: whole(1, MOST_PIXELS),
          features: whole(1, WIDEST),
        }),
      ],
      '"mlp", "preconditioned-mlp", "energy-mlp" or "unet"',
    ),
    settings: v.pipe(
      v.strictObject({ ...settingsEntries, ...laterEntries }),
      v.forward(
        v.check(
          ({ levels, sigmaMax, sigmaMin }) => (levels === 1 ? sigmaMax === sigmaMin : sigmaMax > sigmaMin),
          "above settings.sigmaMin, or equal to it where settings.levels is 1, and only there",
        ),
        ["sigmaMax"],
      ),
    ),
    ...shared,
    gaps: v.exactOptional(list(share, "shares", MOST_COLUMNS)),
    image: v.exactOptional(imageSchema),
    target: v.exactOptional(namesSchema),
    given: v.exactOptional(namesSchema),
    classes: v.exactOptional(classesSchema),
    schema: v.exactOptional(
      v.custom<Schema>(
        (value) => schemaFault(value) === null,
        ({ input }) => `a schema of its columns; this ${schemaFault(input)}`,
      ),
    ),
    refitSteps: v.exactOptional(whole(0)),
  }),
  v.forward(
    v.check(
      ({ columns, units }) => units.length === 0 || units.length === columns.length,
      "as long as columns, or empty",
    ),
    ["units"],
  ),
  v.forward(
    v.check(
      ({ columns, gaps }) => gaps === undefined || gaps.length === columns.length,
      "as long as columns",
    ),
    ["gaps"],
  ),
  v.forward(
    v.check(
      ({ columns, target, given }) => areApart(columns, target, given),
      "there beside given, of names of columns that are not among those",
    ),
    ["target"],
  ),
  v.forward(
    v.check(
      ({ network, target }) => target === undefined || network.kind === "preconditioned-mlp",
      "not there, but for a network of kind preconditioned-mlp",
    ),
    ["target"],
  ),
  v.forward(
    v.check(
      ({ columns, image }) => image === undefined || pixelsOf(image) === columns.length,
      "that of images which have as many numbers as there are columns",
    ),
    ["image"],
  ),
  v.forward(
    v.check(
      ({ columns, schema, image }) =>
        schema === undefined ||
        (image === undefined &&
          schema.length === columns.length &&
          schema.every(({ name }, j) => name === columns[j])),
      "that of its columns, in their order, which are no pixels",
    ),
    ["schema"],
  ),
  v.forward(
    v.check(
      ({ image, network }) => network.kind !== "unet" || image !== undefined,
      "there, the shape of the images of a network that is a unet",
    ),
    ["image"],
  ),
  v.forward(
    v.check(({ columns, standardization: { mean } }) => mean.length === columns.length, "as long as columns"),
    ["standardization", "mean"],
  ),
  v.forward(
    v.check(
      ({ columns, standardization: { deviation } }) => deviation.length === columns.length,
      "as long as columns",
    ),
    ["standardization", "deviation"],
  ),
);

/** Whether a network starts from the normal distribution of the rows, whose moments then are arrays of the model. */
export function hasMoments({ kind }: Pick<Network, "kind">): boolean {
  return kind === "preconditioned-mlp" || kind === "energy-mlp";
}

/** Whether a path is one that only its machine knows: from the root of a Unix or a Windows system. */
export function isAbsolute(path: string): boolean {
  return /^([/\\]|[a-z]:)/i.test(path);
}
