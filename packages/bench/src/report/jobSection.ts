import { summarize } from "../statistics/summary.ts";
import { markdownTable, showNumber, showTimes } from "./numbers.ts";
import type { JobRecord, JobRound } from "./record.ts";

/** The whole job, W11, as each carried it out; empty where none was asked for. */
export function jobSection(jobs: readonly JobRecord[]): string[] {
  const [first] = jobs;
  if (first === undefined) return [];
  const rows = jobs.map(({ family, title, rounds, reason = "" }) => [
    `${family}: ${title}`,
    ...(rounds.length === 0 ? columns.map(() => "–") : columns.map(({ show }) => show(rounds))),
    reason,
  ]);
  return [
    "## The whole job (W11)",
    `Old Faithful by sliced score matching with reduced variance, ${first.steps.toLocaleString("en")} steps, and 2,000 ` +
      "samples, each in a fresh process from its start to its end, every round with a seed of its own. The validation " +
      "loss is what each tells of its best parameters on rows that it kept aside; the test loss and the distance of the " +
      "samples (sliced Wasserstein) are measured for all alike, on rows that no one saw. Losses and distances are medians, " +
      "with the least and the greatest in brackets: where these meet, the same was learned.",
    markdownTable(["", ...columns.map(({ name }) => name), ""], rows),
  ];
}

const columns: readonly { readonly name: string; readonly show: (rounds: readonly JobRound[]) => string }[] =
  [
    { name: "time", show: (rounds) => showTimes(rounds.map(({ seconds }) => seconds)) },
    { name: "of it training", show: (rounds) => median(rounds, "trainingSeconds", "s") },
    { name: "sampling", show: (rounds) => median(rounds, "samplingSeconds", "s") },
    { name: "user time", show: (rounds) => median(rounds, "userSeconds", "s") },
    { name: "peak memory", show: (rounds) => median(rounds, "peakBytes", "MB", 1e6) },
    { name: "validation loss", show: (rounds) => spread(rounds.map(({ validationLoss }) => validationLoss)) },
    { name: "test loss", show: (rounds) => spread(rounds.map(({ testLoss }) => testLoss)) },
    { name: "distance", show: (rounds) => spread(rounds.map(({ distance }) => distance)) },
  ];

function median(
  rounds: readonly JobRound[],
  what: "trainingSeconds" | "samplingSeconds" | "userSeconds" | "peakBytes",
  unit: string,
  scale = 1,
): string {
  return `${showNumber(summarize(rounds.map((round) => round[what])).median / scale)} ${unit}`;
}

function spread(values: readonly number[]): string {
  const show = (value: number): string => value.toFixed(3).replace("-", "−");
  return `${show(summarize(values).median)} (${show(Math.min(...values))} – ${show(Math.max(...values))})`;
}
