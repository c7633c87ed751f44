/** Settings of a property test: a fixed seed, and as many runs as SCORETAPE_RUNS says, or else `usual`. */
export function runs(usual: number): { seed: number; numRuns: number } {
  return { seed: 20050401, numRuns: Number(process.env.SCORETAPE_RUNS ?? usual) };
}
