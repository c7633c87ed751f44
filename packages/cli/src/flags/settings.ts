import type { Settings } from "../model/settings.ts";
import { activations, defaults, learnt, networks } from "./defaults.ts";
import { type Flag, flag } from "./flag.ts";
import { losses, namesOf } from "./losses.ts";
import { fraction, notNegative, oneOf, positive, texts, toggle, wholeNumber, widths } from "./value.ts";

/**
 * The flags that decide what a training becomes: kept in the model, and compared when it is resumed. TypeScript holds
 * them complete.
 */
export const settingFlags = {
  loss: flag({
    value: oneOf(namesOf(losses)),
    help: `what is minimised: ${namesOf(losses).join(", ")}`,
    group: "training",
    common: true,
    verbs: { train: { default: defaults.loss } },
  }),
  batch: flag({
    value: wholeNumber({ metavar: "<rows>" }),
    help: "rows of a mini-batch",
    group: "training",
    verbs: { train: { default: defaults.batch } },
  }),
  levels: flag({
    value: wholeNumber({ most: 10_000 }),
    help: "noise levels (default: ten from 3 to 0.1, and as close together over any other range)",
    group: "noise",
    common: true,
    verbs: { train: {} },
  }),
  sigmaMax: flag({
    value: positive({ most: 1e6 }),
    help: "the largest noise level, in standard deviations of the data (default: 3, or twice the largest along any axis)",
    group: "noise",
    verbs: { train: {} },
  }),
  sigmaMin: flag({
    value: positive({ most: 1e6 }),
    help: "the smallest noise level (default: 0.1, or a quarter of the least deviation along any axis, from 0.001)",
    group: "noise",
    verbs: { train: {} },
  }),
  network: flag({
    value: oneOf(networks),
    help: "mlp, a perceptron, or unet, convolutions (default: unet for images, mlp for all else)",
    group: "noise",
    verbs: { train: {} },
  }),
  target: flag({
    value: texts("<names>"),
    help: "columns to learn given the others: what they may be for each row, not one value",
    group: "training",
    verbs: { train: {} },
  }),
  given: flag({
    value: texts("<names>"),
    help: "with --target: the columns that it is learned given (default: all others)",
    group: "training",
    verbs: {
      train: {},
      sample: {
        help: "what holds of the samples, such as species=Adelie,bill>40; of a model of a target what it is given, rooms=3,area=80",
      },
    },
  }),
  learn: flag({
    value: oneOf(learnt),
    help: "score, or energy: the score is then the gradient of an energy, which says how likely a point is (a step takes twice the time)",
    group: "noise",
    onlyFor: { network: "mlp", instead: "a U-Net learns a score" },
    verbs: { train: { default: defaults.learn } },
  }),
  channels: flag({
    value: widths({ layers: 8, most: 4096 }),
    help: "channels of a U-Net's stages, each of half the resolution (default: 32-64)",
    group: "noise",
    onlyFor: { network: "unet", instead: "--hidden says how wide a perceptron is" },
    verbs: { train: {} },
  }),
  hidden: flag({
    value: widths({ layers: 64, most: 1_000_000 }),
    help: "widths of the hidden layers (default: 64-64, or 128-128 from 32 columns on)",
    group: "noise",
    onlyFor: { network: "mlp", instead: "--channels says how wide a U-Net is" },
    common: true,
    verbs: { train: {} },
  }),
  activation: flag({
    value: oneOf(activations),
    help: `what the hidden layers bend by: ${activations.join(", ")}`,
    group: "noise",
    onlyFor: { network: "mlp", instead: "a U-Net has SiLU" },
    verbs: { train: { default: defaults.activation } },
  }),
  learningRate: flag({
    value: positive(),
    help: "step size of Adam at the first step, falling to almost nothing at the last",
    group: "training",
    verbs: { train: { default: defaults.learningRate } },
  }),
  weightDecay: flag({
    value: notNegative,
    help: "what of each parameter a step takes away, in units of the step size",
    group: "training",
    verbs: { train: { default: defaults.weightDecay } },
  }),
  ema: flag({
    value: fraction("<number>"),
    help: "decay of the parameters' moving average",
    group: "training",
    verbs: { train: { default: defaults.ema } },
  }),
  validation: flag({
    value: fraction("<share>"),
    help: "share of the rows kept aside to choose the best step by",
    group: "training",
    verbs: { train: { default: defaults.validation } },
  }),
  testFraction: flag({
    value: fraction("<share>"),
    help: "share of a file's rows that training and choice never see, to report on: at least 20 rows; 0 for none",
    group: "training",
    verbs: { train: { default: defaults.testFraction } },
  }),
  patience: flag({
    value: wholeNumber({ least: 0, metavar: "<steps>" }),
    help: "end when so many steps have brought nothing better; 0 for never",
    group: "training",
    verbs: { train: { default: defaults.patience } },
  }),
  refit: flag({
    value: toggle,
    help: "then train anew on the rows kept aside too, for as many steps as were best",
    group: "training",
    verbs: { train: { default: defaults.refit } },
  }),
  seed: flag({
    value: wholeNumber({ least: 0 }),
    help: "decides all that is random",
    group: "training",
    common: true,
    verbs: {
      train: { default: defaults.seed },
      sample: { help: "decides the samples (default: the training's)" },
      impute: { help: "decides the draws (default: the training's)" },
      inpaint: { help: "decides what is painted (default: the training's)" },
      evaluate: { help: "decides samples and fresh rows (default: the training's)" },
      compare: { default: 0, help: "decides permutations, and which rows of many are compared" },
      plot: { help: "decides the samples (default: the training's)" },
      lab: { default: 0 },
    },
  }),
} as const satisfies { readonly [S in keyof Settings]-?: Flag<NonNullable<Settings[S]>> };
