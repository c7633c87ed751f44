import { data, type ObjectiveName, objectiveNames } from "@scoretape/score";
import { type BackendName, backendNames } from "./backend.ts";
import { wholeNumber } from "./page.ts";

/** What a run needs, as the page's address and its form give it. */
export interface Settings {
  readonly data: string;
  readonly objective: ObjectiveName;
  readonly backend: BackendName;
  /** Whether a GPU in software will do, where one is asked for by name. */
  readonly software: boolean;
  readonly steps: number;
  readonly seed: number;
}

const defaults = {
  data: "8gaussians",
  objective: "denoising",
  backend: "auto",
  software: false,
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
    software: query.has("software"),
    steps: wholeNumber(query, "steps", defaults.steps, [1]),
    seed: wholeNumber(query, "seed", defaults.seed, [0]),
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
