import type { Description, Settings as TrainingSettings } from "@scoretape/score/model";

/** What decides a training, apart from its data and how long it goes on. */
export interface Settings extends TrainingSettings {
  /** The widths of the hidden layers. */
  readonly hidden: readonly number[];
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

/** The settings that a model was trained with. */
export function settingsIn({ settings, network }: Description): Settings {
  return { ...settings, hidden: network.hidden };
}
