/** The settings of a property: a fixed seed, and as many runs as SCORETAPE_RUNS says, or else the given number. */
export const runs = (count: number): { readonly seed: number; readonly numRuns: number } => ({
  seed: 20110,
  numRuns: Number(process.env.SCORETAPE_RUNS ?? count),
});
