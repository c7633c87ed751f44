/** The settings of a fast-check property: a fixed seed; SCORETAPE_RUNS, when set, is the number of runs. */
export function runs(numRuns: number): { readonly seed: number; readonly numRuns: number } {
  return { seed: 20190517, numRuns: Number(process.env.SCORETAPE_RUNS ?? numRuns) };
}
