import type { Jobs } from "./jobs.ts";

/**
 * A worker for each kind of job: it carries what these jobs import, and nothing else. One thread each: pages on plain hosts
 * are not isolated, and share no memory.
 */
const kinds = {
  exact: () => new Worker(new URL("./workers/exact.ts", import.meta.url), { type: "module", name: "exact" }),
  langevin: () =>
    new Worker(new URL("./workers/langevin.ts", import.meta.url), { type: "module", name: "langevin" }),
  mixing: () =>
    new Worker(new URL("./workers/mixing.ts", import.meta.url), { type: "module", name: "mixing" }),
  diffusion: () =>
    new Worker(new URL("./workers/diffusion.ts", import.meta.url), { type: "module", name: "diffusion" }),
  likelihood: () =>
    new Worker(new URL("./workers/likelihood.ts", import.meta.url), { type: "module", name: "likelihood" }),
  digits: () =>
    new Worker(new URL("./workers/digits.ts", import.meta.url), { type: "module", name: "digits" }),
};

export type Kind = keyof typeof kinds;

/** Which worker has a job. */
export const kindOf: Readonly<Record<keyof Jobs, Kind>> = {
  fisher: "exact",
  parts: "exact",
  slices: "exact",
  traceCost: "exact",
  targets: "exact",
  posterior: "exact",
  manifold: "exact",
  rareData: "exact",
  step: "langevin",
  mixing: "mixing",
  annealing: "mixing",
  diffusion: "diffusion",
  likelihood: "likelihood",
  drawDigits: "digits",
  completeDigit: "digits",
};

export const startWorker = (kind: Kind): Worker => kinds[kind]();
