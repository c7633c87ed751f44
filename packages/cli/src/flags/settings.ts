import { defaults, type Settings } from "../model/settings.ts";
import { type Flag, flag } from "./flag.ts";
import { losses, namesOf } from "./losses.ts";
import { fraction, oneOf, positive, wholeNumber, widths } from "./value.ts";

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
    help: "noise levels",
    group: "noise",
    common: true,
    verbs: { train: { default: defaults.levels } },
  }),
  sigmaMax: flag({
    value: positive({ most: 1e6 }),
    help: "the largest noise level, in standard deviations of the data",
    group: "noise",
    verbs: { train: { default: defaults.sigmaMax } },
  }),
  sigmaMin: flag({
    value: positive({ most: 1e6 }),
    help: "the smallest noise level",
    group: "noise",
    verbs: { train: { default: defaults.sigmaMin } },
  }),
  hidden: flag({
    value: widths({ layers: 64, most: 1_000_000 }),
    help: "widths of the hidden layers",
    group: "noise",
    common: true,
    verbs: { train: { default: defaults.hidden } },
  }),
  learningRate: flag({
    value: positive(),
    help: "step size of Adam at the first step, falling to almost nothing at the last",
    group: "training",
    verbs: { train: { default: defaults.learningRate } },
  }),
  ema: flag({
    value: fraction("<number>"),
    help: "decay of the parameters' moving average",
    group: "training",
    verbs: { train: { default: defaults.ema } },
  }),
  validation: flag({
    value: fraction("<share>"),
    help: "share of the rows kept aside to measure the loss on",
    group: "training",
    verbs: { train: { default: defaults.validation } },
  }),
  seed: flag({
    value: wholeNumber({ least: 0 }),
    help: "decides all that is random",
    group: "training",
    common: true,
    verbs: {
      train: { default: defaults.seed },
      sample: { help: "decides the samples (default: the training's)" },
      evaluate: { help: "decides samples and fresh rows (default: the training's)" },
      plot: { help: "decides the samples (default: the training's)" },
      lab: { default: 0 },
    },
  }),
} as const satisfies { readonly [S in keyof Settings]: Flag<Settings[S]> };
