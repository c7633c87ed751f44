import type { Roof } from "../machine/roof.ts";
import type { Effort } from "../measure/effort.ts";
import { summarize } from "../statistics/summary.ts";
import { goalResults } from "./goals.ts";
import { jobSection } from "./jobSection.ts";
import { microSection } from "./microSection.ts";
import { markdownTable, showNumber, showPercent, showTimes } from "./numbers.ts";
import type { Report, ResultRecord, RunRecord } from "./record.ts";
import { summary } from "./summaryTables.ts";
import { implementationNotes, workloadSection } from "./workloadSection.ts";

/** The report for people. `chart` is the path of the picture beside it. */
export function markdown(report: Report, chart: string): string {
  const sections = [
    heading(report),
    "## In short",
    ...summary(report),
    `![How many times faster than each peer](${chart})`,
    "## Goals",
    goalTable(report),
    ...(report.workloads.length > 0
      ? [
          "## Workloads",
          ...report.workloads.map((one) => workloadSection(report, one)),
          ...implementationNotes(report),
        ]
      : []),
    ...(report.starts.length > 0 ? ["## Start and memory (W8)", startTable(report)] : []),
    ...jobSection(report.jobs),
    ...microSection(report),
  ];
  return `${sections.join("\n\n")}\n`;
}

function heading({ run, results }: Report): string {
  const { environment: where, effort } = run;
  const flags = where.execArgv.length === 0 ? "no flags" : `flags ${where.execArgv.join(" ")}`;
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `# Benchmark: ${where.cpu}, ${where.cores} cores, ${run.date.slice(0, 10)}`,
    "",
    `A ${run.mode} run of commit ${where.commit}, ${run.date} to ${run.finished ?? "a break: it is not whole"}.`,
    "",
    `- Machine: ${where.platform}, ${showNumber(where.memoryBytes / 2 ** 30)} GiB; ${where.cpuFlags.join(" ") || "flags unknown"}.`,
    `- Runtime: Node ${where.node}, V8 ${where.v8}, ${flags}. ${versions.join(", ")}.`,
    ...otherNodes(results, where.node),
    `- Load before: ${showPercent(run.loadBefore.busy)} of the processors busy; averages ${run.loadBefore.averages.map((load) => load.toFixed(2)).join(", ")}.`,
    `- Method: every implementation in a process of its own, checked against the same numbers, warmed up, then ` +
      `${effort.rounds} rounds in turn of at least ${effort.roundSeconds} s each${leadIn(effort)}. Times are medians, with ` +
      "quartiles in brackets. Ratios are medians of the ratios of single rounds, with an interval for the median.",
    ...roofLines(run),
  ].join("\n");
}

/** Which rows are of another Node than the run's own. */
function otherNodes(results: readonly ResultRecord[], own: string): string[] {
  const versions = new Set(results.flatMap(({ candidate }) => candidate.split("@")[1] ?? []));
  return [...versions].map(
    (version) =>
      `- Beside it: Node ${version}, in the rows that name it; all other rows, what is in short and the goals are of Node ${own}.`,
  );
}

/** Reports from before there were lead-ins have none. */
function leadIn({ leadInSeconds }: Partial<Pick<Effort, "leadInSeconds">>): string {
  return leadInSeconds === undefined ? "" : `, each after ${leadInSeconds} s of untimed work`;
}

function roofLines({ roofBefore, roofAfter }: RunRecord): string[] {
  const words = ({ oneThread, twoThreads, fused, copyMemory, copyCache }: Roof): string =>
    `${showNumber(oneThread)} GFLOP/s on one thread, ${showNumber(twoThreads)} on two at once ` +
    `(${(twoThreads / oneThread).toFixed(2)}×)${fused === null ? "" : `, ${showNumber(fused)} with fused multiply-adds`}; ` +
    `copying ${showNumber(copyCache)} GB/s in cache, ${showNumber(copyMemory)} in memory`;
  return [
    `- Roof of WebAssembly, before: ${words(roofBefore)}.`,
    ...(roofAfter === null ? [] : [`- The same, after: ${words(roofAfter)}.`]),
    "- Two threads cannot gain more than the factor above: two processors may be one core.",
  ];
}

function goalTable(report: Report): string {
  const goals = goalResults(report);
  if (goals.length === 0) return "No goal is about what was run.";
  const count = (wanted: string): number => goals.filter(({ verdict }) => verdict === wanted).length;
  const unknown = count("not known") === 0 ? "" : `, ${count("not known")} not known`;
  return [
    `Of ${goals.length} goals ${count("met")} are met, ${count("missed")} missed${unknown}. A ratio is the time of the ` +
      "peers' best variant over that of scoretape's best, on one thread or two, in this run.",
    "",
    markdownTable(
      ["", "goal", "measured", "", "who"],
      goals.map(({ about, goal, measured, verdict, who }) => [about, goal, measured, verdict, who]),
    ),
  ].join("\n");
}

function startTable({ starts }: Report): string {
  const rows = starts.map(({ family, title, firstStepSeconds, peakBytes, reason }) => [
    `${family}: ${title}`,
    firstStepSeconds.length === 0 ? "–" : showTimes(firstStepSeconds),
    peakBytes.length === 0 ? "–" : `${showNumber(summarize(peakBytes).median / 1e6)} MB`,
    reason ?? "",
  ]);
  return [
    "From the start of a fresh process to the end of its first step of W1, and its peak memory over 300 steps.",
    "",
    markdownTable(["", "first step", "peak memory", ""], rows),
  ].join("\n");
}
