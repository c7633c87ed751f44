import type { Family } from "../implementations/candidate.ts";
import { type Interval, medianInterval, ratioPerRound, summarize } from "../statistics/summary.ts";
import type { Workload } from "../workloads/workload.ts";
import type { Measured, ResultRecord } from "./record.ts";

export function isMeasured(result: ResultRecord): result is Measured {
  return result.status === "measured";
}

/** The median time of the work done once. */
export function medianSeconds(result: Measured): number {
  return summarize(result.seconds).median;
}

/** The result with the least median time; null of none. */
export function fastest(results: readonly Measured[]): Measured | null {
  return results.reduce<Measured | null>(
    (best, result) => (best === null || medianSeconds(result) < medianSeconds(best) ? result : best),
    null,
  );
}

/** The instructions that scoretape may use in a comparison. */
export type Instructions = "plain" | "relaxed";

const isRelaxed = ({ candidate }: Measured): boolean => candidate.includes("relaxed");
/** Whether it ran on the run's own Node, or on a Python. */
const isAtHome = ({ candidate }: Measured): boolean => !candidate.includes("@");

/** Where the factors of a product and the product are: in the memory of who multiplies, or copied in and out. */
export type Place = "resident" | "copied";

/** Older reports say `program`. */
const placeOf = ({ candidate }: Measured): Place =>
  /-(resident|program)$/.test(candidate) ? "resident" : "copied";

/** scoretape's best at a workload on the run's own Node, with certain instructions; of products, from a certain place. */
export function bestOfOurs(
  results: readonly ResultRecord[],
  workload: string,
  instructions: Instructions,
  place?: Place,
): Measured | null {
  return fastest(
    results
      .filter(isMeasured)
      .filter(
        (result) =>
          result.workload === workload &&
          result.family === "scoretape" &&
          isAtHome(result) &&
          isRelaxed(result) === (instructions === "relaxed") &&
          (place === undefined || placeOf(result) === place),
      ),
  );
}

/** scoretape's best in plain SIMD beside a peer: of products, from where the peer has them. Only GPU.js copies. */
export function oursBeside(
  results: readonly ResultRecord[],
  { id, kind }: Pick<Workload, "id" | "kind">,
  peer?: Family,
): Measured | null {
  const place = peer === "GPU.js" ? "copied" : "resident";
  return bestOfOurs(results, id, "plain", kind === "product" ? place : undefined);
}

/** The best of some families at a workload, on the run's own Node or on a Python. */
export function bestOf(
  results: readonly ResultRecord[],
  workload: string,
  families: readonly Family[],
): Measured | null {
  return fastest(
    results
      .filter(isMeasured)
      .filter(
        (result) => result.workload === workload && families.includes(result.family) && isAtHome(result),
      ),
  );
}

/** How many times faster one is than another, by the rounds that both worked in. */
export interface Advantage {
  readonly ratio: number;
  readonly interval: Interval;
}

export function advantage(ours: Measured, theirs: Measured): Advantage {
  const ratios = ratiosByRound(ours, theirs);
  return { ratio: summarize(ratios).median, interval: medianInterval(ratios) };
}

/** How many times faster one is than another in each round that both worked in. */
export function ratiosByRound(ours: Measured, theirs: Measured): number[] {
  const [mine, other] = [byRound(ours), byRound(theirs)];
  const common = [...mine.keys()].filter((round) => other.has(round));
  const times = (of: ReadonlyMap<number, number>): number[] => common.map((round) => of.get(round) as number);
  return ratioPerRound(times(other), times(mine));
}

function byRound({ rounds, seconds }: Measured): ReadonlyMap<number, number> {
  return new Map(seconds.map((time, i) => [rounds?.[i] ?? i, time]));
}
