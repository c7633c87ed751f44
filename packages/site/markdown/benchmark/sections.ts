import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  advantage,
  bestOf,
  bestOfOurs,
  medianSeconds,
  oursBeside,
  ratiosByRound,
} from "../../../bench/src/report/best.ts";
import { goalResults } from "../../../bench/src/report/goals.ts";
import { markdownTable, showNumber, showSeconds, showTimes } from "../../../bench/src/report/numbers.ts";
import { type Measured, type Report, readReport } from "../../../bench/src/report/record.ts";
import { summarize } from "../../../bench/src/statistics/summary.ts";
import { type Mark, ratioChart } from "./chart.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

const peers = ["jax-js", "TensorFlow.js", "PyTorch", "JAX", "GPU.js", "NumPy"] as const;

/** The parts of the page of the benchmark, as Markdown made from what a run wrote, by the names with which the page asks for them. */
export function sectionsOf(report: Report): Readonly<Record<string, () => string>> {
  return {
    run: () => runLine(report),
    ratios: () => ratios(report),
    times: () => times(report),
    goals: () => goals(report),
    standing: () => standing(report),
    starts: () => starts(report),
    sizes,
    agreement,
  };
}

/** The last whole run that is kept. */
export function latestReport(): Report {
  const files = readdirSync(at("packages/bench/report")).filter((file) => file.endsWith(".jsonl"));
  return readReport(at(`packages/bench/report/${files.sort().at(-1)}`));
}

function runLine({ run }: Report): string {
  const { cpu, cores, node, platform, commit, execArgv } = run.environment;
  const flags = execArgv.length === 0 ? "no flags" : execArgv.join(" ");
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  return (
    `A ${run.mode} run of commit ${commit} on ${run.date.slice(0, 10)}: ${cpu}, ${cores} cores, ${platform}, Node ${node}, ${flags}; ` +
    `${versions.join(", ")}. Each of ${run.effort.rounds} rounds gives every implementation its turn, in a process of its own.`
  );
}

/** A chart for each peer, and all of their numbers in one table. */
function ratios({ workloads, results }: Report): string {
  const marked = peers.map((peer) => ({
    peer,
    marks: workloads.flatMap(({ workload }): Mark[] => {
      const { id } = workload;
      const [ours, theirs] = [oursBeside(results, workload, peer), bestOf(results, id, [peer])];
      if (ours === null || theirs === null) return [];
      const { ratio, interval } = advantage(ours, theirs);
      return [
        { workload: id, rounds: ratiosByRound(ours, theirs), ratio, low: interval.low, high: interval.high },
      ];
    }),
  }));
  const shown = marked.filter(({ marks }) => marks.length > 0);
  const all = shown.flatMap(({ marks }) => marks.flatMap(({ rounds }) => rounds));
  const domain = [Math.min(0.5, ...all) / 1.05, Math.max(2, ...all) * 1.05] as const;
  const figures = shown.map(
    ({ peer, marks }) =>
      `<figure><figcaption>Beside ${peer}</figcaption>${ratioChart(peer, marks, domain)}</figure>`,
  );
  const rows = workloads.map(({ workload: { id, title } }) => [
    `**${id}** ${title}`,
    ...shown.map(({ marks }) => {
      const mark = marks.find(({ workload }) => workload === id);
      return mark === undefined ? "–" : withInterval(mark);
    }),
  ]);
  const table = markdownTable(["", ...shown.map(({ peer }) => peer)], rows);
  return `<div v-pre class="ratios">${figures.join("")}</div>\n\n${table}`;
}

/** The ratio, and below it its interval. */
function withInterval({ ratio, low, high }: Mark): string {
  return `**${ratio.toPrecision(3)}**<br>${low.toPrecision(3)}\u00a0–\u00a0${high.toPrecision(3)}`;
}

/** Medians of the best variant of each. */
function times({ workloads, results }: Report): string {
  const shown = (best: Measured | null): string =>
    best === null ? "–" : showSeconds(medianSeconds(best)).replace(" ", "\u00a0");
  const present = peers.filter((peer) =>
    workloads.some(({ workload }) => bestOf(results, workload.id, [peer])),
  );
  const rows = workloads.map(({ workload: { id, title } }) => [
    `**${id}** ${title}`,
    shown(bestOfOurs(results, id, "plain")),
    shown(bestOfOurs(results, id, "relaxed")),
    ...present.map((peer) => shown(bestOf(results, id, [peer]))),
  ]);
  return markdownTable(["", "scoretape", "with relaxed SIMD", ...present], rows);
}

function goals(report: Report): string {
  const found = goalResults(report);
  const rows = found.map(({ about, goal, measured, verdict }) => [about, goal, measured, verdict]);
  return `Set before the run; ${standing(report)}.\n\n${markdownTable(["", "goal", "measured", ""], rows)}`;
}

/** How many goals are met, as a part of a sentence. */
function standing(report: Report): string {
  const found = goalResults(report);
  return `of ${found.length} goals ${found.filter(({ verdict }) => verdict === "met").length} are met`;
}

function starts(report: Report): string {
  const measured = report.starts.filter(({ firstStepSeconds }) => firstStepSeconds.length > 0);
  const rows = measured.map(({ family, title, firstStepSeconds, peakBytes }) => [
    `${family}: ${title}`,
    showTimes(firstStepSeconds),
    peakBytes.length === 0 ? "–" : `${showNumber(summarize(peakBytes).median / 1e6)} MB`,
  ]);
  return markdownTable(["", "first step", "peak memory"], rows);
}

/** What CI holds each entry to. */
function sizes(): string {
  const lines = readFileSync(at(".size-limit.js"), "utf8").matchAll(
    /name: "([^"]+)"[^}]*?limit: "([^"]+)"/gs,
  );
  const rows = [...lines].map(([, name = "", limit = ""]) => [name, limit]);
  return markdownTable(["", "at most"], rows);
}

/** The table of what was found. */
function agreement(): string {
  const [table] =
    /^\|[^\n]*losses \| gradients[\s\S]*?(?=\n\n)/m.exec(readFileSync(at("docs/agreement.md"), "utf8")) ?? [];
  if (table === undefined) throw new Error("docs/agreement.md has no table of losses and gradients");
  return table;
}
