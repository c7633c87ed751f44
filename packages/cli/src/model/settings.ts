import type { ObjectiveName } from "@scoretape/score";

/** What decides a training, apart from its data and how long it goes on. */
export interface Settings {
  readonly loss: ObjectiveName;
  readonly batch: number;
  readonly levels: number;
  /** The largest noise level, in units of the data's standard deviation. */
  readonly sigmaMax: number;
  readonly sigmaMin: number;
  /** The widths of the hidden layers. */
  readonly hidden: readonly number[];
  /** The step size of Adam at the start; it falls along half a cosine. */
  readonly learningRate: number;
  /** The decay of the moving average of the parameters. */
  readonly ema: number;
  /** The share of the rows kept aside. */
  readonly validation: number;
  readonly seed: number;
}

/** Settings under which Old Faithful's two modes come out well in half a minute. */
export const defaults: Settings = {
  loss: "sliced-vr",
  batch: 256,
  levels: 10,
  sigmaMax: 3,
  sigmaMin: 0.1,
  hidden: [64, 64],
  learningRate: 0.01,
  ema: 0.999,
  validation: 0.1,
  seed: 0,
};
