import { summarize } from "../statistics/summary.ts";
import { advantage, isMeasured, medianSeconds, oursBeside } from "./best.ts";
import { showAdvantage } from "./goals.ts";
import { gigaflops, markdownTable, showPercent, showTimes } from "./numbers.ts";
import type { Measured, NotMeasured, Report, WorkloadRecord } from "./record.ts";

/** Every variant of every implementation at one workload, the fastest first. */
export function workloadSection({ results, run }: Report, { workload, othersLoad }: WorkloadRecord): string {
  const own = results.filter((result) => result.workload === workload.id);
  const ours = oursBeside(results, workload);
  const measured = own.filter(isMeasured).toSorted((a, b) => medianSeconds(a) - medianSeconds(b));
  const rows = measured.map((result) => [
    `${result.family}: ${result.title}`,
    showTimes(result.seconds),
    ...(workload.kind === "product" ? [gigaflops(workload, medianSeconds(result))] : []),
    ours === null ? "–" : showAdvantage(advantage(ours, result)),
    result.processors.toFixed(1),
    remarks(result, run.effort.rounds),
  ]);
  const header = [
    "",
    "time",
    ...(workload.kind === "product" ? ["GFLOP/s"] : []),
    "times ours",
    "processors",
    "",
  ];
  const missing = own.filter((result): result is NotMeasured => !isMeasured(result));
  const load = othersLoad.length === 0 ? "unknown" : showPercent(summarize(othersLoad).median);
  return [
    `### ${workload.id}: ${workload.title}`,
    rows.length === 0 ? "Nothing was measured." : markdownTable(header, rows),
    [`The processors worked ${load} of the time for others.`, "", ...missingLines(missing)]
      .join("\n")
      .trimEnd(),
  ].join("\n\n");
}

function remarks({ settled, seconds }: Measured, rounds: number): string {
  return [
    ...(settled ? [] : ["not settled"]),
    ...(seconds.length < rounds ? [`${seconds.length} rounds`] : []),
  ].join(", ");
}

/** What was not measured: the variants of a family that share their reason in one line. */
function missingLines(missing: readonly NotMeasured[]): string[] {
  const lines = grouped(missing, ({ family, status, reason }) => `- ${family}: ${status}: ${reason}`);
  return [...lines].map(([line, some]) => `${line} (${some.map(({ title }) => title).join("; ")}).`);
}

/** What implementations told of themselves, once each, with the workloads where it is not said at all of theirs. */
export function implementationNotes({ results }: Report): string[] {
  const measured = results.filter(isMeasured);
  const workloadsOf = (some: readonly Measured[]): Set<string> =>
    new Set(some.map(({ workload }) => workload));
  const said = measured.flatMap((result) => result.notes.map((note) => ({ result, note })));
  const lines = grouped(said, ({ result, note }) => `${result.family}: ${note}`);
  const list = [...lines].map(([line, some]) => {
    const family = some[0]?.result.family;
    const where = workloadsOf(some.map(({ result }) => result));
    const all = workloadsOf(measured.filter((result) => result.family === family));
    return `- ${line}${where.size === all.size ? "" : ` (${[...where].join(", ")})`}.`;
  });
  return list.length === 0 ? [] : ["### What the implementations tell", list.join("\n")];
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
