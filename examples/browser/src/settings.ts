import { data, type ObjectiveName, objectiveNames } from "@scoretape/score";
import { type BackendName, backendNames } from "./backend.ts";

/** What a run needs, as the page's address and its form give it. */
export interface Settings {
  readonly data: string;
  readonly objective: ObjectiveName;
  readonly backend: BackendName;
  readonly steps: number;
  readonly seed: number;
}

const defaults = {
  data: "8gaussians",
  objective: "denoising",
  backend: "auto",
  steps: 3000,
  seed: 0,
} as const satisfies Settings;

/** The sets that fit on a canvas. */
export const dataNames: readonly string[] = data.names().filter((name) => data.byName(name).dimension === 2);

/** Reads settings from the query of an address; what is absent has its default. Throws at what makes no sense. */
export function readSettings(query: URLSearchParams): Settings {
  return {
    data: choice(query, "data", dataNames),
    objective: choice(query, "objective", objectiveNames),
    backend: choice(query, "backend", backendNames),
    steps: wholeNumber(query, "steps", 1),
    seed: wholeNumber(query, "seed", 0),
  };
}

function choice<Name extends string>(
  query: URLSearchParams,
  key: "data" | "objective" | "backend",
  names: readonly Name[],
): Name {
  const given = query.get(key) ?? defaults[key];
  const name = names.find((known) => known === given);
  if (name === undefined) throw new RangeError(`${key}=${given}: choose one of ${names.join(", ")}`);
  return name;
}

function wholeNumber(query: URLSearchParams, key: "steps" | "seed", least: number): number {
  const value = Number(query.get(key) ?? defaults[key]);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${key}=${query.get(key)}: give a whole number from ${least} on`);
  }
  return value;
}
