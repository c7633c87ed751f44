import type { Candidate } from "../implementations/candidate.ts";
import { busySeconds, shareOfOthers } from "../machine/load.ts";
import type { Measured, NotMeasured, ResultRecord } from "../report/record.ts";
import type { Connection, Launch } from "../worker/connection.ts";
import type { Outcome } from "../worker/work.ts";
import type { Workload } from "../workloads/workload.ts";
import { disagreement } from "./agreement.ts";
import type { Effort } from "./effort.ts";
import { LIMIT, type Warm, warmUp } from "./warmUp.ts";

/** A workload in its folder, with what it has to give. */
export interface Task {
  readonly workload: Workload;
  readonly folder: string;
  readonly reference: Outcome;
}

/** How workers are started, and who is told of each step. */
export interface Stage {
  connect(launch: Launch): Connection;
  log(line: string): void;
}

interface Runner {
  readonly candidate: Candidate;
  readonly worker: Connection;
  readonly perIteration: number;
  readonly notes: readonly string[];
  readonly warm: Warm;
  readonly seconds: number[];
  cpuSeconds: number;
}

/** What the rounds of a workload gave. */
export interface Rounds {
  readonly results: readonly ResultRecord[];
  /** The share of the processors that worked for others, round by round. */
  readonly othersLoad: readonly number[];
}

/**
 * Starts every candidate in a process of its own, checks what it computes, warms it up; then lets all of them work in
 * turn, round after round, so that a machine that slows down for a while slows all of them and not one. Who comes
 * first moves on by one each round.
 */
export async function measure(
  task: Task,
  candidates: readonly Candidate[],
  effort: Effort,
  stage: Stage,
): Promise<Rounds> {
  const failures: NotMeasured[] = [];
  const runners: Runner[] = [];
  for (const candidate of candidates) {
    const ready = await start(task, candidate, effort, stage);
    if ("status" in ready) {
      failures.push(ready);
      stage.log(`  ${candidate.id}: ${ready.status}: ${ready.reason}`);
    } else {
      runners.push(ready);
    }
  }
  const othersLoad: number[] = [];
  let left = runners;
  for (let round = 0; round < effort.rounds; round++) {
    const [busy, begin] = [busySeconds(), performance.now()];
    let own = 0;
    for (let i = 0; i < left.length; i++) {
      const runner = left[(i + round) % left.length] as Runner;
      const failure = await runOnce(runner);
      if (failure === null) own += runner.cpuSeconds;
      else failures.push(notMeasured(task, runner.candidate, "failed", failure));
    }
    left = left.filter(({ seconds }) => seconds.length === round + 1);
    othersLoad.push(shareOfOthers(busySeconds() - busy, own, (performance.now() - begin) / 1e3));
  }
  for (const { worker } of runners) await worker.close();
  return { results: [...left.map((runner) => measured(task, runner)), ...failures], othersLoad };
}

async function start(
  task: Task,
  candidate: Candidate,
  effort: Effort,
  stage: Stage,
): Promise<Runner | NotMeasured> {
  const { launch, variant } = candidate;
  if ("absent" in launch) return notMeasured(task, candidate, "absent", launch.absent);
  const worker = stage.connect(launch);
  try {
    const request = { command: "prepare", workload: task.folder, variant } as const;
    const { perIteration, notes } = await worker.ask(request, LIMIT);
    const outcome = await worker.ask({ command: "check" }, LIMIT);
    const difference = disagreement(task.workload, outcome, task.reference);
    if (difference !== null) throw new Error(`computes something else: ${difference}`);
    const warm = await warmUp(worker, effort);
    return { candidate, worker, perIteration, notes, warm, seconds: [], cpuSeconds: 0 };
  } catch (error) {
    await worker.close();
    return notMeasured(task, candidate, "failed", reasonOf(error));
  }
}

/** One turn; the reason where it failed. `cpuSeconds` becomes that of this turn. */
async function runOnce(runner: Runner): Promise<string | null> {
  const { iterations } = runner.warm;
  try {
    const { seconds, cpuSeconds } = await runner.worker.ask({ command: "run", iterations }, LIMIT);
    runner.seconds.push(seconds / (iterations * runner.perIteration));
    runner.cpuSeconds = cpuSeconds;
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

function measured({ workload }: Task, runner: Runner): Measured {
  const { candidate, warm, perIteration, seconds, notes } = runner;
  const repetitions = warm.iterations * perIteration;
  return {
    ...about(workload, candidate),
    status: "measured",
    seconds,
    repetitions,
    settled: warm.settled,
    warmUpSeconds: warm.seconds,
    processors: runner.cpuSeconds / ((seconds.at(-1) ?? Number.NaN) * repetitions),
    notes,
  };
}

function notMeasured(
  { workload }: Task,
  candidate: Candidate,
  status: NotMeasured["status"],
  reason: string,
): NotMeasured {
  return { ...about(workload, candidate), status, reason };
}

function about({ id }: Workload, candidate: Candidate) {
  const { family, title } = candidate;
  return { type: "result", workload: id, candidate: candidate.id, family, title } as const;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
