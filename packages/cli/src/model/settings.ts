import type { Description, Settings as TrainingSettings, Wishes } from "@scoretape/score/model";

/** What decides a training, apart from its data and how long it goes on. */
export interface Settings
  extends TrainingSettings,
    Required<Pick<Wishes, "hidden">>,
    Pick<Wishes, "activation"> {}

/** The settings that a model was trained with. */
export function settingsIn({ settings, network }: Description): Settings {
  const { hidden } = network;
  return { ...settings, hidden, ...(network.kind === "mlp" ? {} : { activation: network.activation }) };
}

/** How many waves of each coordinate a model's network is given. */
export function wavesIn({ network }: Description): number {
  return network.kind === "mlp" ? 0 : network.waves.length;
}
