import type { Value } from "./value.ts";
import type { Verb } from "./verb.ts";

/** The groups of the help, in its order. */
export const groups = {
  files: "Files:",
  reading: "Reading CSV files, where guesses go wrong:",
  images: "Reading images:",
  training: "Training:",
  noise: "Noise levels and network:",
  sampling: "Sampling:",
  machine: "Machine:",
} as const;

/** What a flag is to one verb, where that differs from what it is to others. */
export interface Use<T> {
  /** The value where the flag is not given; without it there is none. */
  readonly default?: T;
  readonly help?: string;
  readonly value?: Value<T>;
  /** As a flag has it. */
  readonly onlyWith?: Flag<T>["onlyWith"];
}

/** A kind of network, and what is to be done where it is the other one. */
export interface NetworkUse {
  readonly network: "mlp" | "unet";
  readonly instead: string;
}

export type Uses<T> = { readonly [V in Verb]?: Use<T> };

/** A flag of the command, which means one thing everywhere. Its name is its key in the table, `sigmaMax` for `--sigma-max`. */
export interface Flag<T, U extends Uses<T> = Uses<T>> {
  readonly value: Value<T>;
  readonly help: string;
  readonly group: keyof typeof groups;
  /** Whether `--help` shows it; `--help-all` shows every flag. */
  readonly common?: true;
  /** Flags that must have one of some values where this one is given, since it would change nothing otherwise. */
  readonly onlyWith?: Readonly<Record<string, readonly string[]>>;
  /** The only kind of network that it means something to. */
  readonly onlyFor?: NetworkUse;
  /** The verbs that take it. */
  readonly verbs: U;
}

/** Declares a flag, with the types of its value and of its verbs. */
export function flag<T, const U extends Uses<T>>(declaration: Flag<T, U>): Flag<T, U> {
  return declaration;
}

/** The option of a flag: `--sigma-max` of `sigmaMax`. */
export function optionOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
