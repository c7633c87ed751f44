import type { Description, Settings as TrainingSettings, Wishes } from "@scoretape/score/model";

/** What decides a training, apart from its data and how long it goes on. */
export interface Settings
  extends TrainingSettings,
    Pick<Wishes, "network" | "target" | "given" | "learn" | "hidden" | "activation" | "channels"> {}

/** The settings that a model was trained with. */
export function settingsIn({ settings, network, target, given }: Description): Settings {
  if (network.kind === "unet") return { ...settings, network: "unet", channels: network.channels };
  const { hidden } = network;
  const activation = network.kind === "mlp" ? {} : { activation: network.activation };
  const learn = network.kind === "energy-mlp" ? "energy" : "score";
  const parts = target === undefined || given === undefined ? {} : { target, given };
  return { ...settings, ...parts, network: "mlp", learn, hidden, ...activation };
}
