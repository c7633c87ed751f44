import type { Family } from "../implementations/candidate.ts";
import { type Interval, medianInterval, ratioPerRound, summarize } from "../statistics/summary.ts";
import type { Measured, ResultRecord } from "./record.ts";

export function isMeasured(result: ResultRecord): result is Measured {
  return result.status === "measured";
}

export function medianOf(result: Measured): number {
  return summarize(result.seconds).median;
}

/** The result with the least median time; null of none. */
export function fastest(results: readonly Measured[]): Measured | null {
  return results.reduce<Measured | null>(
    (best, result) => (best === null || medianOf(result) < medianOf(best) ? result : best),
    null,
  );
}

/** Whether a candidate of scoretape uses fused multiply-adds, or runs on a Node other than the run's own. */
const isSpecial = ({ candidate }: Measured): boolean =>
  candidate.includes("relaxed") || candidate.includes("@");

/** The instructions that scoretape may use in a comparison. */
export type Instructions = "plain" | "relaxed";

/** scoretape's best at a workload: in plain SIMD on the run's own Node, or in any form. */
export function bestOfOurs(
  results: readonly ResultRecord[],
  workload: string,
  instructions: Instructions,
): Measured | null {
  const ours = results.filter(isMeasured).filter((result) => result.workload === workload);
  return fastest(
    ours.filter(
      (result) =>
        result.family === "scoretape" && (instructions === "plain" ? !isSpecial(result) : isSpecial(result)),
    ),
  );
}

/** The best of some families at a workload, whatever they run on. */
export function bestOf(
  results: readonly ResultRecord[],
  workload: string,
  families: readonly Family[],
): Measured | null {
  return fastest(
    results
      .filter(isMeasured)
      .filter((result) => result.workload === workload && families.includes(result.family)),
  );
}

/** How many times faster one is than another, by the rounds that both worked in. */
export interface Advantage {
  readonly ratio: number;
  readonly interval: Interval;
}

export function advantage(ours: Measured, theirs: Measured): Advantage {
  const ratios = ratioPerRound(theirs.seconds, ours.seconds);
  return { ratio: summarize(ratios).median, interval: medianInterval(ratios) };
}
