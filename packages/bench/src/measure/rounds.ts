import type { Candidate } from "../implementations/candidate.ts";
import { busySeconds, shareOfOthers } from "../machine/load.ts";
import type { Measured, NotMeasured, ResultRecord } from "../report/record.ts";
import type { Connection, Launch } from "../worker/connection.ts";
import type { Outcome } from "../worker/work.ts";
import type { Workload } from "../workloads/workload.ts";
import { disagreement } from "./agreement.ts";
import type { Effort } from "./effort.ts";
import { LIMIT, takeTurn, turnSeconds } from "./turn.ts";
import { type Warm, warmUp } from "./warmUp.ts";

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
  /** The rounds it has worked in, and the time for the work once in each of them. */
  readonly rounds: number[];
  readonly seconds: number[];
  /** The times of all its timed work, and of its threads in it. */
  timed: number;
  cpuSeconds: number;
}

/** What the rounds of a workload gave. */
export interface Rounds {
  readonly results: readonly ResultRecord[];
  /** The share of the processors that worked for others, round by round. */
  readonly othersLoad: readonly number[];
}

/**
 * What is so many times slower than the best of all, or than the best of its family, or needs so many seconds for a
 * turn, works in every second round.
 */
const SLOW = { ofAll: 20, ofFamily: 3, turnSeconds: 2 } as const;

/**
 * Starts every candidate in a process of its own, checks what it computes, warms it up; then lets all of them work in
 * turn, round after round, so that a machine that slows down for a while slows all of them and not one. Who comes
 * first moves on by one each round. The slow ones take part in every second round.
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
  const broken = new Set<Runner>();
  const slow = slowOf(runners);
  for (let round = 0; round < effort.rounds; round++) {
    const [busy, begin] = [busySeconds(), performance.now()];
    const turns = runners.filter((runner) => !broken.has(runner) && (round % 2 === 0 || !slow.has(runner)));
    let own = 0;
    for (let i = 0; i < turns.length; i++) {
      const runner = turns[(i + round) % turns.length] as Runner;
      try {
        own += await workOnce(runner, round);
      } catch (error) {
        broken.add(runner);
        failures.push(notMeasured(task, runner.candidate, "failed", reasonOf(error)));
      }
    }
    othersLoad.push(shareOfOthers(busySeconds() - busy, own, (performance.now() - begin) / 1e3));
  }
  for (const { worker } of runners) await worker.close();
  const whole = runners.filter((runner) => !broken.has(runner));
  return { results: [...whole.map((runner) => measured(task, runner)), ...failures], othersLoad };
}

function slowOf(runners: readonly Runner[]): ReadonlySet<Runner> {
  const workSeconds = ({ warm, perIteration }: Runner): number => warm.iterationSeconds / perIteration;
  const best = (some: readonly Runner[]): number => Math.min(...some.map(workSeconds));
  const isSlow = (runner: Runner): boolean => {
    const { family } = runner.candidate;
    const relatives = runners.filter(({ candidate }) => candidate.family === family);
    return (
      workSeconds(runner) >= SLOW.ofAll * best(runners) ||
      workSeconds(runner) >= SLOW.ofFamily * best(relatives) ||
      turnSeconds(runner.warm.turn, runner.warm.iterationSeconds) >= SLOW.turnSeconds
    );
  };
  return new Set(runners.filter(isSlow));
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
    return { candidate, worker, perIteration, notes, warm, rounds: [], seconds: [], timed: 0, cpuSeconds: 0 };
  } catch (error) {
    await worker.close();
    return notMeasured(task, candidate, "failed", reasonOf(error));
  }
}

/** One turn; gives the time of all its threads, untimed work with it. */
async function workOnce(runner: Runner, round: number): Promise<number> {
  const { turn } = runner.warm;
  const { seconds, cpuSeconds, turnCpuSeconds } = await takeTurn(runner.worker, turn);
  runner.rounds.push(round);
  runner.seconds.push(seconds / (turn.iterations * runner.perIteration));
  runner.timed += seconds;
  runner.cpuSeconds += cpuSeconds;
  return turnCpuSeconds;
}

function measured({ workload }: Task, runner: Runner): Measured {
  const { candidate, warm, perIteration, rounds, seconds, notes } = runner;
  const repetitions = warm.turn.iterations * perIteration;
  return {
    ...about(workload, candidate),
    status: "measured",
    rounds,
    seconds,
    repetitions,
    settled: warm.settled,
    warmUpSeconds: warm.seconds,
    processors: runner.cpuSeconds / runner.timed,
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
