import type { Family } from "../implementations/candidate.ts";
import type { Roof } from "../machine/roof.ts";
import { summarize } from "../statistics/summary.ts";
import type { Workload } from "../workloads/workload.ts";
import { advantage, bestOf, bestOfOurs, isMeasured, medianOf } from "./best.ts";
import { goalResults, showAdvantage } from "./goals.ts";
import { microSection } from "./microSection.ts";
import { markdownTable, showNumber, showPercent, showTimes } from "./numbers.ts";
import type { Report, ResultRecord, RunRecord, WorkloadRecord } from "./record.ts";

/** The report for people. `chart` is the path of the picture beside it. */
export function markdown(report: Report, chart: string): string {
  const sections = [
    heading(report.run),
    "## In short",
    summaryTable(report),
    `![How many times faster than each peer](${chart})`,
    "## Goals",
    goalTable(report),
    ...(report.workloads.length > 0
      ? ["## Workloads", ...report.workloads.map((one) => workloadSection(report, one))]
      : []),
    ...(report.starts.length > 0 ? ["## Start and memory (W8)", startTable(report)] : []),
    ...microSection(report),
  ];
  return `${sections.join("\n\n")}\n`;
}

function heading(run: RunRecord): string {
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
    `- Load before: ${showPercent(run.loadBefore.busy)} of the processors busy; averages ${run.loadBefore.averages.map((load) => load.toFixed(2)).join(", ")}.`,
    `- Method: every implementation in a process of its own, checked against the same numbers, warmed up, then ` +
      `${effort.rounds} rounds in turn of at least ${effort.roundSeconds} s each. Times are medians, with quartiles in ` +
      "brackets. Ratios are medians of the ratios of single rounds, with an interval for the median.",
    ...roofLines(run),
  ].join("\n");
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

/** Whom a user would pick instead. */
const peers: readonly Family[] = ["jax-js", "TensorFlow.js", "GPU.js", "PyTorch", "JAX", "NumPy"];

function summaryTable(report: Report): string {
  const { results } = report;
  const present = peers.filter((peer) => results.some(({ family }) => family === peer));
  const rows = report.workloads.map(({ workload: { id, title } }) => {
    const ours = bestOfOurs(results, id, "plain");
    const relaxed = bestOfOurs(results, id, "relaxed");
    const cells = present.map((peer) => {
      const theirs = bestOf(results, id, [peer]);
      if (theirs === null)
        return results.some((r) => r.workload === id && r.family === peer) ? whyNot(results, id, peer) : "–";
      return ours === null ? "–" : `${advantage(ours, theirs).ratio.toPrecision(3)}×`;
    });
    return [
      `${id}: ${title}`,
      ours === null ? "–" : showTimes(ours.seconds),
      relaxed === null ? "–" : showTimes(relaxed.seconds),
      ...cells,
    ];
  });
  return [
    "How many times faster scoretape's best in plain SIMD is than the best of each peer (below 1 it is slower).",
    "",
    markdownTable(["workload", "scoretape", "with relaxed SIMD", ...present], rows),
  ].join("\n");
}

function whyNot(results: readonly ResultRecord[], workload: string, peer: Family): string {
  const own = results.filter((result) => result.workload === workload && result.family === peer);
  return own.some(({ status }) => status === "failed") ? "failed" : "absent";
}

function goalTable(report: Report): string {
  const rows = goalResults(report).map(({ about, goal, measured, verdict }) => [
    about,
    goal,
    measured,
    verdict,
  ]);
  if (rows.length === 0) return "No goal is about what was run.";
  return markdownTable(["", "goal", "measured", ""], rows);
}

function workloadSection({ results }: Report, { workload, othersLoad }: WorkloadRecord): string {
  const own = results.filter((result) => result.workload === workload.id);
  const ours = bestOfOurs(results, workload.id, "plain");
  const measured = own.filter(isMeasured).toSorted((a, b) => medianOf(a) - medianOf(b));
  const rows = measured.map((result) => [
    `${result.family}: ${result.title}`,
    showTimes(result.seconds),
    ...(workload.kind === "product" ? [gigaflops(workload, medianOf(result))] : []),
    ours === null ? "–" : showAdvantage(advantage(ours, result)),
    result.processors.toFixed(1),
    result.settled ? "" : "not settled",
  ]);
  const header = [
    "",
    "time",
    ...(workload.kind === "product" ? ["GFLOP/s"] : []),
    "times ours",
    "processors",
    "",
  ];
  const missing = own
    .filter((result) => !isMeasured(result))
    .map((result) => `- ${result.family}: ${result.title}: ${result.status}: ${result.reason}.`);
  const notes = [
    ...new Set(measured.flatMap(({ family, notes: said }) => said.map((note) => `- ${family}: ${note}.`))),
  ];
  const load = othersLoad.length === 0 ? "unknown" : showPercent(summarize(othersLoad).median);
  return [
    `### ${workload.id}: ${workload.title}`,
    rows.length === 0 ? "Nothing was measured." : markdownTable(header, rows),
    [`The processors worked ${load} of the time for others.`, "", ...missing, ...notes].join("\n").trimEnd(),
  ].join("\n\n");
}

function gigaflops({ m, k, n }: Extract<Workload, { kind: "product" }>, seconds: number): string {
  return showNumber((2 * m * k * n) / seconds / 1e9);
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
