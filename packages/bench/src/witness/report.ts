import { deviationOf, meanOf } from "../statistics/summary.ts";
import type { Trial } from "./measure.ts";

/** A geometric mean over seeds, with its 95 % interval. */
export interface Factor {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Student's t at 97.5 % for 1, 2, … degrees of freedom. */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262] as const;
/** How many seeds there may be. */
export const mostSeeds = STUDENT.length + 1;

/** The geometric mean of values above 0, with Student's interval of the mean logarithm; without ends for one value. */
export function factorOf(values: readonly number[]): Factor {
  const logs = values.map(Math.log);
  const n = logs.length;
  const mean = meanOf(logs);
  if (n < 2) return { mean: Math.exp(mean), low: 0, high: Number.POSITIVE_INFINITY };
  const half = ((STUDENT[n - 2] ?? Number.POSITIVE_INFINITY) * deviationOf(logs)) / Math.sqrt(n);
  return { mean: Math.exp(mean), low: Math.exp(mean - half), high: Math.exp(mean + half) };
}

/** What both sides have of one set. */
export interface Comparison {
  readonly set: string;
  readonly own: Factor;
  readonly peers: Factor | null;
  /** Own over the peer's, seed by seed: both learned from the same rows. */
  readonly ratio: Factor | null;
  readonly verdict: "better" | "no difference found" | "worse" | "no peer";
}

/** One comparison for each set, and one of all sets by the geometric mean of each seed. */
export function compare(trials: readonly Trial[]): Comparison[] {
  const sets = [...new Set(trials.map(({ set }) => set))];
  const rows = sets.map((set) =>
    comparison(
      set,
      trials.filter((trial) => trial.set === set),
    ),
  );
  if (sets.length === 1) return rows;
  const seeds = [...new Set(trials.map(({ seed }) => seed))];
  const perSeed = seeds.map((seed): Trial => {
    const own = trials.filter((trial) => trial.seed === seed);
    const theirs = own.flatMap(({ peers }) => (peers === null ? [] : [peers]));
    return {
      set: "all",
      seed,
      own: factorOf(own.map((trial) => trial.own)).mean,
      peers: theirs.length === own.length ? factorOf(theirs).mean : null,
    };
  });
  return [...rows, comparison("all", perSeed)];
}

function comparison(set: string, trials: readonly Trial[]): Comparison {
  const own = factorOf(trials.map((trial) => trial.own));
  const pairs = trials.flatMap(({ own, peers }) => (peers === null ? [] : [{ own, peers }]));
  if (pairs.length < trials.length) return { set, own, peers: null, ratio: null, verdict: "no peer" };
  const ratio = factorOf(pairs.map((pair) => pair.own / pair.peers));
  const verdict = ratio.high < 1 ? "better" : ratio.low > 1 ? "worse" : "no difference found";
  return { set, own, peers: factorOf(pairs.map(({ peers }) => peers)), ratio, verdict };
}

/** The comparisons as a table in Markdown. */
export function tableOf(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map(({ set, own, peers, ratio, verdict }) => [
    set,
    shown(own, 4),
    peers === null ? "–" : shown(peers, 4),
    ratio === null ? "–" : shown(ratio, 2),
    verdict,
  ]);
  const head = ["set", "scoretape", "PyTorch", "scoretape / PyTorch", "scoretape is"];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function shown({ mean, low, high }: Factor, digits: number): string {
  const interval = Number.isFinite(high) ? ` [${low.toFixed(digits)}, ${high.toFixed(digits)}]` : "";
  return `${mean.toFixed(digits)}${interval}`;
}
