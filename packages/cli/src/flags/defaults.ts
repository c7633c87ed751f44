import type { ObjectiveName } from "@scoretape/score";
import type { Settings } from "../model/settings.ts";

// What the help tells, which must not load the library: a test compares it with what the library does.

/** The defaults of settings that do not follow from the data: those of `trainingDefaults`. */
export const defaults = {
  loss: "denoising" satisfies ObjectiveName as ObjectiveName,
  batch: 256,
  learningRate: 0.01,
  ema: 0.999,
  weightDecay: 0,
  validation: 0.1,
  testFraction: 0.1,
  patience: 0,
  refit: false,
  seed: 0,
  learn: "score" satisfies Learn as Learn,
  activation: "gelu" satisfies Activation as Activation,
  steps: 4000,
} as const;

type Learn = NonNullable<Settings["learn"]>;
type Activation = NonNullable<Settings["activation"]>;

/** The activations of hidden layers. */
export const activations: readonly Activation[] = [
  "gelu",
  "silu",
  "softplus",
  "tanh",
  "relu",
  "sigmoid",
  "sin",
];

/** What a perceptron may be. */
export const learnt: readonly NonNullable<Settings["learn"]>[] = ["score", "energy"];

/** The kinds of networks. */
export const networks: readonly NonNullable<Settings["network"]>[] = ["mlp", "unet"];

/** So many test rows are drawn of a set that is generated. */
export const FRESH_ROWS = 2000;
