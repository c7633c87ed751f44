import {
  type DiffusionProcess,
  subVariancePreserving,
  varianceExploding,
  variancePreserving,
} from "@scoretape/score";

/** The three noise processes, with settings other than those unless said. */
export const processes: readonly DiffusionProcess[] = [
  variancePreserving({ betaMin: 0.2, betaMax: 15, minTime: 1e-4 }),
  subVariancePreserving({ betaMin: 0.3, betaMax: 12, minTime: 1e-3 }),
  varianceExploding({ sigmaMin: 0.02, sigmaMax: 30 }),
];

/** {@link processes} with their names, for `test.each`. */
export const namedProcesses = processes.map((process) => [process.name, process] as const);
