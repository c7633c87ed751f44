import type { nn } from "@scoretape/autograd";
import type { ObjectiveName } from "@scoretape/score";

// What can be set, in words of the library's own registries: a test holds these lists to them, so that the page need not load
// the library before it is used.

/** The registered sets of the plane; those without a known score would be false. */
export const sets = {
  "old-faithful": true,
  "8gaussians": true,
  "2spirals": true,
  checkerboard: true,
  rings: true,
  moons: true,
  circles: true,
  swissroll: true,
  pinwheel: true,
  cosine: true,
  line: true,
  "25gaussians": true,
  "two-modes": true,
} as const satisfies Readonly<Record<string, boolean>>;

export type SetName = keyof typeof sets;

const losses = ["exact", "sliced", "sliced-vr", "denoising"] as const satisfies readonly ObjectiveName[];
const activations = [
  "softplus",
  "tanh",
  "relu",
  "silu",
  "gelu",
  "sigmoid",
  "sin",
] as const satisfies readonly nn.ActivationName[];

interface Field<T> {
  readonly label: string;
  readonly initial: T;
}

/** One of some names. */
export interface Choice<Name extends string = string> extends Field<Name> {
  readonly names: readonly Name[];
}

/** A number of a range; one that follows from the data where it is null. */
export interface Quantity<T extends number | null = number | null> extends Field<T> {
  readonly low: number;
  readonly high: number;
  readonly isWhole: boolean;
  readonly isOptional: boolean;
}

function choice<const Name extends string>(
  label: string,
  initial: Name,
  names: readonly Name[],
): Choice<Name> {
  return { label, initial, names };
}

function whole(label: string, initial: number, low: number, high: number): Quantity<number> {
  return { label, initial, low, high, isWhole: true, isOptional: false };
}

function real(label: string, initial: number, low: number, high: number): Quantity<number> {
  return { label, initial, low, high, isWhole: false, isOptional: false };
}

/** What the library takes from the data, unless it is said. */
function open(label: string, low: number, high: number, isWhole = false): Quantity<number | null> {
  return { label, initial: null, low, high, isWhole, isOptional: true };
}

/** The settings of a training, in the order in which they are shown. */
export const fields = {
  loss: choice("objective", "denoising", losses),
  probes: whole("probes of a row", 1, 1, 16),
  law: choice("law of a probe", "rademacher", ["rademacher", "gaussian", "sphere"]),
  learn: choice("the network is", "score", ["score", "energy"]),
  width: whole("width", 64, 1, 256),
  depth: whole("hidden layers", 2, 1, 6),
  activation: choice("activation", "gelu", activations),
  levels: open("noise levels", 1, 100, true),
  sigmaMax: open("largest σ", 1e-4, 1e4),
  sigmaMin: open("smallest σ", 1e-4, 1e4),
  learningRate: real("learning rate of Adam", 0.01, 1e-9, 1e3),
  weightDecay: real("weight decay", 0, 0, 100),
  ema: real("memory of the average", 0.999, 0, 0.999_999),
  batch: whole("rows of a batch", 256, 1, 4096),
  steps: whole("steps", 1500, 1, 50_000),
  seed: whole("seed", 0, 0, 4_294_967_295),
  backend: choice("runs on", "wasm", ["wasm", "threads", "js", "webgpu"]),
} as const;

export type Fields = typeof fields;
export type FieldName = keyof Fields;

/** What decides a training, apart from its data. */
export type Settings = {
  readonly [F in FieldName]: Fields[F] extends Choice<infer Name>
    ? Name
    : Fields[F] extends Quantity<infer Value>
      ? Value
      : never;
};

export const fieldNames = Object.keys(fields) as FieldName[];

export const initialSettings = Object.fromEntries(
  Object.entries(fields).map(([name, { initial }]) => [name, initial]),
) as Settings;

/** What is wrong with the value of a field, in words; null where nothing is. */
export function faultOf(name: FieldName, value: unknown): string | null {
  const field: Choice | Quantity = fields[name];
  if ("names" in field) {
    return field.names.some((known) => known === value)
      ? null
      : `${field.label} is one of ${field.names.join(", ")}`;
  }
  if (value === null) return field.isOptional ? null : `${field.label} is missing`;
  const { low, high, isWhole, label } = field;
  const holds =
    typeof value === "number" && value >= low && value <= high && (!isWhole || Number.isSafeInteger(value));
  return holds ? null : `${label} is a ${isWhole ? "whole " : ""}number from ${low} to ${high}`;
}
