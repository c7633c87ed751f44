import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Candidate } from "../implementations/candidate.ts";
import { candidatesOn, pythonModules, type Runtimes } from "../implementations/candidates.ts";
import { otherNode, ownNode, python } from "../implementations/runtimes.ts";
import { environment } from "../machine/environment.ts";
import { loadBefore } from "../machine/load.ts";
import { measureRoof } from "../machine/roof.ts";
import type { Effort } from "../measure/effort.ts";
import { referenceOf } from "../measure/reference.ts";
import { measure, type Stage } from "../measure/rounds.ts";
import { measureStarts } from "../measure/starts.ts";
import { isMeasured, medianSeconds } from "../report/best.ts";
import { showSeconds } from "../report/numbers.ts";
import type { BenchRecord, RunRecord } from "../report/record.ts";
import { type Contestant, contestantsOn } from "../wholeJob/contestants.ts";
import { measureJobs } from "../wholeJob/measure.ts";
import { startWorker } from "../worker/connection.ts";
import { arraysOf } from "../workloads/arrays.ts";
import { writeWorkload } from "../workloads/files.ts";
import { shortened, type Workload, workloads } from "../workloads/workload.ts";
import { jobsSeconds, startsSeconds, workloadSeconds } from "./estimate.ts";
import { runMicro } from "./micro.ts";
import { type Flags, type Plan, planOf } from "./options.ts";
import { type Part, progressLine } from "./progress.ts";
import { reportPath, saveReport } from "./save.ts";
import { UsageError } from "./usageError.ts";
import { versionsOf } from "./versions.ts";

/** Runs the benchmark and writes its report. @throws UsageError for options that cannot be */
export async function run(flags: Flags, log: (line: string) => void): Promise<void> {
  const plan = planOf(flags);
  const runtimes = runtimesOf(flags);
  const folder = mkdtempSync(join(tmpdir(), "scoretape-bench-"));
  try {
    await runIn(folder, plan, runtimes, flags.out, log);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runIn(
  folder: string,
  plan: Plan,
  runtimes: Runtimes,
  out: string | undefined,
  log: (line: string) => void,
): Promise<void> {
  const stage: Stage = { connect: startWorker, log };
  const candidates = candidatesOn(runtimes).filter(({ id }) => plan.wants(id));
  const contestants = contestantsOn(runtimes).filter(({ id }) => plan.wants(id));
  let header = await begin(plan, runtimes);
  const path = reportPath(header, plan.whole, out);
  mkdirSync(resolve(path, ".."), { recursive: true });
  const records: BenchRecord[] = [];
  // Written after each part: what is broken off leaves what it has.
  const save = (): void => saveReport(path, [header, ...records]);
  save();
  const parts = partsOf(folder, plan, candidates, contestants, stage);
  const start = performance.now();
  for (const [i, part] of parts.entries()) {
    log(progressLine(parts, i, (performance.now() - start) / 1e3));
    records.push(...(await part.run()));
    save();
  }
  header = { ...header, roofAfter: await measureRoof(1e3 * plan.effort.roofSeconds), finished: now() };
  save();
  log(`Report: ${path}.md`);
}

/** A part of a run, that gives its records. */
interface RunPart extends Part {
  run(): Promise<readonly BenchRecord[]>;
}

function partsOf(
  folder: string,
  plan: Plan,
  candidates: readonly Candidate[],
  contestants: readonly Contestant[],
  stage: Stage,
): RunPart[] {
  const { effort, quick } = plan;
  const started = starting(candidates);
  const starts = async (): Promise<readonly BenchRecord[]> => {
    const w1 = workloads.find(({ id }) => id === "W1") as Workload;
    return measureStarts(prepared(folder, w1), started, effort.starts, stage);
  };
  return [
    ...plan.workloads.map((named): RunPart => {
      const workload = quick ? shortened(named) : named;
      const fit = candidates.filter((one) => one.handles(workload) && (!quick || one.quick(workload)));
      return {
        name: `${workload.id}: ${workload.title}`,
        seconds: workloadSeconds(workload, fit, effort),
        run: () => runWorkload(folder, effort, workload, fit, stage),
      };
    }),
    ...(plan.starts
      ? [{ name: "W8: starts of fresh processes", seconds: startsSeconds(started, effort), run: starts }]
      : []),
    ...(plan.jobs ? [jobsPart(folder, plan, contestants, stage)] : []),
    ...plan.suites.map(({ name, seconds }) => ({
      name: `microbenchmarks: ${name}`,
      seconds: quick ? seconds / QUICK_SUITE : seconds,
      run: () => runMicro(name, quick, stage.log),
    })),
  ];
}

/** How often a whole job is done, and how long: the command's steps, or fewer in a quick run. */
const jobEfforts = { full: { rounds: 3, steps: 4000 }, quick: { rounds: 2, steps: 400 } } as const;

function jobsPart(
  folder: string,
  { quick }: Plan,
  contestants: readonly Contestant[],
  { log }: Stage,
): RunPart {
  const fit = contestants.filter((one) => !quick || one.quick);
  const effort = quick ? jobEfforts.quick : jobEfforts.full;
  return {
    name: "W11: the whole job",
    seconds: jobsSeconds(fit, effort),
    run: () => measureJobs(fit, { ...effort, folder, log }),
  };
}

/** How many times sooner a suite is done in a quick run. */
const QUICK_SUITE = 5;

const now = (): string => new Date().toISOString();

async function begin(plan: Plan, runtimes: Runtimes): Promise<RunRecord> {
  return {
    type: "run",
    date: now(),
    finished: null,
    mode: plan.quick ? "quick" : "full",
    effort: plan.effort,
    environment: environment(cpuInfo()),
    loadBefore: await loadBefore(500),
    roofBefore: await measureRoof(1e3 * plan.effort.roofSeconds),
    roofAfter: null,
    versions: versionsOf(runtimes),
  };
}

function cpuInfo(): string {
  try {
    return readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return ""; // not a Linux
  }
}

function runtimesOf({ node = [], python: path }: Flags): Runtimes {
  try {
    return { nodes: [ownNode(), ...node.map(otherNode)], python: python(path, pythonModules) };
  } catch (error) {
    throw new UsageError(`--node: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Writes a workload's files and gives their folder. */
function prepared(folder: string, workload: Workload): string {
  const own = join(folder, workload.id);
  writeWorkload(own, { workload, arrays: arraysOf(workload) });
  return own;
}

async function runWorkload(
  folder: string,
  effort: Effort,
  workload: Workload,
  candidates: readonly Candidate[],
  stage: Stage,
): Promise<BenchRecord[]> {
  const own = prepared(folder, workload);
  const reference = await referenceOf({ workload, arrays: arraysOf(workload) });
  const task = { workload, folder: own, reference };
  const { results, othersLoad } = await measure(task, candidates, effort, stage);
  for (const result of results.filter(isMeasured))
    stage.log(`  ${result.candidate}: ${showSeconds(medianSeconds(result))}`);
  return [{ type: "workload", workload, reference, othersLoad }, ...results];
}

/** What is started afresh: for each implementation the form that its users would take. */
function starting(candidates: readonly Candidate[]): Candidate[] {
  const chosen = ["wasm-1", "wasm-2", "jit", "by-hand", "by-hand:all", "nothing"];
  return candidates.filter(({ variant }) => chosen.includes(variant));
}
