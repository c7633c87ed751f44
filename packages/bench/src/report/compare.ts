import { rankTest } from "../statistics/rankTest.ts";
import { summarize } from "../statistics/summary.ts";
import { isMeasured } from "./best.ts";
import { showNumber, showSeconds } from "./numbers.ts";
import type { Report } from "./record.ts";

/** From which change on, and how sure, a difference counts. */
export interface Threshold {
  /** The least change of the median, as a part of it. */
  readonly change: number;
  /** The greatest p-value of the rank test. */
  readonly probability: number;
}

export const usual: Threshold = { change: 0.05, probability: 0.01 };

/** One quantity in two runs; for all of them less is better. */
export interface Comparison {
  readonly name: string;
  /** Whether it is scoretape's, and not a peer's, which only shows how the machine changed. */
  readonly own: boolean;
  readonly before: number;
  readonly after: number;
  /** after / before. */
  readonly ratio: number;
  readonly probability: number;
  readonly verdict: "slower" | "faster" | "the same";
}

interface Quantity {
  readonly name: string;
  readonly own: boolean;
  readonly rounds: readonly number[];
}

/** What both reports measured, in the order of the second. */
export function compareReports(before: Report, after: Report, threshold: Threshold = usual): Comparison[] {
  const old = new Map(quantitiesOf(before).map((quantity) => [quantity.name, quantity]));
  return quantitiesOf(after).flatMap(({ name, own, rounds }) => {
    const known = old.get(name);
    return known === undefined ? [] : [compared(name, own, known.rounds, rounds, threshold)];
  });
}

function compared(
  name: string,
  own: boolean,
  before: readonly number[],
  after: readonly number[],
  threshold: Threshold,
): Comparison {
  const [old, now] = [summarize(before).median, summarize(after).median];
  const ratio = now / old;
  const probability = rankTest(before, after);
  const beyond =
    probability <= threshold.probability && Math.abs(Math.log(ratio)) >= Math.log1p(threshold.change);
  const verdict = !beyond ? "the same" : ratio > 1 ? "slower" : "faster";
  return { name, own, before: old, after: now, ratio, probability, verdict };
}

/** Units in which more is better; their reciprocal is compared. */
const rates = /^(GFLOP|GB|steps)\/s/;

function quantitiesOf({ results, starts, jobs, micro, workloads }: Report): Quantity[] {
  // A sampling's workload is shorter in a quick run: its title tells them apart.
  const titles = new Map(workloads.map(({ workload }) => [workload.id, workload.title]));
  return [
    ...results.filter(isMeasured).map(({ workload, candidate, family, seconds }) => ({
      name: `${workload} (${titles.get(workload)}), ${candidate}`,
      own: family === "scoretape",
      rounds: seconds,
    })),
    ...starts
      .filter(({ firstStepSeconds }) => firstStepSeconds.length > 0)
      .map(({ candidate, family, firstStepSeconds }) => ({
        name: `W8 first step, ${candidate}`,
        own: family === "scoretape",
        rounds: firstStepSeconds,
      })),
    ...jobs
      .filter(({ rounds }) => rounds.length > 0)
      .map(({ candidate, family, steps, rounds }) => ({
        name: `W11 (${steps} steps), ${candidate}`,
        own: family === "scoretape",
        rounds: rounds.map(({ seconds }) => seconds),
      })),
    ...micro.map(({ suite, row, column, unit, rounds }) => ({
      name: `${suite}: ${row}, ${column}, ${unit}`,
      own: true,
      rounds: rates.test(unit) ? rounds.map((rate) => 1 / rate) : rounds,
    })),
  ];
}

/** The comparison as lines of text: what became slower first, then how the machine itself may have changed. */
export function describe(before: Report, after: Report, comparisons: readonly Comparison[]): string {
  const own = comparisons.filter((comparison) => comparison.own);
  const of = (verdict: Comparison["verdict"]): Comparison[] =>
    own.filter((comparison) => comparison.verdict === verdict).toSorted((a, b) => b.ratio - a.ratio);
  const list = (title: string, found: readonly Comparison[]): string[] =>
    found.length === 0 ? [`${title}: nothing.`] : [`${title}:`, ...found.map(line)];
  const others = comparisons.filter((comparison) => !comparison.own).map(({ ratio }) => ratio);
  const roof = after.run.roofBefore.oneThread / before.run.roofBefore.oneThread;
  return [
    ...list("Slower beyond the noise", of("slower")),
    ...list("Faster beyond the noise", of("faster").reverse()),
    `The same: ${of("the same").length} of ${own.length}.`,
    `The machine: its roof is ${showNumber(roof)} times the former` +
      (others.length === 0
        ? "."
        : `, and the peers' times are ${showNumber(summarize(others).median)} times the former in the median.`),
    ...(before.run.environment.cpu === after.run.environment.cpu
      ? []
      : [`These are two machines: ${before.run.environment.cpu} and ${after.run.environment.cpu}.`]),
  ].join("\n");
}

function line({ name, before, after, ratio, probability }: Comparison): string {
  const change = `${showNumber(ratio)}×, p = ${probability.toPrecision(2)}`;
  return name.startsWith("W")
    ? `  ${name}: ${showSeconds(before)} → ${showSeconds(after)} (${change})`
    : `  ${name}: ${change}`;
}
