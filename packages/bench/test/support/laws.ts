/** The cases of a law: from a fixed seed; more of them by the environment's SCORETAPE_RUNS. */
export const fixed = { seed: 20_251_122, numRuns: Number(process.env.SCORETAPE_RUNS ?? 100) };
