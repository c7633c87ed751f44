import type { Family } from "../implementations/candidate.ts";
import { summarize } from "../statistics/summary.ts";
import { type Advantage, advantage, bestOf, bestOfOurs, type Instructions } from "./best.ts";
import type { Measured, Report } from "./record.ts";

/** The least ratio of the best of the peers' median times to scoretape's best. */
interface Goal {
  readonly peers: readonly Family[];
  readonly instructions: Instructions;
  readonly workload: string;
  readonly ratio: number;
}

function goals(
  peers: readonly Family[],
  instructions: Instructions,
  ratios: Readonly<Record<string, number>>,
): Goal[] {
  return Object.entries(ratios).map(([workload, ratio]) => ({ peers, instructions, workload, ratio }));
}

const native: readonly Family[] = ["PyTorch", "JAX"];

/** Steps with the exact divergence, by the number of dimensions. */
const exact = (...[d2, d8, d32, d100]: readonly [number, number, number, number]) => ({
  "W3-d2": d2,
  "W3-d8": d8,
  "W3-d32": d32,
  "W3-d100": d100,
});

const all: readonly Goal[] = [
  ...goals(["jax-js"], "plain", { W1: 6, W2: 6, ...exact(6, 6, 6, 6), W4: 4, W5: 6, W6: 6 }),
  ...goals(["TensorFlow.js"], "plain", {
    W1: 20,
    W2: 20,
    ...exact(20, 20, 20, 20),
    W4: 20,
    W5: 20,
    W6: 7,
    W9: 15,
  }),
  ...goals(native, "plain", {
    W1: 1.5,
    W1s: 1.8,
    W2: 0.85,
    ...exact(2, 1.7, 1.5, 1.2),
    "W3c-d8": 1.2,
    "W3c-d100": 1.2,
    W4: 0.48,
    W5: 1.5,
    W6: 0.75,
  }),
  ...goals(native, "relaxed", { W1: 1.8, W2: 1.1, W4: 0.6, W6: 0.9 }),
];

/**
 * Median times of native peers, in ms, of another run on a machine of two such cores (a server part with AVX-512,
 * 2.95 GHz): a hint where they are absent, no measurement of this run.
 */
const recorded: Readonly<Record<string, Readonly<Partial<Record<Family, number>>>>> = {
  W1: { PyTorch: 1.55, JAX: 1.12 },
  W2: { PyTorch: 1.95, JAX: 2.1 },
  "W3-d2": { PyTorch: 1.5, JAX: 1.0 },
  "W3-d8": { PyTorch: 2.2, JAX: 1.9 },
  "W3-d32": { PyTorch: 4.5, JAX: 6.1 },
  "W3-d100": { PyTorch: 18, JAX: 40 },
  "W3c-d8": { JAX: 0.68 },
  "W3c-d100": { JAX: 0.99 },
  W4: { PyTorch: 4.9, JAX: 5.4 },
  W5: { PyTorch: 1.8, JAX: 1.7 },
  W6: { PyTorch: 504, JAX: 596 },
};

/** How a goal stands after a run. */
export interface GoalResult {
  readonly about: string;
  /** What is measured, and where the number has to lie, in words: `≥ 6`. */
  readonly goal: string;
  readonly measured: string;
  /** Whose variants were compared; empty where it is said already. */
  readonly who: string;
  readonly verdict: "met" | "missed" | "not known";
}

/** Every goal whose workload was run, the others left out. */
export function goalResults(report: Report): GoalResult[] {
  const known = new Set(report.workloads.map(({ workload }) => workload.id));
  return [
    ...all.filter(({ workload }) => known.has(workload)).map((goal) => ratioResult(report, goal)),
    ...startResults(report),
    ...microResults(report),
  ];
}

function ratioResult(
  { results, workloads }: Report,
  { peers, instructions, workload, ratio }: Goal,
): GoalResult {
  const ours = bestOfOurs(results, workload, instructions);
  const theirs = bestOf(results, workload, peers);
  const words = instructions === "relaxed" ? "scoretape with relaxed SIMD" : "scoretape";
  const about = `${workload}: ${peers.join(" or ")} / ${words}`;
  const goal = `≥ ${ratio}`;
  if (ours === null) return { about, goal, measured: `no result of ${words}`, who: "", verdict: "not known" };
  if (theirs === null) {
    const steps = workloads.find((record) => record.workload.id === workload)?.workload;
    const share = steps?.kind === "sampling" ? steps.steps / 1000 : 1;
    return {
      about,
      goal,
      measured: `${peers.join(", ")} absent${hint(workload, peers, ours, share)}`,
      who: "",
      verdict: "not known",
    };
  }
  const found = advantage(ours, theirs);
  return {
    about,
    goal,
    measured: showAdvantage(found),
    who: `${theirs.candidate}, ${ours.candidate}`,
    verdict: found.ratio >= ratio ? "met" : "missed",
  };
}

function hint(workload: string, peers: readonly Family[], ours: Measured, share: number): string {
  const times = peers.flatMap((peer) => recorded[workload]?.[peer] ?? []);
  if (times.length === 0) return "";
  const ratio = (Math.min(...times) * share) / (1e3 * summarize(ours.seconds).median);
  return `; ${ratio.toPrecision(2)} by a recorded time of another run`;
}

export function showAdvantage({ ratio, interval }: Advantage): string {
  return `${ratio.toPrecision(3)} (${interval.low.toPrecision(3)} – ${interval.high.toPrecision(3)})`;
}

const FIRST_STEP = 0.25;
const PEAK = 80e6;

/** The first step and the memory of scoretape's compiled steps. */
function startResults({ starts }: Report): GoalResult[] {
  const ours = starts.filter(
    ({ family, firstStepSeconds }) => family === "scoretape" && firstStepSeconds.length > 0,
  );
  return ours.flatMap(({ title, firstStepSeconds, peakBytes }): GoalResult[] => {
    const seconds = summarize(firstStepSeconds).median;
    const peak = summarize(peakBytes).median;
    return [
      {
        about: `W8: first step, ${title}`,
        goal: `< ${FIRST_STEP} s`,
        measured: `${seconds.toFixed(3)} s`,
        who: "",
        verdict: seconds < FIRST_STEP ? "met" : "missed",
      },
      {
        about: `W8: peak memory, ${title}`,
        goal: `≤ ${PEAK / 1e6} MB`,
        measured: `${(peak / 1e6).toFixed(0)} MB`,
        who: "",
        verdict: peak <= PEAK ? "met" : "missed",
      },
    ];
  });
}

/** What rows of the microbenchmarks may be at most. */
const microGoals = [
  {
    suite: "compile",
    row: /^2,000 equations/,
    column: "compile",
    most: 1000,
    unit: "ms",
    what: "compilation of ",
  },
  {
    suite: "unet",
    row: /^denoising/,
    column: "over its convolutions",
    most: 1.35,
    unit: "times",
    what: "over its convolutions, W9's ",
  },
] as const;

function microResults({ micro }: Report): GoalResult[] {
  return microGoals.flatMap(({ suite, row, column, most, unit, what }) =>
    micro
      .filter((record) => record.suite === suite && row.test(record.row) && record.column === column)
      .map((record): GoalResult => {
        const { median } = summarize(record.rounds);
        return {
          about: `${what}${record.row}`,
          goal: `≤ ${most} ${unit}`,
          measured: `${median.toPrecision(3)} ${unit}`,
          who: "",
          verdict: median <= most ? "met" : "missed",
        };
      }),
  );
}
